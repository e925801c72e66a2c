/* A picture on the map (a user's raster): fetched with the session's token, laid where its bounds say. */
(() => {
  "use strict";
  const redline = window.redline;

  const members = /** @type {Redline.Members<Redline.Picture, Redline.AppMap>} */ ({
    initialize(shown) {
      L.FeatureGroup.prototype.initialize.call(this);
      this._shown = shown;
    },

    onAdd(map) {
      this._app = map.redline;
      this._wanted = true; // not `_on`: that is a method of Leaflet
      this._app.panel.indicator(this._shown);
      this._app.waiting++;
      this._fetch(map).finally(() => {
        this._app.waiting--;
        this._app.check();
      });
    },

    async _fetch(map) {
      const { url, bounds, opacity, title } = this._shown;
      try {
        const answer = await fetch(url, { headers: { "X-Redline-Token": this._app.config.token } });
        if (!answer.ok) throw new Error(String(answer.status));
        const address = URL.createObjectURL(await answer.blob());
        if (!this._wanted) return URL.revokeObjectURL(address);
        this._address = address;
        const image = L.imageOverlay(address, bounds, {
          pane: "redline-indicator",
          opacity: opacity,
          interactive: false,
          alt: "",
        });
        this._image = image;
        await new Promise((done, failed) => {
          image.on("load", done).on("error", failed);
          image.addTo(map);
        });
        map.getContainer().dataset.image = title;
      } catch {
        this._app.failed(title);
      }
    },

    onRemove(map) {
      this._wanted = false;
      this._app.panel.indicator(null);
      if (this._image) this._image.remove();
      if (this._address) URL.revokeObjectURL(this._address);
      this._image = this._address = null;
      delete map.getContainer().dataset.image;
    },
  });
  redline.Image = L.FeatureGroup.extend(members);
})();
