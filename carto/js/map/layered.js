/* What the map of the app and that of a stand-alone page have in common: layers, panes, what is on, the watermark. */
(() => {
  "use strict";
  const redline = window.redline;

  redline.LayeredMap = class {
    constructor(map, config) {
      this.map = map;
      this.config = config;
      this.layers = config.groups.flatMap((group) => group.layers).filter((def) => !def.absent);
    }

    /** A pane that catches no clicks. */
    pane(name, order) {
      const made = this.map.createPane(name);
      made.style.zIndex = String(order);
      made.style.pointerEvents = "none";
      return made;
    }

    /** The pane of a layer. */
    layerPane(def) {
      return this.map.getPane(`redline-${def.id}`);
    }

    isOn(def) {
      return def.shown;
    }

    inZoom(def) {
      const zoom = this.map.getZoom();
      return zoom >= def.minZoom && zoom <= def.maxZoom;
    }

    /** Show a layer or put it away, all but its marks. */
    show(def, on) {
      def.shown = on;
      if (def.layer) this.map[on ? "addLayer" : "removeLayer"](def.layer);
    }

    /** Say whose the map is, and of Leaflet nothing. */
    credit() {
      this.map.attributionControl.setPrefix(false);
      this.map.attributionControl.addAttribution(L.Util.template(this.config.texts.attribution, {}));
    }

    /** Lay a picture over the map that is seen while a layer is on that asks for it. */
    addWatermark(picture) {
      this.watermark = L.DomUtil.create("div", "redline-watermark", this.map.getContainer());
      this.watermark.style.backgroundImage = `url("${picture}")`;
    }

    keepWatermark() {
      this.watermark.hidden = !this.layers.some((def) => def.shown && def.watermark);
    }
  };

  /** How high layers lie by their ids, the first on top. */
  redline.stackOf = (ids) => new Map(ids.map((id, at) => [id, 310 + ids.length - at]));
})();
