/* The address of the page and the link to it. */
(() => {
  "use strict";
  const redline = window.redline;
  const PATIENCE_MS = 3000;

  /** The window of the app around the map, null where it is another server's. */
  function around() {
    try {
      return window.parent !== window && window.parent.document ? window.parent : null;
    } catch {
      return null;
    }
  }

  /**
   * Wait until the server has answered to what was done last: the address is behind the map until then.
   * @param {Window} app
   * @returns {Promise<void>}
   */
  function settled(app) {
    const ended = Date.now() + PATIENCE_MS;
    const idle = () => !app.document.querySelector('.stApp[data-test-script-state="running"]');
    return new Promise((done) => {
      const look = () => (idle() || Date.now() > ended ? done() : setTimeout(look, 100));
      setTimeout(look, 350); // what was done is passed on after a quarter of a second
    });
  }

  function address() {
    try {
      return /** @type {Window} */ (window.top).location.href;
    } catch {
      return (around() || window).location.href;
    }
  }

  /**
   * Copy text; without https the browser's own way is shut, and an old one is taken.
   * @param {string} text
   */
  async function copy(text) {
    try {
      await (around() || window).navigator.clipboard.writeText(text);
      return true;
    } catch {
      const field = redline.make("textarea", "redline-unseen", document.body);
      field.value = text;
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      return done;
    }
  }

  /** Copy the link to what is shown; where that cannot be, show it to be copied by hand. */
  redline.copyLink = async (app) => {
    const page = around();
    if (page) await settled(page);
    const text = address();
    const words = app.config.texts.linkWords;
    app.say((await copy(text)) ? words.copied : L.Util.template(words.byHand, { link: text }));
  };
})();
