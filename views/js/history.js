/* The browser's way back.
 *
 * Streamlit makes a step of every change of the address, also of those by which the server only
 * keeps it in step with the page (the view of a map, a draft), and two steps of a change of page with parameters. Here a
 * step is what a person did: another page, another county, a record opened. Stands in the first page, before Streamlit.
 */
(() => {
  "use strict";
  /** @type {Record<string, string[]>} Parameters of a page whose change is a step. */
  const STEPS = { county: ["adcode", "with"], check: ["check"] };
  const { pushState, replaceState } = History.prototype;
  /** @type {string | null} The address before the last change of the query alone; null once it cannot be the way to another page. */
  let before = null;
  /** Whether that change was a step. */
  let stepped = false;

  /**
   * @param {URL} from
   * @param {URL} to
   */
  function isStep(from, to) {
    const keys = STEPS[from.pathname.split("/").pop() ?? ""] ?? [];
    return keys.some((key) => from.searchParams.get(key) !== to.searchParams.get(key));
  }

  window.history.pushState = (state, title, url) => {
    const from = new URL(window.location.href);
    const to = new URL(url ?? from, from);
    if (to.pathname === from.pathname) {
      before = from.href;
      stepped = isStep(from, to);
      (stepped ? pushState : replaceState).call(window.history, state, title, url);
      return;
    }
    // parameters of the next page that were put onto this one a moment ago: this one gets its own address back
    const passing = before !== null && to.search !== "" && to.search === from.search;
    if (passing && !stepped) replaceState.call(window.history, state, title, before);
    (passing && stepped ? replaceState : pushState).call(window.history, state, title, url);
    before = null;
  };
  window.addEventListener("popstate", () => (before = null));
})();
