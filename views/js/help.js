/* The "?" button and what it opens: shown once to a browser that has not seen it, and whenever asked for. */
const SEEN = "redline-help";
/** Whether the page was opened by a link that shows something: what it shows must not be covered. */
const LINKED = [...new URLSearchParams(location.search).keys()].some((key) => key !== "lang");

function seen() {
  try {
    return localStorage.getItem(SEEN) !== null;
  } catch {
    return true; // a browser that keeps nothing would be shown it on every visit
  }
}

function remember() {
  try {
    localStorage.setItem(SEEN, "seen");
  } catch {
    /* nothing is kept: nothing to do */
  }
}

/**
 * Return what the address of another page keeps: the language and the work of the session.
 * @param {string} lang
 */
function kept(lang) {
  const work = new URLSearchParams(location.search).get("work");
  return `?${new URLSearchParams({ lang, ...(work && { work }) })}`;
}

/**
 * @typedef {{ lang: string, open: string, title: string, jobs: [string, string, string][], mind: string, close: string }} Texts
 * @param {{ data: Texts, parentElement: HTMLElement }} component
 */
export default function ({ data, parentElement }) {
  /** @type {(name: string) => HTMLElement} */
  const part = (name) => /** @type {HTMLElement} */ (parentElement.querySelector(name));
  document.documentElement.lang = data.lang === "zh" ? "zh-CN" : "en";
  const button = part("button.open");
  const dialog = /** @type {HTMLDialogElement} */ (part("dialog"));
  button.setAttribute("aria-label", data.open);
  button.title = data.open;
  dialog.setAttribute("aria-label", data.title);
  part("dialog h2").textContent = data.title;
  const jobs = data.jobs.map(([name, text, page]) => {
    const item = document.createElement("li");
    const head = document.createElement("button");
    head.type = "button";
    head.className = "job";
    head.textContent = name;
    head.onclick = () => {
      dialog.close();
      location.assign(page + kept(data.lang));
    };
    const body = document.createElement("span");
    body.textContent = text;
    item.append(head, body);
    return item;
  });
  part("dialog ol").replaceChildren(...jobs);
  part("dialog .mind").textContent = data.mind;
  const close = part("dialog button.close");
  close.textContent = data.close;
  close.onclick = () => dialog.close();
  dialog.onclose = remember;
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  };
  button.onclick = () => dialog.showModal();
  if (!dialog.open && !LINKED && !seen()) dialog.showModal();
}
