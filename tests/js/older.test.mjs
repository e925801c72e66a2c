/* What a browser lacks that is some years old: added where it is missing, and only there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const SCRIPT = readFileSync(new URL("../../views/js/older.js", import.meta.url), "utf8");

/** A window in which some functions are missing, after the script; what the page shows once it is loaded. */
function older(missing, globals = {}) {
  const words = { "rl-opening": { hidden: false }, "rl-too-old": { hidden: true } };
  const heard = [];
  const window = vm.createContext({
    structuredClone,
    document: { addEventListener: (_name, hear) => heard.push(hear), getElementById: (id) => words[id] },
    ...globals,
  });
  vm.runInContext(missing.map((name) => `delete ${name};`).join(""), window);
  vm.runInContext(SCRIPT, window);
  for (const hear of heard) hear();
  return { window, words };
}

test("what is missing is added, and does what the standard says", async () => {
  const { window, words } = older(["Array.prototype.toSorted", "Array.prototype.toReversed", "Promise.withResolvers"]);
  const found = vm.runInContext(
    `const list = [3, 1, 2];
     [list.toSorted(), list.toSorted((a, b) => b - a), list.toReversed(), list, Object.keys(Array.prototype)]`,
    window,
  );
  assert.deepEqual(JSON.parse(JSON.stringify(found)), [[1, 2, 3], [3, 2, 1], [2, 1, 3], [3, 1, 2], []]);
  const { promise, resolve } = vm.runInContext("Promise.withResolvers()", window);
  resolve(7);
  assert.equal(await promise, 7);
  assert.equal(words["rl-too-old"].hidden, true);
});

test("what is there stays as it is", () => {
  const { window } = older([]);
  assert.match(vm.runInContext("Array.prototype.toSorted.toString()", window), /native code/);
});

test("a browser that is too old even so is told", () => {
  const { words } = older([], { structuredClone: undefined });
  assert.deepEqual([words["rl-opening"].hidden, words["rl-too-old"].hidden], [true, false]);
});
