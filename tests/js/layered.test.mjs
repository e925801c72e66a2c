/* The order in which layers lie, what lies under a pointer, and what st_folium hears. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, windowWith } from "./load.mjs";

const window = windowWith(["draw/paint.js", "map/st_folium.js", "map/layered.js", "map/hits.js"]);
const { redline, L } = window;

test("the first of an order lies on top, all between indicators (301) and marks (620)", () => {
  const ids = Array.from({ length: 60 }, (_, at) => `layer${at}`);
  const heights = ids.map((id) => redline.stackOf(ids).get(id));
  assert.deepEqual(
    heights,
    [...heights].sort((a, b) => b - a),
  );
  assert.equal(new Set(heights).size, ids.length);
  assert.ok(heights.at(-1) > 301 && heights[0] < 620);
});

test("a layer is in its zooms, the ends too", () => {
  const at = (zoom) =>
    redline.LayeredMap.prototype.inZoom.call({ map: { getZoom: () => zoom } }, { minZoom: 8, maxZoom: 12 });
  assert.deepEqual([7.5, 8, 10, 12, 12.5].map(at), [false, true, true, true, false]);
});

test("a place is in a shape, and not in its hole", () => {
  const shape = {
    p: [
      [0, 0, 10, 0, 10, 10, 0, 10, 0, 0],
      [4, 4, 6, 4, 6, 6, 4, 6, 4, 4],
    ],
  };
  assert.equal(redline.holds(shape, 2, 5), true);
  assert.equal(redline.holds(shape, 5, 5), false);
  assert.equal(redline.holds(shape, 11, 5), false);
});

test("how far a line is: 3, 4, 5", () => {
  const map = { latLngToLayerPoint: ([lat, lon]) => L.point(lon, lat) };
  const away = (x, y) => redline.away(map, { p: [[0, 0, 10, 0]] }, L.point(x, y));
  assert.equal(away(5, 4), 4);
  assert.equal(away(13, 4), 5);
  const corner = {
    p: [
      [0, 0, 10, 0, 10, 20],
      [90, 90, 91, 90],
    ],
  };
  assert.equal(redline.away(map, corner, L.point(12, 15)), 2);
  assert.equal(redline.away(map, { p: [] }, L.point(0, 0)), Infinity);
});

test("a guarded event does not reach st_folium, others do; afterwards the map is as it was", () => {
  const heard = [];
  const map = Object.assign(Object.create(L.Map.prototype), {
    getBounds: () => "b",
    getZoom: () => 9,
    getCenter: () => "c",
  });
  window.__GLOBAL_DATA__ = {
    returned_objects: ["zoom", "center", "selected_layers"],
    selected_layers: { a: { name: "a" } },
  };
  window.initComponent = (begun) =>
    begun.on("click", () => heard.push("click")).on("moveend", () => heard.push("moveend"));
  const start = window.initComponent;
  let drawing = true;
  redline.stFolium.guard(map, { click: () => drawing });
  window.initComponent(map, false);
  map.fire("click");
  map.fire("moveend");
  drawing = false;
  map.fire("click");
  assert.deepEqual(heard, ["moveend", "click"]);
  assert.equal(window.initComponent, start);
  assert.equal(Object.hasOwn(map, "on"), false);
  const known = { zoom: 9, center: "c", selected_layers: [{ name: "a" }] };
  assert.deepEqual(plain(window.__GLOBAL_DATA__.previous_data), known);
});
