/* Which features of a layer the years that are chosen draw, and what the server is told of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, sharedBy } from "./load.mjs";

const redline = sharedBy("draw/paint.js", "draw/marks.js", "panel/panel.js", "panel/years.js");
const WORDS = { some: "{first}-{last}: {count}/{all}", someUndated: "{first}-{last}+: {count}/{all}" };

/** Kinds: class, first and last year, how many; -1 is undated. */
const layer = (chosen) => ({
  years: {
    first: 2000,
    last: 2030,
    from: 2000,
    to: 2030,
    showUndated: true,
    undated: 7,
    kinds: [
      [0, 2000, 2005, 10],
      [1, 2010, 2020, 20],
      [2, -1, -1, 7],
      [1, 2025, 2030, 40],
    ],
    ...chosen,
  },
});
const classes = (chosen) => {
  const def = layer(chosen);
  redline.setYears(def);
  return plain(def.classOf);
};

test("all years draw all, each kind by its class", () => assert.deepEqual(classes({}), [0, 1, 2, 1]));

test("a kind is drawn if any of its years is chosen, the ends too", () => {
  assert.deepEqual(classes({ from: 2005, to: 2010 }), [0, 1, 2, -1]);
  assert.deepEqual(classes({ from: 2006, to: 2009 }), [-1, -1, 2, -1]);
  assert.deepEqual(classes({ from: 2015, to: 2015 }), [-1, 1, 2, -1]);
});

test("what has no year is drawn by its own tick", () =>
  assert.deepEqual(classes({ showUndated: false }), [0, 1, -1, 1]));

test("the tiles that hold the list see a change of it", () => {
  const def = layer({});
  redline.setYears(def);
  const held = def.classOf;
  def.years.to = 2006;
  redline.setYears(def);
  assert.equal(def.classOf, held);
  assert.deepEqual(plain(held), [0, -1, 2, -1]);
});

test("the server is told of years only where not all are chosen", () => {
  assert.deepEqual(plain(redline.toldYears({})), {});
  assert.deepEqual(plain(redline.toldYears(layer({}))), { years: null, undated: true });
  assert.deepEqual(plain(redline.toldYears(layer({ from: 2001 }))), { years: [2001, 2030], undated: true });
  assert.deepEqual(plain(redline.toldYears(layer({ to: 2029, showUndated: false }))), {
    years: [2000, 2029],
    undated: false,
  });
});

test("how many are drawn is said where that is not all", () => {
  assert.equal(redline.someYears(layer({}), WORDS), "");
  assert.equal(redline.someYears(layer({ from: 2006, to: 2021 }), WORDS), "2006-2021+: 27/77");
  assert.equal(redline.someYears(layer({ from: 2006, to: 2021, showUndated: false }), WORDS), "2006-2021: 20/77");
  assert.equal(redline.someYears(layer({ showUndated: false }), WORDS), "2000-2030: 70/77");
  assert.equal(redline.someYears(layer({ showUndated: false, undated: 0 }), WORDS), "");
});

test("a symbol of many stands for those of the years that are drawn", () => {
  const def = { classOf: [0, -1, 2] };
  assert.equal(redline.inYears(def, 0), 0);
  assert.equal(redline.inYears(def, 1), -1);
  assert.equal(
    redline.inYears(def, [
      [0, 3],
      [1, 5],
      [2, 11],
    ]),
    14,
  );
  assert.equal(redline.inYears(def, [[1, 5]]), -1);
});
