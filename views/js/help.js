/* The "?" button and what it opens: shown once to a browser that has not seen it, and whenever asked for. */
const SEEN = "redline-help";

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
 * @typedef {{ lang: string, open: string, title: string, jobs: [string, string][], mind: string, close: string }} Texts
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
  const jobs = data.jobs.map(([name, text]) => {
    const item = document.createElement("li");
    const head = document.createElement("b");
    head.textContent = name;
    const body = document.createElement("span");
    body.textContent = text;
    item.append(head, body);
    return item;
  });
  part("dialog ol").replaceChildren(...jobs);
  part("dialog .mind").textContent = data.mind;
  const close = part("dialog button");
  close.textContent = data.close;
  close.onclick = () => dialog.close();
  dialog.onclose = remember;
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  };
  button.onclick = () => dialog.showModal();
  if (!dialog.open && !seen()) dialog.showModal();
}
