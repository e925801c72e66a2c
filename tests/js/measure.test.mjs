/* How lengths, areas and scales are written: units by their definitions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedBy } from "./load.mjs";

const redline = sharedBy("tools/geodesy.js", "panel/panel.js", "tools/bar.js", "tools/measure.js");

test("below a kilometre metres, from there kilometres", () => {
  assert.equal(redline.lengthText(0), "0.0 m");
  assert.equal(redline.lengthText(999.94), "999.9 m");
  assert.equal(redline.lengthText(1000), "1.000 km");
  assert.equal(redline.lengthText(1234567.8), "1,234.568 km");
});

test("an area in four units: 10 000 m² are a hectare, 15 mu a hectare, 100 hectares a square kilometre", () => {
  const ring = [
    [116, 28],
    [116.1, 28],
    [116.1, 28.1],
    [116, 28.1],
  ];
  const [metric, more, around] = redline.areaTexts(ring, { mu: "mu", around: "around" });
  const number = (text, unit) => Number(new RegExp(`([\\d,.]+) ${unit}(?:　|$)`).exec(text)[1].replaceAll(",", ""));
  const m2 = number(metric, "m²");
  assert.ok(m2 > 1e8);
  assert.ok(Math.abs(number(metric, "ha") - m2 / 1e4) < 1e-4);
  assert.ok(Math.abs(number(more, "mu") - (m2 / 1e4) * 15) < 0.01);
  assert.ok(Math.abs(number(more, "km²") - m2 / 1e6) < 1e-4);
  assert.ok(around.startsWith("around "));
  // a closed ring: two sides on meridians, two on parallels, each about 11.1 km and 9.8 km
  const km = number(around, "km");
  assert.ok(km > 41.5 && km < 42.1, String(km));
});

test("two corners have neither area nor a length around", () => {
  const [metric, , around] = redline.areaTexts(
    [
      [116, 28],
      [117, 28],
    ],
    { mu: "mu", around: "around" },
  );
  assert.equal(metric, "0.0 m²　0.0000 ha");
  assert.equal(around, "around 0.0 m");
});

test("a scale has two digits", () => {
  assert.equal(redline.roundScale(545978.77), 550000);
  assert.equal(redline.roundScale(2132.73), 2100);
  assert.equal(redline.roundScale(99.6), 100);
});
