/* Two layers side by side: one is drawn left of a divider only, the other right of it only. */
(() => {
  "use strict";
  const redline = window.redline;
  const { make } = redline;
  const STEP = 0.02;

  redline.Swipe = class {
    /** @param {Redline.App} app */
    constructor(app) {
      this.app = app;
      this.map = app.map;
      this.words = app.config.texts.compareWords;
      const { left, right, share } = app.config.compare || { left: "", right: "", share: 0.5 };
      this.left = left;
      this.right = right;
      this.share = share;
      this.second = false;
      this.bar = make("div", "redline-swipe", this.map.getContainer());
      make("span", "", this.bar, "⇔");
      const set = (/** @type {string} */ name, /** @type {string} */ value) => this.bar.setAttribute(name, value);
      set("role", "slider");
      set("tabindex", "0");
      set("aria-label", this.words.divider);
      set("aria-valuemin", "0");
      set("aria-valuemax", "100");
      L.DomEvent.disableClickPropagation(this.bar);
      L.DomEvent.on(this.bar, "pointerdown", (e) => this._drag(/** @type {PointerEvent} */ (e)));
      L.DomEvent.on(this.bar, "keydown", (e) => this._key(/** @type {KeyboardEvent} */ (e)));
      this.map.on("move resize zoomend", () => this._clip());
    }

    on() {
      return Boolean(this.left || this.right || this.second);
    }

    /**
     * A second indicator stands right of the divider, or no more.
     * @param {boolean} second
     */
    indicators(second) {
      this.second = second;
      this.update();
    }

    update() {
      for (const id of [this.left, this.right]) {
        const def = this.app.layers.find((one) => one.id === id);
        if (def) this.app.panel.set(def, true);
      }
      this._clip();
      this.app.redrawMarks();
    }

    /**
     * Whether a mark of a layer lies on the side where the layer is not drawn.
     * @param {Redline.Marked & { id?: string }} def
     * @returns {Redline.Hides | null}
     */
    hides(def) {
      if (def.id !== this.left && def.id !== this.right) return null;
      const edge = this.map.getSize().x * this.share;
      const right = def.id === this.right;
      return (lon, lat) => this.map.latLngToContainerPoint([lat, lon]).x < edge === right;
    }

    _clip() {
      this.bar.hidden = !this.on();
      const size = this.map.getSize();
      this.bar.style.left = `${size.x * this.share}px`;
      this.bar.setAttribute("aria-valuenow", String(Math.round(100 * this.share)));
      const from = this.map.containerPointToLayerPoint([0, 0]);
      const to = this.map.containerPointToLayerPoint(size);
      const edge = from.x + size.x * this.share;
      const cut = (/** @type {number} */ a, /** @type {number} */ b) =>
        `polygon(${a}px ${from.y}px, ${b}px ${from.y}px, ${b}px ${to.y}px, ${a}px ${to.y}px)`;
      const pane = (/** @type {string} */ name, /** @type {string} */ side) => {
        const { style } = /** @type {HTMLElement} */ (this.map.getPane(`redline-${name}`));
        style.clipPath = side === "left" ? cut(from.x, edge) : side === "right" ? cut(edge, to.x) : "";
      };
      for (const def of this.app.layers)
        pane(def.id, def.id === this.left ? "left" : def.id === this.right ? "right" : "");
      pane("indicator", this.second ? "left" : "");
      pane("indicator-right", this.second ? "right" : "");
    }

    /** @param {number} share */
    _move(share) {
      this.share = Math.min(0.98, Math.max(0.02, share));
      this._clip();
      this.app.redrawMarks();
    }

    /** @param {PointerEvent} event */
    _drag(event) {
      event.preventDefault();
      this.bar.focus();
      this.bar.setPointerCapture(event.pointerId);
      const box = this.map.getContainer().getBoundingClientRect();
      const move = (/** @type {Event} */ e) => {
        const { clientX } = /** @type {PointerEvent} */ (e);
        this._move((clientX - box.left) / box.width);
      };
      const end = () => {
        L.DomEvent.off(this.bar, "pointermove", move).off(this.bar, "pointerup pointercancel", end);
        this.app.changed();
      };
      L.DomEvent.on(this.bar, "pointermove", move).on(this.bar, "pointerup pointercancel", end);
    }

    /** @param {KeyboardEvent} event */
    _key(event) {
      /** @type {Record<string, number | undefined>} */
      const ends = { ArrowLeft: this.share - STEP, ArrowRight: this.share + STEP, Home: 0, End: 1 };
      const to = ends[event.key];
      if (to === undefined) return;
      L.DomEvent.stop(event);
      this._move(to);
      this.app.changed();
    }

    /**
     * The choice of the two sides, as a part of the panel.
     * @param {HTMLElement} parent
     */
    choice(parent) {
      const { words } = this;
      const box = make("details", "redline-compare", parent);
      box.open = Boolean(this.left || this.right);
      make("summary", "", box, words.title);
      /** @type {("left" | "right")[]} */
      const sides = ["left", "right"];
      for (const side of sides) {
        const label = make("label", "", box, words[side]);
        const select = make("select", "", label);
        select.dataset.side = side;
        make("option", "", select, words.none).value = "";
        for (const def of this.app.layers) make("option", "", select, def.title).value = def.id;
        select.value = this[side];
        L.DomEvent.on(select, "change", () => {
          const other = side === "left" ? "right" : "left";
          this[side] = select.value;
          if (select.value && select.value === this[other]) {
            this[other] = "";
            /** @type {HTMLSelectElement} */ (box.querySelector(`[data-side="${other}"]`)).value = "";
          }
          this.update();
          this.app.changed();
        });
      }
      make("span", "redline-note", box, words.hint);
    }
  };
})();
