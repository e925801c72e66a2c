/* What comes and goes with a rerun: an indicator on polygons, shapes that are pointed out. */
(() => {
  "use strict";
  const redline = window.redline;

  /** An indicator on polygons: a layer that comes and goes with the data of a rerun. */
  const choropleth = /** @type {Redline.Members<Redline.Choropleth, Redline.AppMap>} */ ({
    initialize(shown) {
      L.FeatureGroup.prototype.initialize.call(this);
      this._shown = shown;
    },
    onAdd(map) {
      const app = map.redline;
      const second = this._shown.side === "right";
      const pane = `redline-indicator${second ? "-right" : ""}`;
      const layer = redline.tileLayer(app, { ...this._shown, pane: pane });
      this._tiles = layer;
      app.extra.add(layer);
      layer.addTo(map);
      app.panel.indicator(this._shown, second);
      if (second) app.swipe.indicators(true);
      app.check();
    },
    onRemove(map) {
      const app = map.redline;
      app.extra.delete(this._tiles);
      this._tiles.remove();
      app.panel.indicator(null, this._shown.side === "right");
      if (this._shown.side === "right") app.swipe.indicators(false);
      app.check();
    },
  });

  redline.Choropleth = L.FeatureGroup.extend(choropleth);

  /** Shapes that the server points out (a checked site, a found place); they catch no clicks. */
  const highlight = /** @type {Redline.Members<Redline.Highlight, Redline.AppMap>} */ ({
    initialize(shapes, style) {
      const point = (/** @type {unknown} */ _feature, /** @type {L.LatLng} */ at) =>
        L.circleMarker(at, { ...style, radius: 7, interactive: false });
      const drawn = L.geoJSON(shapes, { style: style, interactive: false, pointToLayer: point });
      L.FeatureGroup.prototype.initialize.call(this, [drawn]);
    },
    onAdd(map) {
      L.FeatureGroup.prototype.onAdd.call(this, map);
      map.redline.panel.mark("shape", 1);
    },
    onRemove(map) {
      L.FeatureGroup.prototype.onRemove.call(this, map);
      map.redline.panel.mark("shape", -1);
    },
  });
  redline.Highlight = L.FeatureGroup.extend(highlight);

  /** What the server tells the map: a group that draws nothing, and calls a method of the app when it is put up. */
  const order = /** @type {Redline.Members<Redline.Order, Redline.AppMap>} */ ({
    initialize(what) {
      L.FeatureGroup.prototype.initialize.call(this);
      this._what = what;
    },
    onAdd(map) {
      if (this._what.moveTo) map.redline.moveTo(this._what.moveTo);
      if (this._what.unpin) map.redline.unpin(this._what.unpin);
    },
    onRemove() {},
  });
  redline.Order = L.FeatureGroup.extend(order);
})();
