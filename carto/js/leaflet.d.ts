/* What we use of Leaflet and of Leaflet.draw that their types leave out: a class's `initialize` and private members. */
import type * as Leaflet from "leaflet";

declare module "leaflet" {
  interface FeatureGroup<P = any> {
    initialize(...given: any[]): void;
  }
  namespace Map {
    const Keyboard: { include(members: object & ThisType<{ _focused: boolean; _map: Leaflet.Map }>): void };
  }
  namespace Control {
    interface Zoom {
      _zoomInButton: HTMLElement;
      _zoomOutButton: HTMLElement;
    }
  }
  interface Point {
    _subtract(other: Leaflet.Point): this;
  }
  /** The texts of Leaflet.draw. */
  const drawLocal: object | undefined;
}
