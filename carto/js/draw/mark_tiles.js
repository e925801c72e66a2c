/* Symbols and names of a large layer, fetched tile by tile: only what is seen is held, at the zoom that is seen. */
(() => {
  "use strict";
  const redline = window.redline;
  const PAD = 0.2;
  const MOST_TILES = 200;
  /** @type {Redline.MarkData} */
  const NOTHING = { points: [], labels: [] };

  /** The marks of one layer; `def.marks` is always what is known of the present view. */
  redline.MarkTiles = class {
    /**
     * @param {Redline.App} app
     * @param {Redline.LayerDef} def
     */
    constructor(app, def) {
      this._app = app;
      this._def = def;
      this._archive = new protomapsL.PmtilesSource(def.marksUrl, true).p;
      this._archive.source.setHeaders(new Headers({ "X-Redline-Token": app.config.token }));
      /** @type {Map<string, Promise<Redline.MarkData>>} */
      this._tiles = new Map();
      /** @type {Redline.Header | undefined} */
      this._header = undefined;
      this._seen = "";
      def.marks = NOTHING;
      app.map.on("moveend resize", () => this.look());
      this.look();
    }

    /** Fetch what the present view lacks; put together what it has. */
    async look() {
      if (!this._app.isOn(this._def) || !this._app.inZoom(this._def)) return;
      this._app.waiting++;
      try {
        this._header = this._header || (await this._archive.getHeader());
        const { minZoom, maxZoom } = this._header;
        const wanted = this._wanted(minZoom, maxZoom);
        this._seen = wanted.join();
        const tiles = await Promise.all(wanted.map((name) => this._tile(name)));
        if (this._seen === wanted.join()) this._show(tiles);
      } catch {
        this._app.failed(this._def.title);
      }
      this._app.waiting--;
      this._app.check();
    }

    /**
     * Names of the tiles that the view reaches.
     * @param {number} lowest
     * @param {number} highest
     */
    _wanted(lowest, highest) {
      const map = this._app.map;
      const zoom = Math.min(highest, Math.round(map.getZoom()) - this._app.config.levelDiff);
      if (zoom < lowest) return []; // names that none is wide enough for
      const bounds = map.getBounds().pad(PAD);
      const crs = map.options.crs || L.CRS.EPSG3857;
      const place = (/** @type {L.LatLng} */ at) => crs.latLngToPoint(at, zoom).divideBy(256).floor();
      const [first, last] = [place(bounds.getNorthWest()), place(bounds.getSouthEast())];
      const names = [];
      for (let x = Math.max(0, first.x); x <= Math.min(2 ** zoom - 1, last.x); x++) {
        for (let y = Math.max(0, first.y); y <= Math.min(2 ** zoom - 1, last.y); y++) names.push(`${zoom}/${x}/${y}`);
      }
      return names;
    }

    /**
     * One tile, fetched once while it is remembered; one that failed is asked for again the next time.
     * @param {string} name
     */
    _tile(name) {
      const known = this._tiles.get(name);
      this._tiles.delete(name);
      const tile = known || this._fetch(name);
      this._tiles.set(name, tile);
      tile.catch(() => this._tiles.delete(name));
      for (const oldest of this._tiles.keys()) {
        if (this._tiles.size <= MOST_TILES) break;
        this._tiles.delete(oldest);
      }
      return tile;
    }

    /**
     * @param {string} name
     * @returns {Promise<Redline.MarkData>}
     */
    async _fetch(name) {
      const [z, x, y] = name.split("/").map(Number);
      const answer = await this._archive.getZxy(z, x, y);
      return answer?.data.byteLength ? JSON.parse(new TextDecoder().decode(answer.data)) : NOTHING;
    }

    /** @param {Redline.MarkData[]} tiles */
    _show(tiles) {
      this._def.marks = { points: tiles.flatMap((tile) => tile.points), labels: tiles.flatMap((tile) => tile.labels) };
      this._app.redrawMarks();
    }
  };
})();
