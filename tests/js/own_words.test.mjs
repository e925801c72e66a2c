/* Which words of Streamlit's become which of ours. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named, table } from "../../views/js/own_words.js";

const PHRASES = {
  "No results": { zh: "没有匹配项", en: "Nothing matches" },
  Open: { zh: "展开", en: "Open" },
  "Remove ": { zh: "移除 ", en: "Remove " },
};

test("Streamlit's words and ours of the other language become those of the session", () => {
  assert.equal(table(PHRASES, "zh").get("No results"), "没有匹配项");
  assert.equal(table(PHRASES, "zh").get("Nothing matches"), "没有匹配项");
  assert.equal(table(PHRASES, "en").get("没有匹配项"), "Nothing matches");
  assert.equal(table(PHRASES, "en").get("Open"), "Open");
});

test("a phrase may go on with the name of a file, in whatever language it stood before", () => {
  assert.equal(named(table(PHRASES, "zh"), "Remove site.txt"), "移除 site.txt");
  assert.equal(named(table(PHRASES, "en"), "移除 site.txt"), "Remove site.txt");
  assert.equal(named(table(PHRASES, "zh"), "Removed"), "Removed");
});

test("what is not Streamlit's stays", () => {
  assert.equal(table(PHRASES, "zh").get("Openness"), undefined);
});
