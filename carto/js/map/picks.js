/* Features picked by a rerun: their symbols and names among all others, their shapes dashed; nothing catches a click. */
(() => {
  "use strict";
  const redline = window.redline;

  const members = /** @type {Redline.Members<Redline.Picks, Redline.AppMap>} */ ({
    initialize(data) {
      const drawn = data.layers.map((picked) =>
        L.geoJSON(picked.shapes, { style: look(picked.styles), interactive: false }),
      );
      L.FeatureGroup.prototype.initialize.call(this, drawn);
      this._marks = data.layers.map((picked) => ({
        styles: picked.styles,
        label: picked.label,
        marks: { points: picked.points, labels: [] },
        badges: picked.badges,
        shown: true,
        minZoom: 0,
        maxZoom: 22,
      }));
    },

    onAdd(map) {
      L.FeatureGroup.prototype.onAdd.call(this, map);
      map.redline.picks = this._marks;
      map.redline.marks.redraw();
      map.getContainer().dataset.picks = String(this._marks.reduce((sum, def) => sum + def.marks.points.length, 0));
      map.getContainer().dataset.counted = String(
        this._marks
          .flatMap((def) => (def.badges || []).filter((badge) => badge[4] === 1))
          .flatMap(([, , , counts]) => counts)
          .reduce((sum, [, number]) => sum + number, 0),
      );
    },

    onRemove(map) {
      L.FeatureGroup.prototype.onRemove.call(this, map);
      if (map.redline.picks !== this._marks) return;
      map.redline.picks = [];
      map.redline.marks.redraw();
      delete map.getContainer().dataset.picks;
      delete map.getContainer().dataset.counted;
    },
  });
  redline.Picks = L.FeatureGroup.extend(members);

  /** @param {Redline.Style[]} styles */
  function look(styles) {
    return (/** @type {GeoJSON.Feature | undefined} */ feature) => {
      if (!feature) return {};
      const style = styles[feature.properties?.class];
      const area = feature.geometry.type.endsWith("Polygon");
      return {
        color: style.stroke || undefined,
        weight: area ? 1 : 2.4,
        dashArray: area ? "3 3" : "7 4",
        opacity: 0.9,
        fillColor: style.fill || undefined,
        fillOpacity: area ? 0.12 : 0,
      };
    };
  }
})();
