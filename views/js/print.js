/* The button that opens the browser's print dialog. */
/** @param {{ data: { label: string }, parentElement: HTMLElement }} component */
export default function ({ data, parentElement }) {
  const button = /** @type {HTMLElement} */ (parentElement.querySelector("button"));
  button.textContent = data.label;
  button.onclick = () => window.print();
}
