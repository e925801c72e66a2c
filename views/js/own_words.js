/* Streamlit writes some words in English only: they are put into the language of the session wherever they show. */
const ATTRIBUTES = ["aria-label", "title", "placeholder"];
/** Texts of ours and of the user's files, which may be the same words. */
const NOT_STREAMLITS = ".stMarkdown, .stHtml, .stText, .stCode, .stCaption, [role='option'] [title], input, textarea";
/** @type {Map<string, string>} What stands there, Streamlit's own or ours in any language, to ours in this one. */
let words = new Map();
/** @type {MutationObserver | undefined} */
let observer;

/**
 * Return a table from what may stand on a page to what shall stand there.
 * @param {Record<string, Record<string, string>>} phrases Streamlit's words, each in our languages
 * @param {string} lang
 */
export function table(phrases, lang) {
  const found = new Map();
  for (const [phrase, ours] of Object.entries(phrases)) {
    for (const written of [...Object.values(ours), phrase]) {
      found.set(written, ours[lang]);
    }
  }
  return found;
}

/**
 * Return what an attribute shall say; a phrase that ends with a blank is the beginning of one.
 * @param {Map<string, string>} found
 * @param {string} text
 */
export function named(found, text) {
  const whole = found.get(text.trim());
  if (whole !== undefined) return whole;
  for (const [phrase, ours] of found) {
    if (phrase.endsWith(" ") && text.startsWith(phrase)) return ours + text.slice(phrase.length);
  }
  return text;
}

/** @param {Text} node */
function putText(node) {
  const ours = words.get(node.data.trim());
  if (ours === undefined || ours === node.data || node.parentElement?.closest(NOT_STREAMLITS)) return;
  node.data = ours;
}

/** @param {Element} element */
function putAttributes(element) {
  for (const name of ATTRIBUTES) {
    const text = element.getAttribute(name);
    if (text === null) continue;
    const ours = named(words, text);
    if (ours !== text) element.setAttribute(name, ours);
  }
}

/** @param {Node} root */
function putAll(root) {
  if (root instanceof Text) putText(root);
  if (!(root instanceof Element)) return;
  putAttributes(root);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node instanceof Text) putText(node);
    else if (node instanceof Element) putAttributes(node);
  }
}

/** @param {MutationRecord[]} records */
function onChange(records) {
  for (const record of records) {
    if (record.type === "childList") record.addedNodes.forEach(putAll);
    else if (record.type === "attributes") putAttributes(/** @type {Element} */ (record.target));
    else putText(/** @type {Text} */ (record.target));
  }
}

/** @param {{ data: { lang: string, phrases: Record<string, Record<string, string>> } }} component */
export default function ({ data }) {
  words = table(data.phrases, data.lang);
  putAll(document.body);
  observer?.disconnect();
  observer = new MutationObserver(onChange);
  observer.observe(document.body, {
    attributeFilter: ATTRIBUTES,
    attributes: true,
    characterData: true,
    childList: true,
    subtree: true,
  });
}
