/* Badges: one a territory for all layers, joined further out, clear of one another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, sharedBy } from "./load.mjs";

const redline = sharedBy("draw/paint.js", "draw/badges.js");
const styles = [{ fill: "#111111" }, { fill: "#222222" }];
const anchors = { 361000: [116.3, 27.8, "抚州市"], 360000: [115.7, 27.6, "江西省"] };
const projects = {
  styles,
  badges: [
    [
      "361002",
      116.3,
      27.9,
      [
        [0, 2],
        [1, 1],
      ],
      1,
    ],
    ["361028", 117.0, 27.7, [[1, 4]], 1],
    ["361000", 116.3, 27.8, [[0, 5]], 1],
    ["360000", 115.7, 27.6, [[0, 7]], 1],
    [
      "361000",
      116.3,
      27.8,
      [
        [0, 7],
        [1, 4],
      ],
      2,
    ],
    ["360000", 115.7, 27.6, [[0, 7]], 2],
  ],
};
const sites = {
  styles: [{ stroke: "#333333" }],
  badges: [
    ["361028", 117.0, 27.7, [[0, 1]], 1],
    ["361000", 116.3, 27.8, [[0, 1]], 2],
  ],
};

test("layers are counted together, by colour", () => {
  const found = redline.badgesOf([projects, sites], 10);
  assert.deepEqual(plain(found.map((badge) => [badge.adcode, badge.total])), [
    ["360000", 7],
    ["361000", 5],
    ["361002", 3],
    ["361028", 5],
  ]);
  const zixi = found.find((badge) => badge.adcode === "361028");
  assert.deepEqual(plain([...zixi.colours]), [
    ["#222222", 4],
    ["#333333", 1],
  ]);
});

test("further out a city stands for its counties, and a province for none", () => {
  const found = redline.badgesOf([projects, sites], 8);
  assert.deepEqual(plain(found.map((badge) => [badge.adcode, badge.total])), [
    ["360000", 7],
    ["361000", 12],
  ]);
  assert.equal(redline.badgeText(found[1], 8, anchors), "12");
  assert.equal(redline.badgeText(found[0], 8, anchors), "江西省 7");
  assert.equal(redline.badgeText(found[1], 10, anchors), "抚州市 12");
});

test("badges keep clear of one another while there is a place", () => {
  const ctx = new Proxy(
    { measureText: (text) => ({ width: 7 * text.length }) },
    {
      get: (target, name) => target[name] ?? (() => undefined),
      set: () => true,
    },
  );
  const at = () => ({ x: 100, y: 100 });
  const found = redline.badgesOf([projects], 10);
  const drawn = redline.drawBadges(ctx, found, 10, anchors, at, { x: 400, y: 400 });
  assert.equal(drawn.length, 4);
  for (const [i, { box: a }] of drawn.entries())
    for (const { box: b } of drawn.slice(i + 1))
      assert.ok(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1], `${a} and ${b}`);
});

test("a city stands for its counties further out only, a province never", () => {
  assert.ok(redline.countsIn("361000", "361028", 8));
  assert.ok(!redline.countsIn("361000", "361028", 9));
  assert.ok(redline.countsIn("361000", "361000", 12));
  assert.ok(!redline.countsIn("360000", "360102", 7));
});
