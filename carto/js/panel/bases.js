/* What lies below the layers: shaded relief, a plain colour, or tiles of a service that the configuration names. */
(() => {
  "use strict";
  const redline = window.redline;
  const { make } = redline;

  redline.BaseMaps = class {
    /** @param {Redline.App} app */
    constructor(app) {
      this.app = app;
      this.bases = app.config.bases;
      this.id = "";
      /** @type {L.Layer | null} */
      this._layer = null;
      /** @type {L.Layer | null} */
      this.due = null;
      this.set(app.config.base);
    }

    /**
     * Show a base map; one that is not there, or lacks its key, leaves the first.
     * @param {string} id
     */
    set(id) {
      const chosen = this.bases.find((base) => base.id === id && !base.absent) || this.bases[0];
      if (this._layer) this._layer.remove();
      this.due = null;
      this.id = chosen.id;
      this.app.map.getContainer().style.background = chosen.background;
      this._layer =
        chosen.kind === "image" ? this._image(chosen) : chosen.kind === "tiles" ? this._tiles(chosen) : null;
      if (!this._layer) return;
      if (chosen.kind === "image" && !this.app.layered) this.due = this._layer;
      else this._layer.addTo(this.app.map);
    }

    /** Put up a picture that waited for the layers: on a slow line they are what one came for. */
    layersDrawn() {
      this.due?.addTo(this.app.map);
      this.due = null;
    }

    /** @param {Redline.Base} base */
    _image(base) {
      const { app } = this;
      app.waiting++;
      const done = () => {
        app.waiting--;
        app.check();
      };
      const image = L.imageOverlay(base.url, base.bounds, {
        pane: "redline-base",
        interactive: false,
        alt: "",
        attribution: base.attribution,
      });
      return image.on("load", done).on("error", () => {
        app.failed(base.title);
        done();
      });
    }

    /** @param {Redline.Base} base */
    _tiles(base) {
      const tiles = L.tileLayer(base.url, {
        pane: "redline-base",
        attribution: base.attribution.replace(/&/g, "&amp;").replace(/</g, "&lt;"), // Leaflet writes it as HTML
        subdomains: base.subdomains,
        maxNativeZoom: base.maxZoom,
        maxZoom: 22,
      });
      return tiles.on("tileerror", () => this.app.failed(base.title));
    }

    /**
     * The choice, as a part of the panel.
     * @param {HTMLElement} parent
     */
    choice(parent) {
      const box = make("fieldset", "redline-bases", parent);
      make("legend", "", box, this.app.config.texts.base);
      for (const base of this.bases) {
        const label = make("label", "", box);
        const radio = make("input", "", label);
        radio.type = "radio";
        radio.name = "redline-base";
        radio.value = base.id;
        radio.checked = base.id === this.id;
        radio.disabled = Boolean(base.absent);
        make("span", "", label, base.absent ? `${base.title} · ${base.absent}` : base.title);
        L.DomEvent.on(radio, "change", () => {
          this.set(base.id);
          this.app.changed();
        });
      }
    }
  };
})();
