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

  /** Where the map is to move: it does so once, however often the group is put up again. */
  const target = /** @type {Redline.Members<Redline.Target, Redline.AppMap>} */ ({
    initialize(place) {
      L.FeatureGroup.prototype.initialize.call(this);
      this._place = place;
    },
    onAdd(map) {
      map.redline.moveTo(this._place);
    },
    onRemove() {},
  });
  redline.Target = L.FeatureGroup.extend(target);

  /** A click that no longer counts: its ring goes, one put elsewhere since stays. */
  const pastClick = /** @type {Redline.Members<Redline.PastClick, Redline.AppMap>} */ ({
    initialize(place) {
      L.FeatureGroup.prototype.initialize.call(this);
      this._place = place;
    },
    onAdd(map) {
      map.redline.unpin(this._place);
    },
    onRemove() {},
  });
  redline.PastClick = L.FeatureGroup.extend(pastClick);
})();
