/* Scripts of the map's frame.
 *
 * The frame runs scripts that streamlit-folium makes element by element. They get the word by which the browser knows
 * scripts of this page (its Content-Security-Policy); what is put in as text has none, and does not run.
 */
{
  const nonce = /** @type {HTMLScriptElement} */ (document.currentScript).nonce;
  const make = document.createElement.bind(document);
  /** @param {string} name @param {ElementCreationOptions} [options] */
  const named = (name, options) => {
    const made = make(name, options);
    if (made instanceof HTMLScriptElement) made.nonce = nonce;
    return made;
  };
  document.createElement = /** @type {typeof document.createElement} */ (named);
}
