/* Coordinates, lengths and areas against PROJ, GeographicLib, published figures and closed forms. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedBy } from "./load.mjs";

const redline = sharedBy("tools/geodesy.js");
const A = 6378137;
const E2 = (2 - 1 / 298.257222101) / 298.257222101;
const E = Math.sqrt(E2);

const near = (got, wanted, within) =>
  assert.ok(Math.abs(got - wanted) <= within, `${got} is not ${wanted} ± ${within}`);

// pyproj 3.7.2, PROJ 9.5.1: Transformer.from_crs(4490, 4488 + zone, always_xy=True).transform(lon, lat); so narrow that
// the ellipsoid of WGS 84 in place of GRS 80 would be seen (a twentieth of a millimetre)
const PROJ = [
  { at: [115.9, 28.7], zone: 39, x: 3176514.9035566, y: 39392505.599914 },
  { at: [114.02, 24.6], zone: 38, x: 2721746.3482502, y: 38502025.489233 },
  { at: [118.4999, 30], zone: 39, x: 3321060.7145795, y: 39644728.098798 },
  { at: [73.6, 39.2], zone: 25, x: 4341641.4063333, y: 25379062.748822 },
  { at: [134.9, 53.4], zone: 45, x: 5919141.0478819, y: 45493348.491097 },
];

for (const { at, zone, x, y } of PROJ) {
  test(`Gauss-Krüger at ${at} is PROJ's to a hundredth of a millimetre`, () => {
    const got = redline.gaussKruger(...at);
    assert.equal(got.zone, zone);
    near(got.x, x, 1e-5);
    near(got.y, y, 1e-5);
  });
}

test("on the middle meridian of a zone y is 500 km and x the arc of the meridian", () => {
  // Moritz, Geodetic Reference System 1980 (Journal of Geodesy 74, 2000): meridian quadrant 10 001 965.7293 m
  const pole = redline.gaussKruger(117, 90 - 1e-9);
  near(pole.x, 10001965.7293, 0.001);
  near(pole.y, 39500000, 0.001);
});

test("a quarter of a meridian and a degree of the equator are as long as published", () => {
  near(
    redline.lengthOf([
      [116, 0],
      [116, 90],
    ]),
    10001965.7293,
    0.0001,
  );
  near(
    redline.lengthOf([
      [116, 0],
      [117, 0],
    ]),
    (A * Math.PI) / 180,
    1e-6,
  );
});

test("a line of two pieces is as long as GeographicLib says", () => {
  // GeodSolve -i -e 6378137 1/298.257222101 -p 4, for each piece: 101319.9952 and 165134.4309
  const line = [
    [115.9, 28.7],
    [116.4, 27.9],
    [114.99, 27.1],
  ];
  near(redline.lengthOf(line), 101319.9952 + 165134.4309, 0.0002);
  assert.equal(redline.lengthOf([[116, 28]]), 0);
});

/** Area between the equator and a parallel, for a radian of longitude (Snyder, Map Projections, 1987, eq. 3-12). */
const belt = (lat) => {
  const sine = Math.sin((lat * Math.PI) / 180);
  return ((A * A * (1 - E2)) / 2) * (sine / (1 - E2 * sine * sine) + Math.atanh(E * sine) / E);
};

/** Area of a ring whose edges are straight in degrees, by Green's theorem and Simpson's rule. */
const exact = (ring) => {
  let sum = 0;
  ring.forEach(([lon, lat], at) => {
    const [nextLon, nextLat] = ring[(at + 1) % ring.length];
    const steps = 200;
    for (let i = 0; i <= steps; i++) {
      const weight = i === 0 || i === steps ? 1 : i % 2 ? 4 : 2;
      const width = (((nextLon - lon) * Math.PI) / 180 / steps / 3) * weight;
      sum += width * belt(lat + ((nextLat - lat) * i) / steps);
    }
  });
  return Math.abs(sum);
};

const RINGS = {
  "a cell of a degree": [
    [116, 28],
    [117, 28],
    [117, 29],
    [116, 29],
  ],
  "a slanted ring": [
    [115.9, 28.7],
    [116.4, 28.6],
    [116.31, 27.9],
    [115.8, 28.02],
  ],
  "a field": [
    [116, 28],
    [116.002, 28.0003],
    [116.0018, 28.002],
    [115.9999, 28.0017],
  ],
};

for (const [name, ring] of Object.entries(RINGS)) {
  test(`the area of ${name} is that of the ellipsoid, whichever way round`, () => {
    near(redline.areaOf(ring), exact(ring), Math.max(0.02, exact(ring) * 1e-6));
    near(redline.areaOf([...ring].reverse()), redline.areaOf(ring), redline.areaOf(ring) * 1e-12);
  });
}

test("the closed form itself: the whole ellipsoid has the published area", () => {
  // GRS 80 has the radius of the sphere of equal area R2 = 6 371 007.1810 m (Moritz 2000)
  near(Math.sqrt(belt(90)), 6371007.181, 0.001);
});

test("what has fewer than three corners has no area", () => {
  assert.equal(redline.areaOf([]), 0);
  assert.equal(
    redline.areaOf([
      [116, 28],
      [117, 28],
    ]),
    0,
  );
});

test("scales are those of the web's grid", () => {
  // OGC 07-057r7, annex E.4, GoogleMapsCompatible
  const published = { 0: 559082264.0287178, 10: 545978.7734655447, 18: 2132.729583849784 };
  for (const [zoom, scale] of Object.entries(published)) near(redline.scaleOf(0, Number(zoom)) / scale, 1, 1e-9);
  near(redline.scaleOf(60, 10) * 2, published[10], 1e-3);
});
