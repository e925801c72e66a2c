/* Length and area measured on the map, on the ellipsoid; nothing of it is sent anywhere. */
(() => {
  "use strict";
  const redline = window.redline;
  const { make, button } = redline;
  const SAME_PX = 4;
  const LOOK = { pane: "redline-measure", color: "#b3006b", weight: 2.5, fillOpacity: 0.12, interactive: false };

  /** @type {(value: number, digits: number) => string} */
  const number = (value, digits) =>
    value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

  /** A length in metres, from a kilometre on in kilometres. */
  redline.lengthText = (metres) => (metres < 1000 ? `${number(metres, 1)} m` : `${number(metres / 1000, 3)} km`);

  /** The area of a ring in square metres, hectares, mu and square kilometres, and the length around it. */
  redline.areaTexts = (ring, words) => {
    const area = redline.areaOf(ring);
    const around = ring.length > 2 ? redline.lengthOf([...ring, ring[0]]) : 0;
    return [
      `${number(area, area < 1e6 ? 1 : 0)} m²　${number(area / 1e4, 4)} ha`,
      `${number((area * 3) / 2000, 2)} ${words.mu}　${number(area / 1e6, 4)} km²`,
      `${words.around} ${redline.lengthText(around)}`,
    ];
  };

  redline.Measure = class {
    /** @param {Redline.App} app */
    constructor(app) {
      this.app = app;
      this.map = app.map;
      this.words = app.config.texts.measureWords;
      app.pane("redline-measure", 635);
      this.drawn = L.layerGroup();
      this._click = (/** @type {L.LeafletMouseEvent} */ e) => this.add(e.latlng);
      this._move = (/** @type {L.LeafletMouseEvent} */ e) => this._show(e.latlng);
      this._end = () => this.finish();
      /** @type {"length" | "area" | null} */
      this.kind = null;
      /** @type {L.LatLng[]} */
      this.places = [];
      this.going = false;
      /** @type {HTMLElement} */
      this.pressed;
      /** @type {HTMLElement} */
      this.box;
      /** @type {HTMLElement} */
      this.hint;
      /** @type {HTMLElement} */
      this.sizes;
      /** @type {HTMLElement} */
      this.steps;
      /** @type {HTMLElement} */
      this.again;
    }

    /**
     * Begin, or stop if the same was begun.
     * @param {"length" | "area"} kind
     * @param {HTMLElement} pressed
     */
    toggle(kind, pressed) {
      const same = this.kind === kind;
      this.close();
      if (same) return;
      this.kind = kind;
      this.places = [];
      this.pressed = pressed;
      pressed.setAttribute("aria-pressed", "true");
      this._box(kind);
      this.drawn.addTo(this.map);
      this.app.busy(true);
      this.map.doubleClickZoom.disable();
      this.map.on("click", this._click).on("mousemove", this._move).on("dblclick", this._end);
      this.going = true;
      this._show();
    }

    /** @param {L.LatLng} at */
    add(at) {
      const last = this.places[this.places.length - 1];
      const point = this.map.latLngToContainerPoint(at);
      if (last && this.map.latLngToContainerPoint(last).distanceTo(point) < SAME_PX) return;
      this.places.push(at);
      this._show();
    }

    undo() {
      this.places.pop();
      this._show();
    }

    finish() {
      if (!this.going) return;
      this.going = false;
      this.map.off("click", this._click).off("mousemove", this._move).off("dblclick", this._end);
      setTimeout(() => this.map.doubleClickZoom.enable(), 0);
      this.app.busy(false);
      this._show();
      this.again.hidden = false;
      this.steps.hidden = true;
      this.hint.hidden = true;
    }

    close() {
      if (!this.kind) return;
      this.finish();
      this.drawn.clearLayers().remove();
      this.box.remove();
      this.pressed.setAttribute("aria-pressed", "false");
      this.pressed.focus();
      this.kind = null;
    }

    /** @param {"length" | "area"} kind */
    _box(kind) {
      const { words } = this;
      this.box = make("div", "redline-measure", this.map.getContainer());
      this.box.setAttribute("role", "group");
      this.box.setAttribute("aria-label", words[kind]);
      const head = make("div", "redline-measure-head", this.box);
      make("strong", "", head, words[kind]);
      L.DomEvent.on(button("", head, "✕", words.close), "click", () => this.close());
      this.hint = make("div", "redline-measure-hint", this.box, words.hint);
      this.sizes = make("div", "redline-sizes", this.box);
      this.sizes.setAttribute("aria-live", "polite");
      const row = make("div", "redline-measure-row", this.box);
      this.steps = make("span", "", row);
      const press = (/** @type {string} */ text, /** @type {() => void} */ done) => {
        const made = button("", this.steps, text);
        L.DomEvent.on(made, "click", done);
      };
      press(words.centre, () => this.add(this.map.getCenter()));
      press(words.undo, () => this.undo());
      press(words.finish, () => this.finish());
      this.again = button("", row, words.again);
      this.again.hidden = true;
      L.DomEvent.on(this.again, "click", () => {
        const { pressed } = this;
        this.close();
        this.toggle(kind, pressed);
      });
      L.DomEvent.disableClickPropagation(this.box).disableScrollPropagation(this.box);
      L.DomEvent.on(this.box, "keydown", (e) => {
        if (/** @type {KeyboardEvent} */ (e).key === "Escape") this.close();
      });
    }

    /** @param {L.LatLng} [pointer] */
    _show(pointer) {
      const corners = this.going && pointer ? [...this.places, pointer] : this.places;
      /** @type {Redline.Place[]} */
      const places = corners.map((at) => [at.lng, at.lat]);
      this.drawn.clearLayers();
      const look = { ...LOOK, dashArray: this.going ? "6 4" : undefined };
      (this.kind === "area" ? L.polygon(corners, look) : L.polyline(corners, look)).addTo(this.drawn);
      for (const at of this.places) L.circleMarker(at, { ...LOOK, radius: 3, fillOpacity: 1 }).addTo(this.drawn);
      const lines =
        this.kind === "area" ? redline.areaTexts(places, this.words) : [redline.lengthText(redline.lengthOf(places))];
      this.sizes.textContent = "";
      for (const line of lines) make("div", "", this.sizes, line);
    }
  };
})();
