/* Years of a layer: which of its features are drawn, and the sliders that say so. Nothing is fetched for it. */
(() => {
  "use strict";
  const redline = window.redline;
  const { make } = redline;
  const HIDDEN = -1;

  /** @type {(years: Redline.Years, kind: Redline.YearKind) => boolean} */
  const drawn = (years, [, first, last]) => (first < 0 ? years.showUndated : first <= years.to && last >= years.from);

  /** Note in `def.classOf`, by which tiles and symbols are drawn, the class of each kind that is drawn now. */
  redline.setYears = (def) => {
    const { years, classOf = [] } = def;
    def.classOf = classOf;
    if (!years) return;
    years.kinds.forEach((kind, at) => {
      classOf[at] = drawn(years, kind) ? kind[0] : HIDDEN;
    });
  };

  /** What the server is told of a layer's years: nothing where all are drawn. */
  redline.toldYears = (def) => {
    if (!def.years) return {};
    const { first, last, from, to, showUndated } = def.years;
    return { years: from > first || to < last ? [from, to] : null, undated: showUndated };
  };

  /** @type {(kinds: Redline.YearKind[]) => number} */
  const counted = (kinds) => kinds.reduce((sum, kind) => sum + kind[3], 0);

  /** Say beside a layer which of its features are drawn, where that is not all; nothing otherwise. */
  redline.someYears = (def, words) => {
    if (!def.years) return "";
    const { years } = def;
    const { first, last, from, to, showUndated, undated, kinds } = years;
    if (from === first && to === last && (showUndated || !undated)) return "";
    const told = {
      first: from,
      last: to,
      count: counted(kinds.filter((kind) => drawn(years, kind))),
      all: counted(kinds),
    };
    return L.Util.template(undated && showUndated ? words.someUndated : words.some, told);
  };

  /** The sliders of a layer; `note` stands beside its name and stays when they are put away. */
  redline.yearsChoice = (app, def, parent, note) => {
    const { years } = def;
    if (!years) return;
    const words = app.config.texts.yearWords;
    const box = make("div", "redline-years", parent);
    const tell = () => (note.textContent = redline.someYears(def, words));
    const apply = () => {
      app.keepYears(def);
      tell();
    };
    const slider = (/** @type {"from" | "to"} */ end, /** @type {string} */ word) => {
      const label = make("label", "", box, words[end]);
      const input = make("input", "", label);
      Object.assign(input, { type: "range", min: years.first, max: years.last, step: 1, value: years[end] });
      input.dataset.end = end;
      input.setAttribute("aria-label", L.Util.template(word, { layer: def.title }));
      const told = make("output", "", label, String(years[end]));
      const show = () => {
        input.value = String(years[end]);
        told.textContent = String(years[end]);
      };
      L.DomEvent.on(input, "change", () => app.changed());
      return { input: input, show: show };
    };
    const from = slider("from", words.fromOf);
    const to = slider("to", words.toOf);
    // an end that is drawn past the other takes it along
    L.DomEvent.on(from.input, "input", () => {
      years.from = Number(from.input.value);
      years.to = Math.max(years.to, years.from);
      for (const one of [from, to]) one.show();
      apply();
    });
    L.DomEvent.on(to.input, "input", () => {
      years.to = Number(to.input.value);
      years.from = Math.min(years.from, years.to);
      for (const one of [from, to]) one.show();
      apply();
    });
    if (years.undated) {
      const label = make("label", "", box);
      const tick = make("input", "", label);
      Object.assign(tick, { type: "checkbox", checked: years.showUndated });
      make("span", "", label, L.Util.template(words.undated, { count: years.undated }));
      L.DomEvent.on(tick, "change", () => {
        years.showUndated = tick.checked;
        apply();
        app.changed();
      });
    }
    make("span", "redline-years-hint", box, words.note);
    tell();
  };
})();
