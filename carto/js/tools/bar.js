/* The bar of tools, the coordinates under the pointer, the scale, and the line in which the map answers. */
(() => {
  "use strict";
  const redline = window.redline;
  const { make, button } = redline;
  const SAID_MS = 6000;

  /** @type {Record<string, string>} */
  const SIGNS = {
    length: "M3 15.5 15.5 3 21 8.5 8.5 21z M7 12l2 2 M10 9l3 3 M13 6l2 2",
    area: "M4 8 13 3.5 20.5 9 17.5 20H6z",
    link: "M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12 6.3 M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.6-1.6",
  };

  /** @param {string} name */
  function sign(name) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", SIGNS[name]);
    svg.appendChild(path);
    return svg;
  }

  /** Buttons in a row, each with a sign and a word. */
  const members = /** @type {Redline.Members<Redline.Bar>} */ ({
    options: { position: "bottomright" },

    initialize(tools) {
      this._tools = tools;
    },

    onAdd() {
      const bar = make("div", "redline-bar leaflet-bar");
      bar.setAttribute("role", "toolbar");
      for (const { name, word, press } of this._tools) {
        const made = button("redline-tool", bar, undefined, word);
        made.dataset.tool = name;
        made.appendChild(sign(name));
        L.DomEvent.on(made, "click", () => press(made));
      }
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    },
  });
  redline.Bar = /** @type {typeof redline.Bar} */ (/** @type {unknown} */ (L.Control.extend(members)));

  /** A scale to two digits. */
  redline.roundScale = (scale) => {
    const step = 10 ** (Math.floor(Math.log10(scale)) - 1);
    return Math.round(scale / step) * step;
  };

  /** Where the pointer is, in degrees and in Gauss-Krüger metres; below it how far the map shrinks the ground. */
  redline.whereabouts = (app) => {
    const { map, config } = app;
    const words = config.texts.whereWords;
    const where = new L.Control({ position: "bottomleft" });
    const box = make("div", "redline-where");
    where.onAdd = () => box;
    where.addTo(map);
    L.control.scale({ imperial: false, maxWidth: 100 }).addTo(map);
    const ratio = new L.Control({ position: "bottomleft" });
    const reading = make("div", "redline-ratio");
    ratio.onAdd = () => reading;
    ratio.addTo(map);
    map.on("mousemove click", (/** @type {L.LeafletEvent} */ event) => {
      const e = /** @type {L.LeafletMouseEvent} */ (event);
      const at = e.latlng.wrap();
      const plane = redline.gaussKruger(at.lng, at.lat);
      const digits = map.getZoom() > 13 ? 1 : 0;
      box.textContent = "";
      make("span", "", box, `${at.lng.toFixed(5)}°E  ${at.lat.toFixed(5)}°N`);
      const told = { zone: plane.zone, x: plane.x.toFixed(digits), y: plane.y.toFixed(digits) };
      make("span", "", box, L.Util.template(words.plane, told));
      box.title = words.system;
    });
    const tell = () => {
      const scale = redline.scaleOf(map.getCenter().lat, map.getZoom());
      reading.textContent = `1:${redline.roundScale(scale).toLocaleString("en-US")}`;
    };
    map.on("moveend", tell);
    tell();
  };

  /** One line at the foot of the map in which it says what was done. */
  redline.sayer = (map) => {
    const line = make("div", "redline-said", map.getContainer());
    line.setAttribute("role", "status");
    line.hidden = true;
    let timer = 0;
    return (text) => {
      clearTimeout(timer);
      line.textContent = text;
      line.hidden = false;
      timer = window.setTimeout(() => (line.hidden = true), SAID_MS);
    };
  };
})();
