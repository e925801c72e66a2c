/* Which shapes of a stand-alone page lie under a pointer. */
(() => {
  "use strict";
  const redline = window.redline;

  /** Whether a place lies in one of a shape's rings (even-odd). */
  redline.holds = (shape, lon, lat) => {
    let inside = false;
    for (const path of shape.p) {
      for (let i = 0, j = path.length - 2; i < path.length; j = i, i += 2) {
        const [ax, ay, bx, by] = [path[i], path[i + 1], path[j], path[j + 1]];
        if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside;
      }
    }
    return inside;
  };

  /** Pixels from a place to the nearest edge of a line. */
  redline.away = (map, shape, at) => {
    let best = Infinity;
    for (const path of shape.p) {
      let last = null;
      for (let i = 0; i < path.length; i += 2) {
        const point = map.latLngToLayerPoint([path[i + 1], path[i]]);
        if (last) best = Math.min(best, L.LineUtil.pointToSegmentDistance(at, last, point));
        last = point;
      }
    }
    return best;
  };
})();
