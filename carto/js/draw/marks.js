/* Symbols and labels of all layers on one canvas: labels never overlap each other; which of them lies under a point. */
(() => {
  "use strict";
  const redline = window.redline;
  const { FONT } = redline;
  const PAD = 0.2;
  const MOST_LABELS = 400;
  redline.HOLLOW_FROM = 9; // symbols of what is somewhere on a water would hide, further out, those of places

  const members = /** @type {Redline.Members<Redline.Marks>} */ ({
    initialize(app) {
      this._app = app;
      /** @type {Redline.DrawnBadge[]} */
      this.badges = [];
      /** @type {Redline.Written[]} */
      this.names = [];
      /** @type {Redline.Target[]} */
      this.aims = [];
    },

    onAdd(map) {
      this._canvas = L.DomUtil.create("canvas", "redline-marks leaflet-zoom-animated", map.getPane("redline-marks"));
      this.redraw();
    },

    onRemove() {
      this._canvas.remove();
    },

    getEvents() {
      return { moveend: this.redraw, resize: this.redraw, zoomanim: this._animate };
    },

    _animate(e) {
      const scale = this._map.getZoomScale(e.zoom, this._zoom);
      const offset = this._map._latLngToNewLayerPoint(this._corner, e.zoom, e.center);
      L.DomUtil.setTransform(this._canvas, offset, scale);
    },

    redraw() {
      const map = this._map;
      if (!map || this._app.gathering) return;
      const size = map.getSize();
      const pad = size.multiplyBy(PAD).round();
      const whole = size.add(pad.multiplyBy(2));
      const origin = map.containerPointToLayerPoint(pad.multiplyBy(-1)).round();
      this._zoom = map.getZoom();
      this._corner = map.layerPointToLatLng(origin);
      const ctx = redline.sharp(this._canvas, whole.x, whole.y);
      L.DomUtil.setPosition(this._canvas, origin);
      const box = { x: whole.x, y: whole.y };
      const at = (/** @type {number} */ lon, /** @type {number} */ lat) =>
        map.latLngToLayerPoint([lat, lon]).subtract(origin);
      const known = [...this._app.layers, ...(this._app.picks || [])];
      const drawn = known.filter((d) => d.marks && this._app.isOn(d) && this._app.inZoom(d));
      /** @type {Redline.Box[]} */
      const taken = [];
      /** @type {Redline.Wanted[]} */
      const wanted = [];
      /** @type {Redline.Dot[]} */
      const dots = [];
      for (const def of drawn)
        this._collect(ctx, /** @type {Redline.Marked & Redline.Laid} */ (def), at, box, wanted, dots);
      wanted.sort((a, b) => a.rank - b.rank || b.weight - a.weight);
      dots.sort((a, b) => (a.many || 0) - (b.many || 0));
      for (const dot of dots) {
        if (dot.many)
          redline.crowd(ctx, dot.x, dot.y, crowdRadius(dot.many), short(dot.many, this._app.config.lang), dot);
        else if (dot.style) redline.marker(ctx, dot.x, dot.y, dot.style, dot.hollow, dot.opacity);
      }
      /** @type {Redline.Box[]} */
      const symbols = dots.map((dot) => {
        const reach = dot.many ? crowdRadius(dot.many) : 6;
        return [dot.x - reach, dot.y - reach, dot.x + reach, dot.y + reach];
      });
      const areas = wanted.filter((label) => !label.dot);
      const named = wanted.filter((label) => label.dot);
      const { anchors = {} } = this._app.config;
      const hides = this._app.hides ? (/** @type {Redline.Marked} */ def) => this._app.hides?.(def) || null : null;
      const shown = known.filter((d) => d.badges && this._app.isOn(d) && this._app.inZoom(d));
      const counted = redline.badgesOf(shown, this._zoom, hides);
      this.badges = redline.drawBadges(ctx, counted, this._zoom, anchors, at, box);
      this._origin = origin;
      for (const badge of this.badges) taken.push(badge.box);
      // the name of an area may stand on a symbol if it must, never on a number; that of a symbol on neither
      for (const [at, dot] of dots.entries()) if (dot.many) taken.push(symbols[at]);
      this.names = redline.placeLabels(ctx, areas.slice(0, MOST_LABELS), taken, symbols);
      for (const [at, dot] of dots.entries()) if (!dot.many) taken.push(symbols[at]);
      this.names.push(...redline.placeLabels(ctx, named.slice(0, MOST_LABELS), taken, []));
      const symbol = dots.flatMap((dot, at) => (dot.style ? [{ box: symbols[at], place: dot.place }] : []));
      // the name of what may be narrower than its name stands for it; that of a county lies on the county
      const aside = this.names.flatMap(({ box, of }) => (of.dot || of.text.room > 1 ? [{ box, place: of.place }] : []));
      this.aims = [...symbol.reverse(), ...aside];
    },

    /** The place of what a click means: of the symbol or the name under a point of the map's container; null for none. */
    aimedAt(point) {
      const under = this._under(point);
      return under && (this.aims.find(({ box }) => under(box))?.place ?? null);
    },

    _under(point) {
      if (!this._origin) return null;
      const { x, y } = this._map.containerPointToLayerPoint(point).subtract(this._origin);
      return (/** @type {Redline.Box} */ box) =>
        x >= box[0] - 2 && x <= box[2] + 2 && y >= box[1] - 2 && y <= box[3] + 2;
    },

    /** The badge under a point of the map's container; null for none. */
    badgeAt(place) {
      const under = this._under(place);
      return (under && this.badges.find(({ box }) => under(box))) || null;
    },

    /** Gather the symbols of a layer inside the canvas, and the labels that have room at this zoom. */
    _collect(ctx, def, at, box, wanted, dots) {
      const zoom = this._zoom;
      const english = this._app.config.lang === "en";
      const world = 256 * 2 ** zoom;
      const text = def.label;
      const picked = (this._app.picks || []).includes(def);
      const hidden = this._app.hides ? this._app.hides(def) : null; // the other side of a comparison
      for (const [lon, lat, zh, en, cls, located, , whole, when] of def.marks.points) {
        if (!located && !picked && zoom < redline.HOLLOW_FROM) continue;
        if (hidden?.(lon, lat)) continue;
        const many = (def.years ? redline.inYears(def, when) : whole) || 0;
        if (many < 0) continue;
        const p = at(lon, lat);
        if (p.x < -20 || p.y < -20 || p.x > box.x + 20 || p.y > box.y + 20) continue;
        if (many) {
          dots.push({ x: p.x, y: p.y, many: many, colour: def.styles[cls]?.fill, opacity: def.opacity });
          continue;
        }
        const style = { ...(def.styles[cls] || def.styles[0]) };
        style.radius *= Math.min(1, Math.max(0.5, 0.5 + (zoom - 7) / 6));
        const place = /** @type {Redline.Place} */ ([lon, lat]);
        dots.push({ x: p.x, y: p.y, place: place, style: style, hollow: !located, opacity: def.opacity });
        if (!text || zoom < text.minZoom) continue;
        const name = (english && en) || zh;
        if (!name) continue;
        wanted.push({ x: p.x, y: p.y, place: place, name: name, rank: text.rank, weight: 0, text: text, dot: true });
      }
      if (!text || zoom < text.minZoom || zoom > text.maxZoom) return;
      ctx.font = font(text);
      for (const [lon, lat, zh, en, share, when] of def.marks.labels) {
        if (hidden?.(lon, lat)) continue;
        if (def.years && redline.inYears(def, when) < 0) continue;
        const p = at(lon, lat);
        if (p.x < 0 || p.y < 0 || p.x > box.x || p.y > box.y) continue;
        const name = (english && en) || zh;
        if (!name || ctx.measureText(name).width > share * world * text.room) continue;
        const { rank } = text;
        wanted.push({ x: p.x, y: p.y, place: [lon, lat], name, rank, weight: share, text, dot: false });
      }
    },
  });
  redline.Marks = L.Layer.extend(members);

  /** How many features of the years that are drawn a symbol stands for: 0 for one's own, -1 for none. */
  redline.inYears = (def, when) => {
    const classOf = def.classOf || [];
    if (!Array.isArray(when)) return classOf[when ?? -1] < 0 ? -1 : 0;
    return when.reduce((sum, [kind, count]) => sum + (classOf[kind] < 0 ? 0 : count), 0) || -1;
  };

  /** @type {(many: number, lang: string) => string} */
  const short = (many, lang) => new Intl.NumberFormat(lang, { notation: "compact" }).format(many);

  /** @type {(many: number) => number} */
  const crowdRadius = (many) => 9 + 2.4 * Math.log10(many);

  /** @param {Redline.Label} text */
  function font(text) {
    return `${text.style || "normal"} ${text.weight} ${text.size}px ${FONT}`;
  }

  /** @type {(box: Redline.Box, taken: Redline.Box[]) => boolean} */
  const free = (box, taken) => !taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1]);

  /**
   * Write labels in order of rank, each at the first of its places where nothing stands yet, if it can be clear of what
   * should be `spared` too. Returns those written, each with its box.
   */
  redline.placeLabels = (ctx, labels, taken, spared) => {
    /** @type {Redline.Written[]} */
    const written = [];
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    ctx.lineJoin = "round";
    for (const label of labels) {
      ctx.font = font(label.text);
      const wide = ctx.measureText(label.name).width;
      const high = label.text.size * 1.25;
      const away = 9;
      const spots = label.dot
        ? [
            [away, -high / 2],
            [-away - wide, -high / 2],
            [-wide / 2, -away - high],
            [-wide / 2, away],
          ]
        : [
            [-wide / 2, -high / 2],
            [-wide / 2, high * 0.6],
            [-wide / 2, -high * 1.6],
          ];
      /** @type {Redline.Box[]} */
      const boxes = spots.map(([dx, dy]) => {
        const x = Math.round(label.x + dx);
        const y = Math.round(label.y + dy);
        return [x - 3, y - 1, x + wide + 3, y + high + 1];
      });
      const open = boxes.filter((box) => free(box, taken));
      const box = open.find((one) => free(one, spared)) || open[0];
      if (!box) continue;
      taken.push(box);
      written.push({ box: box, of: label });
      const [x, y] = [box[0] + 3, box[1] + 1 + high / 2];
      ctx.lineWidth = 3;
      ctx.strokeStyle = "rgba(255,255,255,0.92)";
      ctx.strokeText(label.name, x, y);
      ctx.fillStyle = label.text.colour;
      ctx.fillText(label.name, x, y);
    }
    return written;
  };
})();
