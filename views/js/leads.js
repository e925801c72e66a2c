/* Links to a part of this page; `data-to` holds its selector.
 *
 * They lead past everything one can press on to the answer, or on a
 * phone from the map to what it was asked. By script, for an address with a mark would make Streamlit run the page
 * again. Stands in the first page.
 */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-to]") : null;
  const selector = link?.getAttribute("data-to");
  if (!selector) return;
  event.preventDefault();
  const part = document.querySelector(selector);
  if (!(part instanceof HTMLElement)) return;
  part.tabIndex = -1;
  part.focus({ preventScroll: true });
  part.scrollIntoView({ block: "start" });
});
