/* Our scripts in node: a window with as much of a browser as they need to be read, Leaflet and GeographicLib in it. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const LIBRARIES = {
  L: "leaflet/dist/leaflet.js",
  geodesic: "geographiclib-geodesic/geographiclib-geodesic.min.js",
};

/** A window into which `scripts` (paths below carto/js) were read, after the libraries; `more` stands in it from the first. */
export function windowWith(scripts, more = {}) {
  const element = () => ({ style: {}, dataset: {}, setAttribute() {}, appendChild() {}, getContext: () => null });
  const window = { devicePixelRatio: 1, addEventListener() {}, navigator: { userAgent: "", platform: "" }, ...more };
  window.window = window;
  window.self = window;
  window.URL = URL;
  window.document = {
    documentElement: element(),
    createElement: element,
    createElementNS: () => ({ createSVGRect: null }),
    ...more.document,
  };
  vm.createContext(window);
  for (const file of Object.values(LIBRARIES)) run(window, join("static", "vendor", file));
  for (const script of scripts) run(window, join("carto", "js", script));
  return window;
}

/** What our scripts share, after `scripts`. */
export const sharedBy = (...scripts) => windowWith(scripts).redline;

/** A value made in a window as one of this realm, that it can be compared. */
export const plain = (value) => JSON.parse(JSON.stringify(value));

/** Numbers between 0 and 1 that look like chance and are the same in each run (Park and Miller, 1988). */
export function chanceFrom(seed) {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

function run(window, file) {
  vm.runInContext(readFileSync(join(ROOT, file), "utf8"), window, { filename: file });
}
