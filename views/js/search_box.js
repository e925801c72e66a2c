/* The search box: suggestions while typing, from our own server; a choice goes to the page. WAI-ARIA combobox. */
/**
 * @typedef {{ key: string, title: string, about: string }} Row
 * @typedef {{ count: string, nothing: string, failed: string, hint: string, label: string, clear: string }} Texts
 * @typedef {{ url: string, token: string, lang: string, value: string, texts: Texts }} Data
 * @typedef {{
 *   data: Data, send(key: string): void, rows: Row[], at: number, asked: number, shown: string | null,
 *   timer?: ReturnType<typeof setTimeout>, warm?: boolean, told?: string,
 * }} State
 * @typedef {{ data: Data, parentElement: HTMLElement, setTriggerValue(name: string, value: object): void }} Component
 */

/** @type {WeakMap<HTMLElement, { input: HTMLInputElement, state: State }>} */
const made = new WeakMap();

/** @type {(root: HTMLElement, name: string) => HTMLElement} */
const part = (root, name) => /** @type {HTMLElement} */ (root.querySelector(name));

/**
 * @param {HTMLElement} root
 * @param {Data} data
 */
function box(root, data) {
  const input = /** @type {HTMLInputElement} */ (part(root, "input"));
  const list = part(root, "ul");
  const said = part(root, "[role=status]");
  /** @type {State} */
  const state = { data, send: () => {}, rows: [], at: -1, asked: 0, shown: null };

  function close() {
    list.hidden = true;
    state.at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  /** @param {number} at */
  function mark(at) {
    state.at = at;
    [...list.children].forEach((row, place) => {
      row.setAttribute("aria-selected", String(place === at));
    });
    const row = list.children[at];
    if (row) {
      input.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  /** @param {number} at */
  function choose(at) {
    const row = state.rows[at];
    if (!row) return;
    state.shown = row.title;
    input.value = row.title;
    close();
    state.send(row.key);
  }

  /**
   * @param {Row} row
   * @param {number} at
   */
  function line(row, at) {
    const item = document.createElement("li");
    item.id = `redline-find-${at}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const name = document.createElement("b");
    name.textContent = row.title;
    const about = document.createElement("small");
    about.textContent = row.about;
    item.append(name, " ", about);
    item.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
    item.addEventListener("click", () => choose(at));
    return item;
  }

  /** @param {Row[]} rows */
  function show(rows) {
    state.rows = rows;
    list.replaceChildren(...rows.map(line));
    list.hidden = rows.length === 0;
    input.setAttribute("aria-expanded", String(rows.length > 0));
    const texts = state.data.texts;
    said.textContent = rows.length ? texts.count.replace("{count}", String(rows.length)) : texts.nothing;
    said.classList.toggle("seen", rows.length === 0);
    mark(-1);
  }

  /** @param {string} text */
  function request(text) {
    const query = new URLSearchParams({ q: text, lang: state.data.lang });
    return fetch(`${state.data.url}?${query}`, { headers: { "X-Redline-Token": state.data.token } });
  }

  async function ask() {
    const text = input.value.trim();
    const number = ++state.asked;
    if (!text) {
      said.textContent = "";
      said.classList.remove("seen");
      state.rows = [];
      close();
      return;
    }
    try {
      const answer = await request(text);
      if (number !== state.asked) return;
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
    } catch {
      if (number !== state.asked) return;
      show([]);
      said.textContent = state.data.texts.failed;
    }
  }

  function later() {
    clearTimeout(state.timer);
    state.timer = setTimeout(ask, 120);
  }

  input.addEventListener("input", later);
  input.addEventListener("focus", () => {
    input.select();
    if (!state.warm) request("").catch(() => {}); // the server makes its index while the first word is being typed
    state.warm = true;
    if (state.rows.length && input.value !== state.shown) show(state.rows);
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", async (event) => {
    if (event.isComposing) return; // Chinese is being spelt
    const last = state.rows.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) {
        if (state.rows.length) show(state.rows);
        else await ask();
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(state.at + step > last ? 0 : state.at + step < 0 ? last : state.at + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      clearTimeout(state.timer);
      if (input.value === state.shown) return;
      if (state.at < 0) await ask(); // what stands there now, not what was suggested before
      choose(Math.max(state.at, 0));
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
    }
  });
  part(root, "button").addEventListener("click", () => {
    input.value = "";
    state.shown = "";
    ask();
    state.send("");
    input.focus();
  });
  return { input, state };
}

/** @param {Component} component */
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const held = made.get(parentElement) || box(parentElement, data);
  made.set(parentElement, held);
  const { input, state } = held;
  state.data = data;
  state.send = (key) => setTriggerValue("chosen", { key, at: Date.now() });
  input.placeholder = data.texts.hint;
  part(parentElement, "label").textContent = data.texts.label;
  part(parentElement, "ul").setAttribute("aria-label", data.texts.label);
  const clear = part(parentElement, "button");
  clear.setAttribute("aria-label", data.texts.clear);
  clear.title = data.texts.clear;
  clear.hidden = !data.value;
  if (data.value !== state.told) {
    state.told = data.value;
    state.shown = data.value;
    if (/** @type {ShadowRoot} */ (input.getRootNode()).activeElement !== input || !data.value)
      input.value = data.value;
  }
}
