/* What of a tile is drawn in one stroke, and that cutting it changes nothing inside; the corners of the symbols. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chanceFrom, plain, sharedBy } from "./load.mjs";

const redline = sharedBy("draw/paint.js");
const SCREEN = 256;
const REACH = 16; // how far beyond a tile of the screen a stroke may reach

const boxOf = (paths) => {
  const all = paths.flat();
  const [xs, ys] = [all.map((p) => p.x), all.map((p) => p.y)];
  return { minX: Math.min(...xs), minY: Math.min(...ys), maxX: Math.max(...xs), maxY: Math.max(...ys) };
};
const feature = (id, corners, geomType = 3) => {
  const geom = [corners.map(([x, y]) => ({ x, y }))];
  return { id, geomType, geom, bbox: boxOf(geom) };
};
const square = (id, x, y, size = 10) =>
  feature(id, [
    [x, y],
    [x + size, y],
    [x + size, y + size],
    [x, y + size],
    [x, y],
  ]);
const batched = (features, classOf, cells = []) => {
  const data = new Map([
    ["f", features],
    ["c", cells],
  ]);
  const got = redline.batched({ origin: { x: 0, y: 0 }, scale: 1, data }, { x: 0, y: 0, z: 0 }, classOf);
  return plain(got.data.get("f"));
};

test("features of one style and kind are joined, others are not", () => {
  const got = batched([square(0, 1, 1), square(1, 30, 1), square(0, 60, 1), { ...square(0, 90, 1), geomType: 2 }]);
  assert.deepEqual(
    got.map((one) => [one.id, one.geomType, one.geom.length]),
    [
      [0, 3, 2],
      [1, 3, 1],
      [0, 2, 1],
    ],
  );
});

test("an id has the style that the list gives it, and -1 none", () => {
  const got = batched([square(0, 1, 1), square(1, 30, 1), square(2, 60, 1)], [4, -1, 4]);
  assert.deepEqual(
    got.map((one) => [one.id, one.geom.length]),
    [[4, 2]],
  );
});

test("cells are drawn before shapes and apart from them", () => {
  const got = batched([square(0, 1, 1)], undefined, [square(0, 50, 50)]);
  assert.deepEqual(
    got.map((one) => one.props.cells),
    [true, false],
  );
});

test("what does not reach the tile is left out; what reaches its strokes is not", () => {
  assert.equal(batched([square(0, SCREEN + REACH + 1, 0)]).length, 0);
  assert.equal(batched([square(0, SCREEN + REACH - 1, 0)]).length, 1);
  assert.equal(batched([square(0, -REACH - 11, 0)]).length, 0);
  assert.equal(batched([square(0, -REACH - 9, 0)]).length, 1);
});

/** The part of a polygon in a box (Sutherland and Hodgman, 1974), and its area by the shoelace formula. */
function areaWithin(corners, low, high) {
  let ring = corners;
  for (const [axis, edge, sign] of [
    ["x", low, 1],
    ["x", high, -1],
    ["y", low, 1],
    ["y", high, -1],
  ]) {
    const inside = (p) => sign * (p[axis] - edge) >= 0;
    const cut = (a, b) => {
      const t = (edge - a[axis]) / (b[axis] - a[axis]);
      return { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) };
    };
    ring = ring.flatMap((here, at) => {
      const before = ring.at(at - 1);
      if (inside(here)) return inside(before) ? [here] : [cut(before, here), here];
      return inside(before) ? [cut(before, here)] : [];
    });
  }
  return Math.abs(ring.reduce((sum, p, at) => sum + ring.at(at - 1).x * p.y - p.x * ring.at(at - 1).y, 0) / 2);
}

test("a large shape loses corners far outside and keeps its area inside", () => {
  const chance = chanceFrom(7);
  for (let round = 0; round < 40; round++) {
    const [cx, cy] = [256 * chance(), 256 * chance()];
    const corners = Array.from({ length: 200 }, (_, i) => {
      const [turn, reach] = [(2 * Math.PI * i) / 200, 150 + 900 * chance()];
      return [cx + reach * Math.cos(turn), cy + reach * Math.sin(turn)];
    });
    const whole = feature(0, [...corners, corners[0]]);
    const [
      {
        geom: [kept],
      },
    ] = batched([whole]);
    assert.ok(kept.length < whole.geom[0].length);
    const [got, wanted] = [kept, whole.geom[0]].map((ring) => areaWithin(ring, -REACH, SCREEN + REACH));
    assert.ok(Math.abs(got - wanted) < 1e-6 * wanted, `${got} is not ${wanted}`);
  }
});

test("each symbol has the corners that its name says, as far apart from the middle as one another", () => {
  const corners = { triangle: 3, diamond: 4, pentagon: 5, inverted: 3, hexagon: 6 };
  for (const [shape, count] of Object.entries(corners)) {
    const traced = [];
    const trace = (x, y) => traced.push(Math.hypot(x, y));
    const ctx = new Proxy(
      {},
      { get: (_, name) => (/^(moveTo|lineTo)$/.test(name) ? trace : () => {}), set: () => true },
    );
    redline.marker(ctx, 50, 50, { shape, radius: 6, fill: "#000000", opacity: 1 });
    assert.equal(traced.length, count, shape);
    for (const reach of traced) assert.ok(Math.abs(reach - traced[0]) < 1e-9, shape);
  }
});
