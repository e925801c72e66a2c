/* The map of a stand-alone file: shapes from the page itself, drawn by the code that draws the tiles; no network. */
(() => {
  "use strict";
  const redline = window.redline;
  const HOLLOW_FROM = 9; // as marks.js: what is not drawn does not answer

  /** Shapes of one layer on a canvas of their own. */
  const Shapes = L.Layer.extend({
    initialize(def, pane) {
      this._def = def;
      this._painter = redline.symbolizer(def.styles);
      this.options.pane = pane;
    },
    onAdd() {
      this._canvas = L.DomUtil.create("canvas", "redline-shapes leaflet-zoom-hide", this.getPane());
      this.redraw();
    },
    onRemove() {
      this._canvas.remove();
    },
    getEvents() {
      return { moveend: this.redraw, resize: this.redraw };
    },
    redraw() {
      const map = this._map;
      const size = map.getSize();
      const ratio = window.devicePixelRatio || 1;
      const canvas = this._canvas;
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      const origin = map.containerPointToLayerPoint([0, 0]).round();
      L.DomUtil.setPosition(canvas, origin);
      const ctx = canvas.getContext("2d");
      ctx.scale(ratio, ratio);
      const box = map.getBounds().pad(0.1);
      const joined = new Map();
      for (const shape of this._def.shapes) {
        const [west, south, east, north] = shape.b;
        if (west > box.getEast() || east < box.getWest() || south > box.getNorth() || north < box.getSouth()) continue;
        const key = shape.c * 4 + shape.d + 1;
        if (!joined.has(key)) joined.set(key, { feature: { id: shape.c, geomType: shape.d + 1 }, paths: [] });
        for (const path of shape.p) {
          const line = [];
          for (let i = 0; i < path.length; i += 2)
            line.push(map.latLngToLayerPoint([path[i + 1], path[i]])._subtract(origin));
          joined.get(key).paths.push(line);
        }
      }
      for (const group of joined.values()) this._painter.draw(ctx, group.paths, map.getZoom(), group.feature);
    },
  });

  /** Whether a place lies in one of a shape's rings (even-odd). */
  function holds(shape, lon, lat) {
    let inside = false;
    for (const path of shape.p) {
      for (let i = 0, j = path.length - 2; i < path.length; j = i, i += 2) {
        const [ax, ay, bx, by] = [path[i], path[i + 1], path[j], path[j + 1]];
        if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside;
      }
    }
    return inside;
  }

  /** Pixels from a place to the nearest edge of a line. */
  function away(map, shape, at) {
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
  }

  class Page {
    constructor(map, config) {
      this.map = map;
      this.config = config;
      this.layers = config.groups.flatMap((group) => group.layers).filter((def) => !def.absent);
      const pane = (name, order) => {
        const made = map.createPane(name);
        made.style.zIndex = order;
        made.style.pointerEvents = "none";
      };
      for (const def of this.layers) {
        pane(`redline-${def.id}`, 310 + def.z);
        map.getPane(`redline-${def.id}`).style.opacity = def.opacity ?? 1;
        def.shown = def.on;
        def.layer = new Shapes(def, `redline-${def.id}`);
        if (def.on) def.layer.addTo(map);
      }
      if (config.relief) {
        pane("redline-relief", 250);
        L.imageOverlay(config.relief.url, config.relief.bounds, { pane: "redline-relief", interactive: false }).addTo(
          map,
        );
      }
      pane("redline-marks", 620);
      this.marks = new redline.Marks(this).addTo(map);
      map.attributionControl.setPrefix(false);
      map.attributionControl.addAttribution(L.Util.template(config.texts.attribution, {}));
      L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
      this.panel = new redline.Panel(this).addTo(map);
      this.watermark = L.DomUtil.create("div", "redline-watermark", map.getContainer());
      this.watermark.style.backgroundImage = `url("${config.watermark}")`;
      this._mark();
      map.on("click", (e) => this._answer(e));
    }

    isOn(def) {
      return def.shown;
    }

    inZoom(def) {
      const zoom = this.map.getZoom();
      return zoom >= def.minZoom && zoom <= def.maxZoom;
    }

    toggle(def, on) {
      def.shown = on;
      this.map[on ? "addLayer" : "removeLayer"](def.layer);
      this.marks.redraw();
      this._mark();
    }

    _mark() {
      this.watermark.hidden = !this.layers.some((def) => def.shown && def.watermark);
    }

    /** Say what is here, top layer first, from what the page holds. */
    _answer(e) {
      const found = [];
      const at = this.map.latLngToLayerPoint(e.latlng);
      for (const def of [...this.layers].sort((a, b) => b.z - a.z)) {
        if (!def.shown) continue;
        for (const point of def.marks.points) {
          if (!point[5] && this.map.getZoom() < HOLLOW_FROM) continue;
          if (this.map.latLngToLayerPoint([point[1], point[0]]).distanceTo(at) < 9 && def.rows[point[6]]) {
            found.push([def, def.rows[point[6]]]);
          }
        }
        for (const shape of def.shapes) {
          const hit = shape.d === 2 ? holds(shape, e.latlng.lng, e.latlng.lat) : away(this.map, shape, at) < 5;
          if (hit && shape.r >= 0) found.push([def, def.rows[shape.r]]);
        }
      }
      if (!found.length) return;
      const box = L.DomUtil.create("div", "redline-page-popup");
      for (const [def, row] of found.slice(0, 12)) {
        const head = L.DomUtil.create("strong", "", box);
        head.textContent = def.title;
        for (const [name, value] of row) {
          const line = L.DomUtil.create("div", "", box);
          line.textContent = `${name}: ${value}`;
        }
      }
      L.popup({ maxHeight: 320, maxWidth: 320 }).setLatLng(e.latlng).setContent(box).openOn(this.map);
    }
  }

  const config = JSON.parse(document.getElementById("redline-config").textContent);
  const map = L.map("map", { zoomSnap: 0.5, minZoom: 5, maxZoom: 16, fadeAnimation: false });
  map.fitBounds(config.bounds);
  window.redlinePage = new Page(map, config);
})();
