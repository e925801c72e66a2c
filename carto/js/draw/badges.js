/* Badges: what is known by a county, city or province alone, counted at one point of it; no symbol marks a place for it. */
(() => {
  "use strict";
  const redline = window.redline;
  // as carto/badges.py
  const COUNTIES_FROM = 9;
  const [NEAR, FAR] = [1, 2];
  const [HIGH, BAR, PAD] = [20, 4, 6];
  const BELOW = 15; // the name of the territory stands above its badge
  const TEXT = `600 11px ${redline.FONT}`;

  /** One badge a territory for all layers that are drawn; further out those where a prefecture stands for its counties. */
  redline.badgesOf = (defs, zoom, hides) => {
    const drawn = zoom < COUNTIES_FROM ? FAR : NEAR;
    /** @type {Map<string, Redline.Badge>} */
    const found = new Map();
    for (const def of defs) {
      const hidden = hides ? hides(def) : null;
      for (const [code, lon, lat, counts, when] of def.badges || []) {
        if (when !== drawn || hidden?.(lon, lat)) continue;
        const badge = found.get(code) || { adcode: code, lon: lon, lat: lat, total: 0, colours: new Map() };
        for (const [cls, number] of counts) {
          const colour = def.styles[cls]?.fill || def.styles[cls]?.stroke || "";
          badge.colours.set(colour, (badge.colours.get(colour) || 0) + number);
          badge.total += number;
        }
        found.set(code, badge);
      }
    }
    const rank = (/** @type {Redline.Badge} */ { adcode }) =>
      adcode.endsWith("0000") ? 0 : adcode.endsWith("00") ? 1 : 2;
    return [...found.values()].sort((a, b) => rank(a) - rank(b) || a.adcode.localeCompare(b.adcode));
  };

  /** Whether the badge of a territory counts what is known by another alone: its own, further out a city its counties'. */
  redline.countsIn = (adcode, other, zoom) =>
    other === adcode ||
    (zoom < COUNTIES_FROM && adcode.endsWith("00") && !adcode.endsWith("0000") && other.startsWith(adcode.slice(0, 4)));

  /** What a badge says: its number; of a city among its counties, and of a province, whose it is too. */
  redline.badgeText = (badge, zoom, anchors) => {
    const wider = badge.adcode.endsWith("0000") || (badge.adcode.endsWith("00") && zoom >= COUNTIES_FROM);
    const name = wider ? anchors[badge.adcode]?.[2] : "";
    return name ? `${name} ${badge.total}` : String(badge.total);
  };

  /** Draw badges, each at the first of its places that is free; keeps their boxes with them. Returns those drawn. */
  redline.drawBadges = (ctx, badges, zoom, anchors, at, box) => {
    /** @type {Redline.DrawnBadge[]} */
    const drawn = [];
    ctx.save();
    for (const badge of badges) {
      const p = at(badge.lon, badge.lat);
      if (p.x < -60 || p.y < -40 || p.x > box.x + 60 || p.y > box.y + 40) continue;
      ctx.font = TEXT;
      const text = redline.badgeText(badge, zoom, anchors);
      const wide = Math.max(26, Math.ceil(ctx.measureText(text).width) + 2 * PAD);
      const spots = [
        [-wide / 2, BELOW - HIGH / 2],
        [-wide / 2, BELOW + HIGH],
        [-wide / 2, -BELOW - HIGH],
        [-wide / 2, BELOW + 2.2 * HIGH],
        [-wide / 2, -BELOW - 2.2 * HIGH],
        [wide / 2 + 4, -HIGH / 2],
        [-1.5 * wide - 4, -HIGH / 2],
      ];
      /** @type {Redline.Box[]} */
      const boxes = spots.map(([dx, dy]) => {
        const [x, y] = [Math.round(p.x + dx), Math.round(p.y + dy)];
        return [x, y, x + wide, y + HIGH];
      });
      const clear = (/** @type {Redline.Box} */ one) =>
        !drawn.some(({ box: t }) => t[0] < one[2] + 2 && t[2] > one[0] - 2 && t[1] < one[3] + 2 && t[3] > one[1] - 2);
      const place = boxes.find(clear) || boxes[0];
      redline.badge(ctx, place, text, badge.colours, badge.total);
      drawn.push({ ...badge, box: place });
    }
    ctx.restore();
    return drawn;
  };

  /**
   * A click on a badge, a symbol or a name means what that stands for: whoever hears of the click hears of the very point
   * of it. On a badge no mark is put.
   */
  redline.aimAtMarks = (app) => {
    const { map, marks } = app;
    map.on("click", (e) => {
      if (app.drawing) return;
      const badge = marks.badgeAt(e.containerPoint);
      const place = marks.aimedAt(e.containerPoint);
      if (badge) Object.assign(e, { latlng: L.latLng(badge.lat, badge.lon), counted: true });
      else if (place) Object.assign(e, { latlng: L.latLng(place[1], place[0]) });
    });
    map.on("mousemove", (e) => {
      const on = !app.drawing && (marks.badgeAt(e.containerPoint) || marks.aimedAt(e.containerPoint));
      map.getContainer().classList.toggle("redline-on-mark", !!on);
    });
  };

  /** Whether a place is the point of a badge of one of the layers. */
  redline.isCounted = (layers, [lon, lat]) => {
    const near = (/** @type {Redline.Counted} */ [, x, y]) => Math.abs(x - lon) < 2e-5 && Math.abs(y - lat) < 2e-5;
    return layers.some((def) => (def.badges || []).some(near));
  };

  /** One badge: its text, and below a bar of its categories. */
  redline.badge = (ctx, [left, top, right, bottom], text, colours, total) => {
    ctx.beginPath();
    ctx.roundRect(left, top, right - left, bottom - top, 4);
    ctx.fillStyle = "rgba(255,255,255,0.94)";
    ctx.fill();
    ctx.save();
    ctx.clip();
    let x = left;
    for (const [colour, number] of colours) {
      const wide = ((right - left) * number) / total;
      ctx.fillStyle = colour;
      ctx.fillRect(x, bottom - BAR, wide + 0.5, BAR);
      x += wide;
    }
    ctx.restore();
    ctx.lineWidth = 1;
    ctx.strokeStyle = "#4a5560";
    ctx.stroke();
    ctx.font = TEXT;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = "#222222";
    ctx.fillText(text, (left + right) / 2, top + (bottom - top - BAR) / 2 + 1);
  };
})();
