/* What was drawn before the map was put up: back in the drawing tools, to be changed or deleted as when it was drawn. */
(() => {
  "use strict";
  const redline = window.redline;

  /**
   * A shape as the drawing tools make it; a circle is a point with a radius in metres.
   * @param {GeoJSON.Feature} feature
   * @param {L.PathOptions} style
   */
  redline.shapeOf = (feature, style) => {
    const { geometry, properties } = feature;
    if (geometry.type === "Point" && properties?.radius) {
      const [lon, lat] = geometry.coordinates;
      const circle = L.circle([lat, lon], { ...style, radius: properties.radius });
      /** @type {{ feature?: GeoJSON.Feature }} */ (circle).feature = feature;
      return circle;
    }
    const [layer] = L.geoJSON(feature, { style: () => style }).getLayers();
    return layer;
  };

  /**
   * Put shapes back into the group of the drawing tools.
   * @param {Redline.AppMap} map
   * @param {L.FeatureGroup} group
   * @param {GeoJSON.Feature[]} features
   * @param {L.PathOptions} style
   */
  redline.restoreDrawings = (map, group, features, style) => {
    for (const feature of features) group.addLayer(redline.shapeOf(feature, style));
    map.redline.panel.mark("shape", features.length);
    redline.stFolium.drawn(group);
  };
})();
