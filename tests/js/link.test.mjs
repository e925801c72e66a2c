/* The address that follows the map makes no step in the browser's history; going to another page does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { windowWith } from "./load.mjs";

/** A page around the map whose history notes what is done to it. */
function around() {
  const done = [];
  class History {
    pushState(_state, _title, url) {
      done.push(["push", url]);
    }
    replaceState(_state, _title, url) {
      done.push(["replace", url]);
    }
  }
  const parent = { document: {}, history: new History(), location: new URL("http://house.test/plan/map?x=1") };
  let leave = () => {};
  const addEventListener = (name, heard) => {
    if (name === "pagehide") leave = heard;
  };
  const { redline } = windowWith(["draw/paint.js", "tools/link.js"], { parent, addEventListener });
  redline.quietHistory();
  return { done, history: parent.history, leave: () => leave() };
}

test("a change of the query alone replaces the address", () => {
  const { done, history } = around();
  history.pushState({}, "", "?x=2");
  history.pushState({}, "", "/plan/map?x=3#a");
  history.pushState({}, "", "http://house.test/plan/map");
  assert.deepEqual(
    done.map(([how]) => how),
    ["replace", "replace", "replace"],
  );
});

test("another page, or no address, is a step as ever", () => {
  const { done, history } = around();
  history.pushState({}, "", "/plan/data?x=1");
  history.pushState({}, "", "other");
  history.pushState({}, "");
  assert.deepEqual(done, [
    ["push", "/plan/data?x=1"],
    ["push", "other"],
    ["push", undefined],
  ]);
});

test("when the map goes, history is the browser's own again", () => {
  const { done, history, leave } = around();
  leave();
  history.pushState({}, "", "?x=2");
  assert.deepEqual(done, [["push", "?x=2"]]);
});
