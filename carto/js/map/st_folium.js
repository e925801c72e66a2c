/* What we use of st_folium's page though it is no promise of st_folium: each member stands in st_folium.toml, and a test looks for it. */
(() => {
  "use strict";
  const redline = window.redline;
  /** @type {{ toGeoJSON(): { features: unknown[] } } | null} */
  let drawn = null;

  /**
   * What st_folium would send now.
   * @param {L.Map} map
   */
  function present(map) {
    const data = window.__GLOBAL_DATA__;
    const known = {
      last_clicked: null,
      last_object_clicked: null,
      last_object_clicked_count: 0,
      last_object_clicked_tooltip: null,
      last_object_clicked_popup: null,
      all_drawings: drawn ? drawn.toGeoJSON().features : null,
      last_active_drawing: null,
      last_geocoder_result: null,
      bounds: map.getBounds(),
      zoom: map.getZoom(),
      last_circle_radius: null,
      last_circle_polygon: null,
      center: map.getCenter(),
      selected_layers: Object.values(data.selected_layers),
      selected_tags: [],
    };
    const asked = Object.entries(known).filter(([key]) => data.returned_objects.includes(key));
    return Object.fromEntries(asked);
  }

  redline.stFolium = {
    /** Whether it is st_folium that puts the map up. */
    here: () => Boolean(window.__GLOBAL_DATA__),

    /** Have it send these as the layers that are on. */
    tell(layers) {
      window.__GLOBAL_DATA__.selected_layers = layers;
    },

    /** Have it know of shapes that were there before the map. */
    drawn(group) {
      drawn = /** @type {{ toGeoJSON(): { features: unknown[] } }} */ (group);
      window.__GLOBAL_DATA__.all_drawings = drawn.toGeoJSON().features;
    },

    /** Have it take the map as it stands for what the server knows: that needs no second script run. */
    known(map) {
      window.__GLOBAL_DATA__.previous_data = present(map);
    },

    /** Have it hear an event of the map only if the event's guard does not return true, and send nothing at the start. */
    guard(map, guards) {
      const start = window.initComponent;
      window.initComponent = (started, hover) => {
        const own = /** @type {{ on?: unknown }} */ (map);
        own.on = (
          /** @type {string} */ types,
          /** @type {L.LeafletEventHandlerFn} */ handler,
          /** @type {object} */ context,
        ) => {
          const guard = guards[types];
          const guarded = (/** @type {L.LeafletEvent} */ e) => guard?.(e) || handler.call(context, e);
          return /** @type {Function} */ (L.Map.prototype.on).call(map, types, guard ? guarded : handler, context);
        };
        redline.stFolium.known(map);
        start(started, hover);
        delete own.on;
        window.initComponent = start;
      };
    },

    /** Have it send what changed, though Leaflet has no event for the change. */
    send(map, layer) {
      map.fire("overlayadd", { layer: layer, name: "" });
    },
  };
})();
