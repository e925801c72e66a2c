/* The layers in the order of drawing: switches, opacity, order, legend. What a tick shows is drawn beside it by the code that draws the map. */
(() => {
  "use strict";
  const redline = window.redline;
  const NARROW = 700;
  const OPEN_PX = 285;
  const TOOLS_PX = 56;
  const EDGE_PX = 16;

  /** @type {Redline.Shared["make"]} */
  function make(tag, name, parent, text) {
    const element = L.DomUtil.create(tag, name, parent);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  /**
   * A button that says by a word what its sign means.
   * @type {Redline.Shared["button"]}
   */
  function button(name, parent, sign, word) {
    const made = make("button", name, parent, sign);
    made.type = "button";
    if (word) {
      made.title = word;
      made.setAttribute("aria-label", word);
    }
    return made;
  }
  redline.make = make;
  redline.button = button;

  /** Show a box (west, south, east, north) whole, beside where the panel will open. */
  redline.showHome = (map, [west, south, east, north]) => {
    const taken = map.getSize().x >= NARROW ? OPEN_PX : 0;
    // a coast that just touches the edge is seen whole enough: better than one zoom further out
    const box = L.latLngBounds([south, west], [north, east]).pad(-0.04);
    map.fitBounds(box, { paddingBottomRight: [taken, 0], animate: false });
  };

  /** Show a box whole, no closer than a zoom, clear of the tools at the left and of the panel where it is open. */
  redline.showBox = (map, [west, south, east, north], maxZoom) => {
    const open = map.getContainer().querySelector(".redline-panel-open");
    const wide = map.getSize().x;
    const taken = open && wide >= NARROW ? OPEN_PX : 0;
    map.fitBounds(L.latLngBounds([south, west], [north, east]), {
      paddingTopLeft: [Math.min(TOOLS_PX, wide / 8), EDGE_PX],
      paddingBottomRight: [taken || EDGE_PX, EDGE_PX],
      maxZoom: maxZoom,
      animate: false,
    });
  };

  const members = /** @type {Redline.Members<Redline.Panel>} */ ({
    options: { position: "topright" },

    initialize(app) {
      this._app = app;
      // the stand-alone page has layers to switch and a legend, nothing to arrange
      this._words = app.config.texts.panelWords;
      this._rows = new Map();
    },

    onAdd(map) {
      const texts = this._app.config.texts;
      const box = make("div", "redline-panel leaflet-bar");
      const head = button("redline-panel-head", box, texts.panel);
      const body = make("div", "redline-panel-body", box);
      body.id = "redline-panel-body";
      head.setAttribute("aria-controls", body.id);
      const open = (/** @type {boolean} */ yes) => {
        body.hidden = !yes;
        box.classList.toggle("redline-panel-open", yes);
        head.setAttribute("aria-expanded", String(yes));
      };
      open(map.getSize().x >= NARROW);
      L.DomEvent.on(head, "click", () => open(Boolean(body.hidden)));
      this._indicators = [0, 1].map(() => {
        const section = make("section", "redline-indicator", body);
        section.hidden = true;
        return section;
      });
      this._list = make("div", "", body);
      for (const group of this._app.config.groups) this._group(group, this._list);
      if (this._words) redline.sortable(this, this._list);
      if (this._words) this._markings(body);
      this.parts = make("div", "", body);
      this._absent(body);
      this._live = make("div", "redline-unseen", box);
      this._live.setAttribute("aria-live", "polite");
      L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
      const limit = () => (body.style.maxHeight = `${Math.max(120, map.getSize().y - 122)}px`);
      map.on("resize", limit);
      map.on("zoomend", () => this._ranges());
      limit();
      this._ranges();
      return box;
    },

    _group(group, body) {
      const present = group.layers.filter((def) => !def.absent);
      if (!present.length) return;
      const section = make("div", "redline-group", body);
      section.setAttribute("role", "group");
      section.setAttribute("aria-label", group.title);
      const head = make("div", "redline-group-head", section);
      const rows = make("div", "redline-rows", section);
      if (this._words) {
        redline.grip(this, head, section, group.title);
        const fold = button("redline-fold", head, group.title, "");
        fold.title = L.Util.template(this._words.fold, { group: group.title });
        fold.setAttribute("aria-expanded", "true");
        L.DomEvent.on(fold, "click", () => {
          rows.hidden = !rows.hidden;
          fold.setAttribute("aria-expanded", String(!rows.hidden));
        });
        redline.movers(this, head, section, group.title);
      } else {
        make("span", "redline-fold", head, group.title);
      }
      for (const def of present) this._row(def, rows);
      if (this._words) redline.sortable(this, rows);
    },

    /** The legend of what is of no layer: the clicked spot, and what is drawn, uploaded or found. */
    _markings(body) {
      const list = make("ul", "redline-markings", body);
      const words = this._app.config.texts.markWords;
      const entry = (/** @type {HTMLElement} */ picture, /** @type {string} */ word) => {
        const item = make("li", "", list);
        item.appendChild(picture);
        make("span", "", item, word);
        item.hidden = true;
        return item;
      };
      this._marked = {
        spot: { item: entry(make("i", "redline-pin"), words.spot), count: 0 },
        shape: { item: entry(redline.swatch(this._app.config.site, "area"), words.shape), count: 0 },
      };
    },

    /** Count what is drawn of no layer, one more or one less, so that the legend names what is there. */
    mark(name, more) {
      const marked = this._marked[name];
      marked.count += more;
      marked.item.hidden = marked.count <= 0;
    },

    /** Name the layers that are not here: a missing line must not be taken for an empty one. */
    _absent(body) {
      const absent = this._app.config.groups.flatMap((group) => group.layers).filter((def) => def.absent);
      if (!absent.length) return;
      const box = make("details", "redline-absent", body);
      make("summary", "", box, L.Util.template(this._app.config.texts.absent, { count: absent.length }));
      const list = make("ul", "", box);
      for (const def of absent) make("li", "", list, `${def.title} · ${def.absent}`);
    },

    _row(def, section) {
      const row = make("div", "redline-row", section);
      const head = make("div", "redline-row-head", row);
      if (this._words) redline.grip(this, head, row, def.title);
      const label = make("label", "", head);
      const tick = make("input", "", label);
      tick.type = "checkbox";
      tick.checked = def.on;
      tick.dataset.layer = def.id;
      if (def.about) label.title = def.about;
      const [first, ...rest] = def.legend;
      const own = first && first.label === def.title;
      if (own) label.appendChild(redline.swatch(first.style, first.kind, first.hollow));
      make("span", "", label, def.title);
      if (def.notice) make("span", "redline-note", row, def.notice);
      if (def.yearless) make("span", "redline-note", row, def.yearless);
      const range = make("span", "redline-note redline-range", row);
      const years = def.years && this._words ? make("span", "redline-note redline-range", row) : null;
      if (this._words) this._settings(def, head, row, years);
      const entries = own ? rest : def.legend;
      const legend = entries.length ? this._legend(entries, row) : null;
      const shown = () => {
        if (legend) legend.hidden = !tick.checked;
      };
      shown();
      this._rows.set(def, { row: row, tick: tick, range: range, shown: shown });
      row.dataset.id = def.id;
      L.DomEvent.on(tick, "change", () => {
        shown();
        this._app.toggle(def, tick.checked);
        this._ranges();
      });
    },

    /** Opacity, order and years of a layer, behind a button of its own. */
    _settings(def, head, row, years) {
      const words = this._words || {};
      const more = button("redline-more", head, "⋯", L.Util.template(words.settings, { layer: def.title }));
      const box = make("div", "redline-settings", row);
      box.hidden = true;
      box.id = `redline-set-${def.id}`;
      more.setAttribute("aria-expanded", "false");
      more.setAttribute("aria-controls", box.id);
      L.DomEvent.on(more, "click", () => {
        box.hidden = !box.hidden;
        more.setAttribute("aria-expanded", String(!box.hidden));
      });
      const label = make("label", "", box, words.opacity);
      const slider = make("input", "", label);
      slider.type = "range";
      slider.min = "10";
      slider.max = "100";
      slider.step = "5";
      slider.value = String(Math.round(100 * def.opacity));
      slider.setAttribute("aria-label", L.Util.template(words.opacityOf, { layer: def.title }));
      const told = make("output", "", label, `${slider.value} %`);
      L.DomEvent.on(slider, "input", () => {
        told.textContent = `${slider.value} %`;
        this._app.fade(def, Number(slider.value) / 100);
      });
      L.DomEvent.on(slider, "change", () => this._app.changed());
      redline.movers(this, box, row, def.title);
      if (years) redline.yearsChoice(this._app, def, box, years);
    },

    /** Draw the layers as they stand now, and say where the row or group stands that was moved. */
    moved(element, title) {
      this._app.restack(this.order());
      this._app.changed();
      const all = [...(element.parentElement?.children || [])];
      const place = { layer: title, place: all.indexOf(element) + 1, count: all.length };
      this._live.textContent = L.Util.template(this._words?.moved || "", place);
    },

    /** A text of the panel about a layer or a group. */
    word(name, title) {
      return L.Util.template(this._words?.[name] || "", { layer: title });
    },

    /** Ids of the layers as they stand, top first. */
    order() {
      /** @type {NodeListOf<HTMLElement>} */
      const rows = this._list.querySelectorAll(".redline-row");
      return [...rows].map((row) => row.dataset.id || "");
    },

    /** Tick a layer as a click would. */
    set(def, on) {
      const held = this._rows.get(def);
      if (!held || held.tick.checked === on) return;
      held.tick.checked = on;
      held.shown();
      this._app.toggle(def, on);
      this._ranges();
    },

    /** Note that a layer is drawn as cells at a zoom: what is drawn so is so on all lower zooms. */
    cells(def, zoom) {
      if (zoom <= (def.cellsTo || -1)) return;
      def.cellsTo = zoom;
      this._ranges();
    },

    /** Say of a layer that is on but not drawn at this zoom where it would show, or that it is drawn as cells. */
    _ranges() {
      if (!this._words) return;
      const zoom = this._app.map.getZoom();
      for (const [def, { row, tick, range }] of this._rows) {
        const away = tick.checked && !this._app.inZoom(def);
        const cells = tick.checked && zoom <= (def.cellsTo || -1);
        range.textContent = away
          ? this._words[zoom < def.minZoom ? "closer" : "farther"]
          : cells
            ? this._words.cells
            : "";
        row.classList.toggle("redline-away", away);
      }
    },

    _legend(entries, parent) {
      if (!this._words) return this._entries(entries, parent);
      const fold = make("details", "redline-legend", parent);
      fold.open = true;
      make("summary", "", fold, this._words.legend);
      this._entries(entries, fold);
      return fold;
    },

    _entries(entries, parent) {
      const list = make("ul", "", parent);
      for (const entry of entries) {
        const item = make("li", "", list);
        item.appendChild(redline.swatch(entry.style, entry.kind, entry.hollow));
        make("span", "", item, entry.label);
      }
      return list;
    },

    /** Show the classes of the indicator that is drawn, or none; the second is the one right of a divider. */
    indicator(shown, second) {
      const section = this._indicators[second ? 1 : 0];
      section.textContent = "";
      section.hidden = !shown;
      if (!shown) return;
      make("strong", "", section, (shown.sideWord || "") + shown.title);
      if (shown.note) make("span", "redline-note", section, shown.note);
      if (shown.ramp) this._ramp(shown.ramp, section);
      this._entries(shown.legend, section);
    },

    /** The palette of a picture with its two ends. */
    _ramp(ramp, parent) {
      const line = make("div", "redline-ramp", parent);
      make("span", "", line, ramp.low);
      make("i", "", line).style.background = `linear-gradient(90deg, ${ramp.colours.join(", ")})`;
      make("span", "", line, ramp.high);
    },
  });
  redline.Panel = /** @type {typeof redline.Panel} */ (/** @type {unknown} */ (L.Control.extend(members)));
})();
