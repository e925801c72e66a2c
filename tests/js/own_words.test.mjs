/* Which words of Streamlit's become which of ours. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { table } from "../../views/js/own_words.js";

const PHRASES = { "No results": { zh: "没有匹配项", en: "Nothing matches" }, Open: { zh: "展开", en: "Open" } };

test("Streamlit's words and ours of the other language become those of the session", () => {
  assert.equal(table(PHRASES, "zh").get("No results"), "没有匹配项");
  assert.equal(table(PHRASES, "zh").get("Nothing matches"), "没有匹配项");
  assert.equal(table(PHRASES, "en").get("没有匹配项"), "Nothing matches");
  assert.equal(table(PHRASES, "en").get("Open"), "Open");
});

test("what is not Streamlit's stays", () => {
  assert.equal(table(PHRASES, "zh").get("Openness"), undefined);
});
