/* Coordinates and sizes on the ellipsoid of CGCS2000 (GRS 80). */
(() => {
  "use strict";
  window.redline = window.redline || /** @type {Redline.Shared} */ ({});
  const redline = window.redline;
  const A = 6378137;
  const F = 1 / 298.257222101;
  const N = F / (2 - F);
  const E = Math.sqrt(F * (2 - F));
  const RADIUS = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
  // Krüger's series to the fourth power of n (Karney, Transverse Mercator with an accuracy of a few nanometers, 2011, eq. 35)
  const ALPHA = [
    N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
    (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
    (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
    (49561 / 161280) * N ** 4,
  ];
  const STEP_DEG = 0.01;
  const MOST_PIECES = 200;
  const PIXEL_M = 0.00028; // the pixel that OGC reckons scales with

  /** @type {(degrees: number) => number} */
  const radians = (degrees) => (degrees * Math.PI) / 180;

  /** Gauss-Krüger, 3-degree zones: x north and y east in metres, y with 500 km and the number of the zone before it. */
  redline.gaussKruger = (lon, lat) => {
    const zone = Math.round(lon / 3);
    const away = radians(lon - 3 * zone);
    const sine = Math.sin(radians(lat));
    const t = Math.sinh(Math.atanh(sine) - E * Math.atanh(E * sine));
    const north = Math.atan2(t, Math.cos(away));
    const east = Math.atanh(Math.sin(away) / Math.sqrt(1 + t * t));
    let [x, y] = [north, east];
    ALPHA.forEach((alpha, at) => {
      const k = 2 * (at + 1);
      x += alpha * Math.sin(k * north) * Math.cosh(k * east);
      y += alpha * Math.cos(k * north) * Math.sinh(k * east);
    });
    return { zone: zone, x: RADIUS * x, y: zone * 1e6 + 500000 + RADIUS * y };
  };

  /** @type {Redline.Geodesic | undefined} */
  let ellipsoid;
  const geodesic = () => {
    ellipsoid = ellipsoid || new window.geodesic.Geodesic.Geodesic(A, F);
    return ellipsoid;
  };

  /** Length in metres of the shortest lines between places, [lon, lat] in degrees. */
  redline.lengthOf = (places) => {
    let sum = 0;
    for (let i = 1; i < places.length; i++) {
      sum += geodesic().Inverse(places[i - 1][1], places[i - 1][0], places[i][1], places[i][0]).s12;
    }
    return sum;
  };

  /** Area in square metres of a ring whose edges are straight in degrees, as the server measures a site. */
  redline.areaOf = (ring) => {
    if (ring.length < 3) return 0;
    const polygon = geodesic().Polygon(false);
    ring.forEach(([lon, lat], at) => {
      const [nextLon, nextLat] = ring[(at + 1) % ring.length];
      const reach = Math.max(Math.abs(nextLon - lon), Math.abs(nextLat - lat));
      const pieces = Math.min(MOST_PIECES, Math.max(1, Math.ceil(reach / STEP_DEG)));
      for (let i = 0; i < pieces; i++) {
        polygon.AddPoint(lat + ((nextLat - lat) * i) / pieces, lon + ((nextLon - lon) * i) / pieces);
      }
    });
    return Math.abs(polygon.Compute(false, true).area);
  };

  /** By how much the map shrinks the ground at a latitude: 1 : what is returned. */
  redline.scaleOf = (lat, zoom) => (2 * Math.PI * A * Math.cos(radians(lat))) / (256 * 2 ** zoom) / PIXEL_M;
})();
