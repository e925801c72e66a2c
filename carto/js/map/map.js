/* The map put together: tile layers from our own server, marks, panel, and what the server is told. */
(() => {
  "use strict";
  const redline = window.redline;
  const TOGETHER_MS = 200;

  class App extends redline.LayeredMap {
    /**
     * @param {L.Map} map
     * @param {Redline.Config} config
     */
    constructor(map, config) {
      super(map, config);
      /** @type {Redline.BaseMaps} */
      this.bases;
      /** @type {Redline.Panel} */
      this.panel;
      /** @type {Redline.Swipe} */
      this.swipe;
      /** @type {(text: string) => void} */
      this.say;
      /** @type {HTMLElement} */
      this.alert;
      /** @type {L.Marker} */
      this.pin;
      this.waiting = 0;
      this.layered = false;
      this.drawing = false;
      this.touched = this.settling = false;
      this.begun = { zoom: map.getZoom(), centre: map.getCenter() };
      if (config.home) {
        this._home();
        map.on("resize", () => this._home()); // a page finds its width in steps
      }
      /** @type {{ name: string, place: Redline.Aim | null, view: string }} */
      this._moved = { name: "", place: null, view: "" };
      map.on("resize", () => this._show());
      /** @type {Set<Redline.TileLayer>} */
      this.extra = new Set();
      /** @type {Set<string>} */
      this.missing = new Set();
      /** @type {number | undefined} */
      this._rest = undefined;
      this._due = false;
      this._late = false;
      window.setTimeout(() => {
        this._late = true;
        this.redrawMarks();
      }, TOGETHER_MS);
      this._panes();
      this.bases = new redline.BaseMaps(this);
      this._layers();
      this.marks = new redline.Marks(this).addTo(map);
      this._furniture();
      this._drawing();
      this._pin();
      this._state();
      this.swipe.update();
    }

    _panes() {
      this.pane("redline-base", 150);
      this.pane("redline-indicator", 300);
      this.pane("redline-indicator-right", 301);
      for (const def of this.layers) this.pane(`redline-${def.id}`, 310).style.opacity = String(def.opacity);
      this.restack(this.layers.map((def) => def.id));
      this.pane("redline-marks", 620);
    }

    /**
     * Draw layers in an order: the first on top.
     * @param {string[]} ids
     */
    restack(ids) {
      const stack = redline.stackOf(ids);
      const height = (/** @type {Redline.LayerDef} */ def) => stack.get(def.id) || 0;
      for (const def of this.layers) this.layerPane(def).style.zIndex = String(height(def));
      this.layers.sort((a, b) => height(b) - height(a));
    }

    /**
     * Set how opaque a layer is.
     * @param {Redline.LayerDef} def
     * @param {number} opacity
     */
    fade(def, opacity) {
      def.opacity = opacity;
      this.layerPane(def).style.opacity = String(opacity);
      this.redrawMarks();
    }

    /**
     * Draw a layer by its years as they are now.
     * @param {Redline.LayerDef} def
     */
    keepYears(def) {
      redline.setYears(def);
      if (def.layer && this.map.hasLayer(def.layer)) def.layer.rerenderTiles();
      this.redrawMarks();
    }

    /** Pass on that something about the layers changed that Leaflet has no event for. */
    changed() {
      this._report();
      redline.stFolium.send(this.map, this.marks);
    }

    _layers() {
      for (const def of this.layers) {
        def.shown = def.on;
        if (def.years) redline.setYears(def);
        if (def.url) {
          def.layer = redline.tileLayer(this, { ...def, pane: `redline-${def.id}`, def: def });
          if (def.on) def.layer.addTo(this.map);
        }
      }
      this._marksInZoom();
      this.map.on("zoomend", () => this._marksInZoom());
    }

    /** Fetch the marks of the layers that are on, of those for a closer look once one looks closer. */
    _marksInZoom() {
      for (const def of this.layers) if (def.marksUrl && !def.marks && def.shown && this.inZoom(def)) this._marks(def);
    }

    /**
     * Fetch the symbols and labels of a layer: once, or of a large one what is seen.
     * @param {Redline.LayerDef} def
     */
    async _marks(def) {
      if (def.marksUrl.endsWith(".pmtiles")) {
        if (def.markTiles) def.markTiles.look();
        else def.markTiles = new redline.MarkTiles(this, def);
        return;
      }
      if (def.marks || def.asked) return;
      def.asked = true;
      this.waiting++;
      try {
        const answer = await fetch(def.marksUrl, { headers: { "X-Redline-Token": this.config.token } });
        if (!answer.ok) throw new Error(String(answer.status));
        def.marks = await answer.json();
      } catch {
        def.asked = false;
        this.failed(def.title);
      }
      this.waiting--;
      this.redrawMarks();
      this.check();
    }

    /** Draw the marks again, once for all changes of this moment; of a first view once for all that come together. */
    redrawMarks() {
      if (this._due || this.gathering) return;
      this._due = true;
      queueMicrotask(() => {
        this._due = false;
        if (this.marks) this.marks.redraw();
      });
    }

    /** Whether the marks of a first view are on their way and not yet late: a canvas of this size takes time to show. */
    get gathering() {
      return this.waiting > 0 && !this._late;
    }

    /** @param {Redline.Marked} def */
    hides(def) {
      return this.swipe ? this.swipe.hides(def) : null;
    }

    /**
     * @param {Redline.LayerDef} def
     * @param {boolean} on
     */
    toggle(def, on) {
      this.show(def, on);
      if (on && def.marksUrl && this.inZoom(def)) this._marks(def);
      this.redrawMarks();
      this._report();
      this.map.fire(on ? "overlayadd" : "overlayremove", { layer: def.layer || this.marks, name: def.id });
      this.check();
    }

    _furniture() {
      const { map, config } = this;
      const texts = config.texts;
      this.credit();
      if (map.zoomControl) {
        map.zoomControl._zoomInButton.title = texts.zoom_in;
        map.zoomControl._zoomOutButton.title = texts.zoom_out;
      }
      redline.whereabouts(this);
      this.panel = new redline.Panel(this).addTo(map);
      this.bases.choice(this.panel.parts);
      this.swipe = new redline.Swipe(this);
      this.swipe.choice(this.panel.parts);
      this.say = redline.sayer(map);
      const measure = new redline.Measure(this);
      const words = texts.measureWords;
      /** @type {("length" | "area")[]} */
      const kinds = ["length", "area"];
      /** @type {Redline.Tool[]} */
      const tools = kinds.map((kind) => ({
        name: kind,
        word: words[kind],
        press: (pressed) => measure.toggle(kind, pressed),
      }));
      if (config.linked) tools.push({ name: "link", word: texts.linkWords.copy, press: () => redline.copyLink(this) });
      new redline.Bar(tools).addTo(map);
      this.alert = L.DomUtil.create("div", "redline-alert", map.getContainer());
      this.alert.setAttribute("role", "alert");
      this.alert.hidden = true;
      this.addWatermark(texts.watermark);
    }

    /**
     * Say on the map that a layer could not be drawn: a map with a hole must not look whole.
     * @param {string} title
     */
    failed(title) {
      this.missing.add(title);
      this.alert.textContent = L.Util.template(this.config.texts.failed, {
        layers: [...this.missing].join(this.config.lang === "zh" ? "、" : ", "),
      });
      this.alert.hidden = false;
    }

    _drawing() {
      const { map, config } = this;
      if (L.drawLocal) merge(/** @type {Redline.Table} */ (L.drawLocal), config.texts.draw);
      map.on("draw:drawstart draw:editstart draw:deletestart", () => this.busy(true));
      map.on("draw:created", () => this.panel.mark("shape", 1));
      map.on("draw:deleted", (e) => {
        const { layers } = /** @type {{ layers: L.LayerGroup }} */ (/** @type {unknown} */ (e));
        layers.eachLayer(() => this.panel.mark("shape", -1));
      });
      map.on("draw:drawstop draw:editstop draw:deletestop", () => this.busy(false));
    }

    /**
     * Keep clicks in the browser while something is drawn or measured.
     * @param {boolean} on
     */
    busy(on) {
      clearTimeout(this._rest);
      if (on) this.drawing = true;
      // the click that ends a drawing arrives after the end of the drawing
      else this._rest = window.setTimeout(() => (this.drawing = false), 300);
    }

    /** Mark the spot that was clicked last. */
    _pin() {
      const { map, config } = this;
      this.pane("redline-pin", 630);
      const icon = L.divIcon({ className: "redline-pin", iconSize: [22, 22] });
      const pin = L.marker(map.getCenter(), { icon: icon, pane: "redline-pin", interactive: false, keyboard: false });
      const put = (/** @type {L.LatLngExpression} */ at) => {
        if (!map.hasLayer(pin)) this.panel.mark("spot", 1);
        pin.setLatLng(at).addTo(map);
      };
      redline.aimAtMarks(this);
      if (config.at && !redline.isCounted(this.layers, config.at)) put([config.at[1], config.at[0]]);
      map.on("click", (e) => {
        if (this.drawing) return;
        if ("counted" in e) this._takePin();
        else put(e.latlng);
      });
      this.pin = pin;
    }

    /**
     * Take the mark away if it still stands at a place.
     * @param {{ lon: number, lat: number }} place
     */
    unpin({ lon, lat }) {
      if (this.pin.getLatLng().equals([lat, lon])) this._takePin();
    }

    _takePin() {
      if (!this.map.hasLayer(this.pin)) return;
      this.pin.remove();
      this.panel.mark("spot", -1);
    }

    /** Tell the server how the layers stand; take the clicks of a drawing out; answer the first state before it is asked. */
    _state() {
      if (!redline.stFolium.here()) return;
      this._report();
      redline.stFolium.guard(this.map, { click: () => this.drawing, moveend: () => this._onlyResized() });
      const touched = () => (this.touched = true);
      L.DomEvent.on(this.map.getContainer(), "pointerdown wheel keydown", touched);
      this.check();
    }

    _report() {
      if (!redline.stFolium.here()) return;
      /** @type {[string, Redline.Told][]} */
      const told = this.layers.map((def) => [
        def.id,
        { name: def.id, on: def.shown, opacity: def.opacity, ...redline.toldYears(def) },
      ]);
      const { left, right, share } = this.swipe;
      told.push(["@map", { name: "@map", base: this.bases.id, left: left, right: right, share: share }]);
      redline.stFolium.tell(Object.fromEntries(told));
      this.keepWatermark();
    }

    /**
     * Move to a target, once; again while a page that settles its layout changes the size and nobody has done anything.
     * @param {Redline.Aim} place
     */
    moveTo(place) {
      const name = JSON.stringify(place);
      if (name === this._moved.name) return;
      this._moved = { name: name, place: place, view: "" };
      this._show();
    }

    _show() {
      const { map, _moved } = this;
      if (!_moved.place || (_moved.view && _moved.view !== this._view())) return;
      if ("box" in _moved.place) redline.showBox(map, _moved.place.box, _moved.place.zoom);
      else map.setView(_moved.place.centre, _moved.place.zoom, { animate: false });
      _moved.view = this._view();
    }

    _view() {
      const { lat, lng } = this.map.getCenter();
      return `${this.map.getZoom()} ${lat.toFixed(3)} ${lng.toFixed(3)}`;
    }

    /** Show the first view whole, as long as nobody has done anything. */
    _home() {
      if (!this._asBegun()) return;
      this.settling = true;
      if (this.config.home) redline.showHome(this.map, this.config.home);
      this.settling = false;
      this.begun = { zoom: this.map.getZoom(), centre: this.map.getCenter() };
    }

    _asBegun() {
      const { zoom, centre } = this.begun;
      return !this.touched && this.map.getZoom() === zoom && this.map.distance(this.map.getCenter(), centre) < 5000;
    }

    /** Whether a move is only the page settling its layout: nobody did anything, so the server need not know. */
    _onlyResized() {
      if (!this.settling && !this._asBegun()) return false;
      redline.stFolium.known(this.map);
      return true;
    }

    /** Note on the container when everything that is on has been drawn (tests and the benchmark wait for it). */
    check() {
      const tiled = this.layers.flatMap((def) => (def.shown && def.layer ? [def.layer] : []));
      const loading = [...tiled, ...this.extra].some((layer) => this.map.hasLayer(layer) && layer.isLoading());
      const note = this.map.getContainer().dataset;
      if (!this.layered && !loading && this.waiting <= (this.bases.due ? 1 : 0)) {
        this.layered = true;
        note.layered = "yes";
        this.bases.layersDrawn();
      }
      if (loading || this.waiting > 0) note.drawn = "";
      else if (!note.drawn) note.drawn = String(performance.timeOrigin + performance.now());
    }
  }

  /**
   * Put the texts of one table in the place of those of another.
   * @param {Redline.Table} into
   * @param {Redline.Table} from
   */
  function merge(into, from) {
    for (const [key, value] of Object.entries(from || {})) {
      if (typeof value === "object") merge(/** @type {Redline.Table} */ (into[key]), value);
      else into[key] = value;
    }
  }

  /**
   * Let the map be as large as its frame, now and whenever the page changes that.
   * @param {L.Map} map
   */
  function fill(map) {
    const container = map.getContainer();
    container.style.setProperty("height", "100vh", "important"); // the sheet that says so comes after the scripts
    map.invalidateSize({ animate: false });
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(container);
  }

  redline.start = (map, config) => {
    fill(map);
    map.redline = new App(map, config);
  };
})();
