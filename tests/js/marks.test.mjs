/* Labels never lie on each other, the more important come first, and large layers ask for the tiles that are seen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chanceFrom, plain, windowWith } from "./load.mjs";

const window = windowWith(["draw/paint.js", "draw/marks.js", "draw/mark_tiles.js"]);
const { redline, L } = window;
const TEXT = { size: 12, weight: 400, style: "normal", colour: "#000", rank: 1 };

/** A pen that writes down what it writes; a letter is 10 pixels wide. */
const pen = () => {
  const written = [];
  const measureText = (text) => ({ width: 10 * text.length });
  return { written, measureText, strokeText() {}, fillText: (text, x, y) => written.push({ text, x, y }) };
};
const label = (name, x, y, dot = false) => ({ name, x, y, dot, text: TEXT, rank: 1, weight: 0 });
const apart = (a, b) => a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];

test("no two labels lie on each other, however many there are", () => {
  const chance = chanceFrom(1);
  const labels = Array.from({ length: 300 }, (_, i) =>
    label("n".repeat(1 + (i % 6)), 400 * chance(), 300 * chance(), i % 2 > 0),
  );
  const boxes = plain(redline.placeLabels(pen(), labels, [], [])).map(({ box }) => box);
  assert.ok(boxes.length > 20 && boxes.length < 300, String(boxes.length));
  boxes.forEach((one, at) => {
    for (const other of boxes.slice(at + 1)) assert.ok(apart(one, other), `${one} lies on ${other}`);
  });
});

test("of two at one place the first is written at its best spot, the other beside it or not at all", () => {
  const ctx = pen();
  redline.placeLabels(ctx, [label("first", 100, 100), label("second", 100, 100)], [], []);
  assert.deepEqual(
    ctx.written.map((one) => one.text),
    ["first", "second"],
  );
  assert.ok(Math.abs(ctx.written[0].y - 100) <= 1);
  assert.ok(Math.abs(ctx.written[1].y - 100) > 8);
  const full = pen();
  redline.placeLabels(full, [label("third", 100, 100)], [[0, 0, 1000, 1000]], []);
  assert.deepEqual(full.written, []);
});

test("what should be spared is written on only if there is no other place", () => {
  const [{ box: beside }] = redline.placeLabels(pen(), [label("a", 100, 100)], [], [[90, 90, 110, 108]]);
  assert.ok(apart(beside, [90, 90, 110, 108]));
  const [{ box: upon }] = redline.placeLabels(pen(), [label("a", 100, 100)], [], [[0, 0, 1000, 1000]]);
  assert.ok(!apart(upon, [0, 0, 1000, 1000]));
});

test("the name of a symbol leaves the symbol free", () => {
  const [{ box }] = redline.placeLabels(pen(), [label("name", 100, 100, true)], [], []);
  assert.ok(apart(box, [94, 94, 106, 106]));
});

/** The tile of a place, as the OpenStreetMap wiki gives it (Slippy map tilenames): ⌊2ᶻ·…⌋ by asinh(tan lat). */
const tileOf = (lon, lat, zoom) => {
  const y = (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
  return { x: Math.floor(((lon + 180) / 360) * 2 ** zoom), y: Math.floor(y * 2 ** zoom) };
};

function wanted(zoom, [west, south, east, north], lowest = 0, highest = 14) {
  const bounds = L.latLngBounds([south, west], [north, east]);
  const map = { getZoom: () => zoom, getBounds: () => bounds, options: { crs: L.CRS.EPSG3857 } };
  const tiles = { _app: { map, config: { levelDiff: 2 } } };
  return plain(redline.MarkTiles.prototype._wanted.call(tiles, lowest, highest));
}

test("the tiles that are asked for are those of the view and a fifth around it", () => {
  const [west, south, east, north] = [115.7, 28.5, 116.1, 28.8];
  const [wide, high] = [0.2 * (east - west), 0.2 * (north - south)];
  const first = tileOf(west - wide, north + high, 9);
  const last = tileOf(east + wide, south - high, 9);
  const names = new Set(wanted(11, [west, south, east, north]));
  assert.equal(names.size, (last.x - first.x + 1) * (last.y - first.y + 1));
  for (const { x, y } of [first, last, tileOf(115.9, 28.65, 9)]) assert.ok(names.has(`9/${x}/${y}`), `9/${x}/${y}`);
});

test("no tile is asked for beyond the world, above the deepest or below the first level", () => {
  assert.deepEqual(wanted(2, [-179, -84, 179, 84]), ["0/0/0"]);
  assert.ok(wanted(18, [115.9, 28.6, 115.91, 28.61], 0, 12).every((name) => name.startsWith("12/")));
  assert.deepEqual(wanted(6, [115.7, 28.5, 116.1, 28.8], 5), []);
});
