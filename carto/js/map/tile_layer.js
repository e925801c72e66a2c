/* A layer of vector tiles from our own server, drawn by our own code. */
(() => {
  "use strict";
  const redline = window.redline;

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

  /** Tiles of our own server, drawn by `options.styles`. */
  redline.tileLayer = (app, options) => {
    const source = tiles(options.url, app.config.token, () => app.failed(options.title));
    const layer = protomapsL.leafletLayer({
      url: source,
      levelDiff: app.config.levelDiff,
      paintRules: [{ dataLayer: "f", symbolizer: redline.symbolizer(options.styles) }],
      labelRules: [],
      pane: options.pane,
      attribution: "",
      tileDelay: 0.01,
      minZoom: options.minZoom || 0,
      maxZoom: options.maxZoom || 22,
    });
    for (const view of layer.views.values()) {
      const whole = view.getDisplayTile.bind(view);
      view.getDisplayTile = async (tile) => {
        view.maxDataLevel = (await source.getHeader()).maxZoom;
        const prepared = await whole(tile);
        if (options.def && prepared.data.get("c")?.length) app.panel.cells(options.def, tile.z);
        return redline.batched(prepared, tile, options.classOf);
      };
    }
    layer.on("loading load", () => app.check());
    return layer;
  };
})();
