/* A layer of vector tiles from our own server, drawn by our own code. */
(() => {
  "use strict";
  const redline = window.redline;
  const TILE = 256;
  const MARGIN = 16;

  /**
   * Tiles of one PMTiles file; whoever reads them learns of a failure by `failed`.
   * @param {string} url
   * @param {string} token
   * @param {(fault: Error) => void} failed
   */
  function tiles(url, token, failed) {
    const archive = new protomapsL.PmtilesSource(url, true).p;
    archive.source.setHeaders(new Headers({ "X-Redline-Token": token }));
    /** @type {<T>(promise: Promise<T>) => Promise<T>} */
    const guarded = (promise) =>
      promise.catch((fault) => {
        if (fault.name !== "AbortError") failed(fault);
        throw fault;
      });
    return {
      /** @type {Redline.Archive["getZxy"]} */
      getZxy: (z, x, y, signal) => guarded(archive.getZxy(z, x, y, signal)),
      getHeader: () => guarded(archive.getHeader()),
    };
  }

  /**
   * Paint what reaches a tile of the screen; nothing takes no memory and no time.
   * @param {HTMLCanvasElement} canvas
   * @param {Redline.Tile} tile
   * @param {Redline.Prepared | null} prepared
   * @param {Redline.Rule[]} rules
   */
  function paint(canvas, tile, prepared, rules) {
    const origin = { x: TILE * tile.x, y: TILE * tile.y };
    const reach = {
      minX: origin.x - MARGIN,
      minY: origin.y - MARGIN,
      maxX: origin.x + TILE + MARGIN,
      maxY: origin.y + TILE + MARGIN,
    };
    const filled = prepared?.data.get("f")?.length ? prepared : null;
    canvas.width = canvas.height = filled ? TILE * window.devicePixelRatio : 0;
    if (!filled) return;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.scale(canvas.width / TILE, canvas.height / TILE);
    protomapsL.paint(pen, tile.z, new Map([["", [filled]]]), null, rules, reach, origin, false, "");
  }

  /** Tiles of our own server, drawn by `options.styles`. */
  redline.tileLayer = (app, options) => {
    const source = tiles(options.url, app.config.token, () => app.failed(options.title));
    const rules = [{ dataLayer: "f", symbolizer: redline.symbolizer(options.styles) }];
    const layer = protomapsL.leafletLayer({
      url: source,
      levelDiff: app.config.levelDiff,
      paintRules: rules,
      labelRules: [],
      pane: options.pane,
      attribution: "",
      minZoom: options.minZoom || 0,
      maxZoom: options.maxZoom || 22,
    });
    const [view] = layer.views.values();
    /** @param {Redline.Tile} tile */
    const prepare = async (tile) => {
      view.maxDataLevel = (await source.getHeader()).maxZoom;
      const prepared = await view.getDisplayTile(tile);
      if (options.def && prepared.data.get("c")?.length) app.panel.cells(options.def, tile.z);
      return redline.batched(prepared, tile, options.classOf);
    };
    layer.renderTile = async (tile, canvas, key, done = () => {}) => {
      const prepared = await prepare(tile).catch((fault) => {
        if (fault.name !== "AbortError") app.failed(options.title); // also where what came cannot be read
        return null;
      });
      if (canvas.key !== key) return; // it shows another place by now
      paint(canvas, tile, prepared, rules);
      done();
    };
    layer.on("loading load", () => app.check());
    return layer;
  };
})();
