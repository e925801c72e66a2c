/* The map of a stand-alone file: shapes from the page itself, drawn by the code that draws the tiles; no network. */
(() => {
  "use strict";
  const redline = window.redline;

  /** Shapes of one layer on a canvas of their own. */
  const members = /** @type {Redline.Members<Redline.PageShapes>} */ ({
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
      const ctx = redline.sharp(this._canvas, size.x, size.y);
      const origin = map.containerPointToLayerPoint([0, 0]).round();
      L.DomUtil.setPosition(this._canvas, origin);
      const box = map.getBounds().pad(0.1);
      /** @type {Map<number, { feature: Partial<Redline.Feature>, paths: L.Point[][] }>} */
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
          joined.get(key)?.paths.push(line);
        }
      }
      for (const group of joined.values()) this._painter.draw(ctx, group.paths, map.getZoom(), group.feature);
    },
  });

  /** @type {new (def: Redline.LayerDef, pane: string) => Redline.TileLayer} */
  const Shapes = L.Layer.extend(members);

  class Page extends redline.LayeredMap {
    /**
     * @param {L.Map} map
     * @param {Redline.Config} config
     */
    constructor(map, config) {
      super(map, config);
      for (const def of this.layers) {
        this.pane(`redline-${def.id}`, 310 + def.z).style.opacity = String(def.opacity ?? 1);
        def.shown = def.on;
        def.layer = new Shapes(def, `redline-${def.id}`);
        if (def.on) def.layer.addTo(map);
      }
      if (config.relief) {
        this.pane("redline-relief", 250);
        L.imageOverlay(config.relief.url, config.relief.bounds, { pane: "redline-relief", interactive: false }).addTo(
          map,
        );
      }
      this.pane("redline-marks", 620);
      this.marks = new redline.Marks(this).addTo(map);
      this.credit();
      L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
      this.panel = new redline.Panel(/** @type {Redline.App} */ (/** @type {unknown} */ (this))).addTo(map);
      this.addWatermark(config.watermark);
      this.keepWatermark();
      map.on("click", (e) => this._answer(e));
    }

    /**
     * @param {Redline.LayerDef} def
     * @param {boolean} on
     */
    toggle(def, on) {
      this.show(def, on);
      this.marks.redraw();
      this.keepWatermark();
    }

    /**
     * What is known by a territory alone: of a prefecture that stands for its counties theirs too.
     * @param {string} adcode
     * @returns {[Redline.LayerDef, [string, string][]][]}
     */
    _counted(adcode) {
      const mine = (/** @type {string} */ code) => redline.countsIn(adcode, code, this.map.getZoom());
      return this.layers
        .filter((def) => def.shown)
        .flatMap((def) => {
          const rows = (def.known || []).flatMap(([codes, row]) =>
            codes.split(";").some(mine) ? [def.rows[row]] : [],
          );
          return rows.map((row) => /** @type {[Redline.LayerDef, [string, string][]]} */ ([def, row]));
        });
    }

    /**
     * Say what is here, top layer first, from what the page holds.
     * @param {L.LeafletMouseEvent} e
     */
    _answer(e) {
      /** @type {[Redline.LayerDef, [string, string][]][]} */
      const found = [];
      const [lon, lat] = this.marks.aimedAt(e.containerPoint) || [e.latlng.lng, e.latlng.lat];
      const at = this.map.latLngToLayerPoint([lat, lon]);
      for (const def of [...this.layers].sort((a, b) => b.z - a.z)) {
        if (!def.shown) continue;
        for (const point of def.marks?.points || []) {
          if (!point[5] && this.map.getZoom() < redline.HOLLOW_FROM) continue; // what is not drawn does not answer
          if (this.map.latLngToLayerPoint([point[1], point[0]]).distanceTo(at) < 9 && def.rows[point[6] ?? -1]) {
            found.push([def, def.rows[point[6] ?? -1]]);
          }
        }
        for (const shape of def.shapes) {
          const hit = shape.d === 2 ? redline.holds(shape, lon, lat) : redline.away(this.map, shape, at) < 5;
          if (hit && shape.r >= 0) found.push([def, def.rows[shape.r]]);
        }
      }
      const badge = this.marks.badgeAt(e.containerPoint);
      if (badge) found.unshift(...this._counted(badge.adcode));
      if (!found.length) return;
      const box = L.DomUtil.create("div", "redline-page-popup");
      for (const [def, row] of badge ? found : found.slice(0, 12)) {
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

  const config = JSON.parse(document.getElementById("redline-config")?.textContent || "");
  const map = L.map("map", { zoomSnap: 0.5, minZoom: 5, maxZoom: 16, fadeAnimation: false });
  map.fitBounds(config.bounds);
  window.redlinePage = new Page(map, config);
})();
