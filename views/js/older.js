/* What browsers before Chromium 119 lack of what Streamlit's scripts call; and who is too old even so is told.
 *
 * Windows 7 ends at Chromium 109, and offices keep browsers made of such. Stands in the first page, before all else, and
 * alone: what the other scripts are written in may already be too new. `tools/browser/oldest.py` says which was tried.
 */
(() => {
  /** @param {object} owner @param {string} name @param {Function} made */
  function add(owner, name, made) {
    if (!(name in owner)) Object.defineProperty(owner, name, { value: made, writable: true, configurable: true });
  }
  add(
    Array.prototype,
    "toSorted",
    /** @this {unknown[]} @param {(a: unknown, b: unknown) => number} [order] */
    function (order) {
      return Array.from(this).sort(order);
    },
  );
  add(
    Array.prototype,
    "toReversed",
    /** @this {unknown[]} */
    function () {
      return Array.from(this).reverse();
    },
  );
  add(
    Promise,
    "withResolvers",
    /** @this {PromiseConstructor} */
    function () {
      /** @type {{ promise?: Promise<unknown>, resolve?: Function, reject?: Function }} */
      const made = {};
      made.promise = new this((resolve, reject) => {
        made.resolve = resolve;
        made.reject = reject;
      });
      return made;
    },
  );
  if (typeof structuredClone === "function") return;
  document.addEventListener("DOMContentLoaded", () => {
    for (const [id, hidden] of [
      ["rl-opening", true],
      ["rl-too-old", false],
    ]) {
      const words = document.getElementById(String(id));
      if (words) words.hidden = Boolean(hidden);
    }
  });
})();
