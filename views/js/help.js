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

export default function ({ data, parentElement }) {
  document.documentElement.lang = data.lang === "zh" ? "zh-CN" : "en";
  const button = parentElement.querySelector("button.open");
  const dialog = parentElement.querySelector("dialog");
  button.setAttribute("aria-label", data.open);
  button.title = data.open;
  dialog.setAttribute("aria-label", data.title);
  dialog.querySelector("h2").textContent = data.title;
  const jobs = data.jobs.map(([name, text]) => {
    const item = document.createElement("li");
    const head = document.createElement("b");
    head.textContent = name;
    const body = document.createElement("span");
    body.textContent = text;
    item.append(head, body);
    return item;
  });
  dialog.querySelector("ol").replaceChildren(...jobs);
  dialog.querySelector(".mind").textContent = data.mind;
  const close = dialog.querySelector("button");
  close.textContent = data.close;
  close.onclick = () => dialog.close();
  dialog.onclose = remember;
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  };
  button.onclick = () => dialog.showModal();
  if (!dialog.open && !seen()) dialog.showModal();
}
