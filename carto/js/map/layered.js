/* What the map of the app and that of a stand-alone page have in common: layers, panes, what is on, the watermark. */
(() => {
  "use strict";
  const redline = window.redline;

  // Leaflet takes the focus between press and release; the page would scroll to a map that is partly out of sight, and
  // the click would land elsewhere
  L.Map.Keyboard.include({
    _onMouseDown() {
      if (!this._focused) this._map.getContainer().focus({ preventScroll: true });
    },
  });

  redline.LayeredMap = class {
    /**
     * @param {L.Map} map
     * @param {Redline.Config} config
     */
    constructor(map, config) {
      this.map = map;
      this.config = config;
      this.layers = config.groups.flatMap((group) => group.layers).filter((def) => !def.absent);
      this.watermark = L.DomUtil.create("div", "redline-watermark");
    }

    /**
     * A pane that catches no clicks.
     * @param {string} name
     * @param {number} order
     */
    pane(name, order) {
      const made = this.map.createPane(name);
      made.style.zIndex = String(order);
      made.style.pointerEvents = "none";
      return made;
    }

    /**
     * The pane of a layer.
     * @param {Redline.LayerDef} def
     */
    layerPane(def) {
      return /** @type {HTMLElement} */ (this.map.getPane(`redline-${def.id}`));
    }

    /** @param {Redline.Marked} def */
    isOn(def) {
      return def.shown;
    }

    /** @param {Redline.Marked} def */
    inZoom(def) {
      const zoom = this.map.getZoom();
      return zoom >= def.minZoom && zoom <= def.maxZoom;
    }

    /**
     * Show a layer or put it away, all but its marks.
     * @param {Redline.LayerDef} def
     * @param {boolean} on
     */
    show(def, on) {
      def.shown = on;
      if (def.layer) this.map[on ? "addLayer" : "removeLayer"](def.layer);
    }

    /** Say whose the map is, and of Leaflet nothing. */
    credit() {
      this.map.attributionControl.setPrefix(false);
      this.map.attributionControl.addAttribution(L.Util.template(this.config.texts.attribution, {}));
    }

    /**
     * Write a word all over the map that is seen while a layer is on that asks for it.
     * @param {string} text
     */
    addWatermark(text) {
      this.map.getContainer().appendChild(this.watermark);
      this.watermark.style.backgroundImage = `url("${watermark(text)}")`;
    }

    keepWatermark() {
      this.watermark.hidden = !this.layers.some((def) => def.shown && def.watermark);
    }
  };

  /** @param {string} text */
  function watermark(text) {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="190"><text x="150" y="95" text-anchor="middle" ' +
      'transform="rotate(-24 150 95)" font-size="20" font-weight="600" letter-spacing="2" fill="#7a1f1f" ' +
      `fill-opacity="0.3" stroke="#ffffff" stroke-opacity="0.5" stroke-width="0.6" font-family="sans-serif">${text}</text></svg>`;
    return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  }

  /** How high layers lie by their ids, the first on top. */
  redline.stackOf = (ids) => new Map(ids.map((id, at) => [id, 310 + ids.length - at]));
})();
