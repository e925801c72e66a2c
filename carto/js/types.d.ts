/* Types of the browser side: what the server hands over (carto/map/panel.py, snapshot/page/page.py), what our scripts share
   as `redline`, and what we use of libraries that bring no types. Read by tsc only. */

declare const protomapsL: Redline.Protomaps;

interface Window {
  redline: Redline.Shared;
  redlinePage: object;
  Sortable: new (list: HTMLElement, options: object) => object;
  geodesic: { Geodesic: { Geodesic: new (a: number, f: number) => Redline.Geodesic } };
  /** Of st_folium: see map/st_folium.toml. */
  __GLOBAL_DATA__: {
    previous_data: object;
    selected_layers: Record<string, Redline.Told>;
    returned_objects: string[];
    all_drawings: unknown[] | null;
  };
  initComponent: (map: L.Map, hover: boolean) => void;
}

declare namespace Redline {
  /** Longitude and latitude in degrees. */
  type Place = [lon: number, lat: number];
  type Corner = { x: number; y: number };
  type Box = [left: number, top: number, right: number, bottom: number];

  /** What of a class anyone may use. */
  type Public<T> = { [K in keyof T]: T[K] };

  /** What the prototype of a class of Leaflet's is made of. */
  type Members<T, M = L.Map> = Partial<Omit<T, "onAdd" | "onRemove" | "getEvents">> & {
    onAdd?(map: M): unknown;
    onRemove?(map: M): unknown;
    getEvents?(): object;
  } & ThisType<T>;

  // ---------------------------------------------------------------- what the server hands over

  type Style = {
    fill?: string | null;
    stroke?: string | null;
    width?: number;
    opacity: number;
    hatch?: boolean;
    dash?: number[];
    shape: string;
    radius: number;
  };
  type Kind = "area" | "line" | "point" | "crowd" | "badge" | "share";
  type LegendEntry = { label: string; kind: Kind; style: Style; hollow?: boolean };

  /** How a layer's names are written; `room` is how much wider than its area a name may be. */
  type Label = {
    size: number;
    weight: number;
    style: string;
    colour: string;
    rank: number;
    minZoom: number;
    maxZoom: number;
    room: number;
  };

  /** Class, first and last year (-1: of no year), how many features. */
  type YearKind = [cls: number, first: number, last: number, count: number];
  type Years = {
    first: number;
    last: number;
    from: number;
    to: number;
    showUndated: boolean;
    undated: number;
    kinds: YearKind[];
  };

  /** How many of each kind of years a symbol stands for, or the kind of the one. */
  type When = number | [kind: number, count: number][];
  type Point = [
    lon: number,
    lat: number,
    zh: string,
    en: string,
    cls: number,
    located: number,
    row?: number,
    many?: number,
    when?: When,
  ];
  type Name = [lon: number, lat: number, zh: string, en: string, share: number, when?: number];
  type MarkData = { points: Point[]; labels: Name[] };

  /** How many features of each class are known by a territory alone, and its point. */
  type Counted = [adcode: string, lon: number, lat: number, counts: [cls: number, number: number][], when: number];
  /** Where the badge of a prefecture or province stands, and its name; by adcode. */
  type Anchors = Record<string, [lon: number, lat: number, name: string]>;
  type Badge = { adcode: string; lon: number; lat: number; total: number; colours: Map<string, number> };
  type DrawnBadge = Badge & { box: Box };

  /** A shape of the stand-alone page: box, class, dimension, row, paths as flat lists of degrees. */
  type Shape = { b: Box; c: number; d: number; r: number; p: number[][] };

  /** What marks are drawn by. */
  type Marked = {
    styles: Style[];
    label: Label | null;
    marks?: MarkData;
    badges?: Counted[];
    shown: boolean;
    minZoom: number;
    maxZoom: number;
    opacity?: number;
    years?: Years | null;
    classOf?: number[];
  };

  /** With its marks here. */
  type Laid = { marks: MarkData };

  type LayerDef = Marked & {
    id: string;
    title: string;
    on: boolean;
    absent?: string;
    opacity: number;
    url: string;
    marksUrl: string;
    yearless: string;
    legend: LegendEntry[];
    notice: string;
    about: string;
    watermark: boolean;
    z: number;
    // of the stand-alone page
    shapes: Shape[];
    rows: [name: string, value: string][][];
    known?: [adcodes: string, row: number][];
    // what the browser adds
    layer?: TileLayer;
    markTiles?: MarkTiles;
    asked?: boolean;
    cellsTo?: number;
  };

  type Group = { id: string; title: string; layers: LayerDef[] };
  type Words = Record<string, string>;
  type Table = { [name: string]: string | Table };
  type Base = {
    id: string;
    kind: "image" | "tiles" | "plain";
    title: string;
    background: string;
    absent?: string;
    url: string;
    bounds: L.LatLngBoundsLiteral;
    attribution: string;
    subdomains: string[];
    maxZoom: number;
  };

  type Texts = {
    panel: string;
    watermark: string;
    base: string;
    attribution: string;
    zoom_in: string;
    zoom_out: string;
    absent: string;
    failed: string;
    draw: Table;
    /** Absent on the stand-alone page, which has nothing to arrange. */
    panelWords?: Words;
    markWords: Words;
    yearWords: Words;
    linkWords: Words;
    measureWords: Words;
    compareWords: Words;
    whereWords: Words;
  };

  type Config = {
    lang: "zh" | "en";
    token: string;
    levelDiff: number;
    bases: Base[];
    base: string;
    compare: { left: string; right: string; share: number } | null;
    groups: Group[];
    texts: Texts;
    linked: boolean;
    at: Place | null;
    home: Box | null;
    site: Style;
    anchors?: Anchors;
    // of the stand-alone page
    bounds: L.LatLngBoundsLiteral;
    relief?: { url: string; bounds: L.LatLngBoundsLiteral };
    watermark: string;
  };

  /** What the server is told of a layer, or as `@map` of the whole map. */
  type Told = { name: string } & Record<string, unknown>;

  /** An indicator or a picture that a rerun shows. */
  type Shown = {
    side: "" | "left" | "right";
    sideWord: string;
    url: string;
    title: string;
    note: string;
    styles: Style[];
    classOf: number[];
    legend: LegendEntry[];
    ramp?: { low: string; high: string; colours: string[] };
    bounds: L.LatLngBoundsLiteral;
    opacity: number;
  };

  /** What tiles are drawn in a pane; of a layer with `def`. */
  type Tiled = {
    url: string;
    title: string;
    styles: Style[];
    classOf?: number[];
    pane: string;
    minZoom?: number;
    maxZoom?: number;
    def?: LayerDef;
  };

  type Picked = { styles: Style[]; label: Label; points: Point[]; badges: Counted[]; shapes: GeoJSON.Feature[] };

  // ---------------------------------------------------------------- libraries without types

  type Header = { minZoom: number; maxZoom: number };
  type Archive = {
    source: { setHeaders(headers: Headers): void };
    getZxy(z: number, x: number, y: number, signal?: AbortSignal): Promise<{ data: ArrayBuffer } | undefined>;
    getHeader(): Promise<Header>;
  };
  type Extent = { minX: number; minY: number; maxX: number; maxY: number };
  type Feature = {
    id?: number;
    geomType: number;
    geom: Corner[][];
    bbox: Extent;
    props?: { cells?: boolean };
    numVertices?: number;
  };
  type Tile = { x: number; y: number; z: number };
  type Prepared = { origin: Corner; scale: number; data: Map<string, Feature[]> };
  type View = { maxDataLevel: number; getDisplayTile(tile: Tile): Promise<Prepared> };
  /** What draws a layer; on the stand-alone page it has no tiles and is asked for none of what follows. */
  type TileLayer = L.Layer & {
    views: Map<string, View>;
    rerenderTiles(): void;
    isLoading(): boolean;
    renderTile(tile: Tile, canvas: HTMLCanvasElement & { key?: string }, key: string, done?: () => void): Promise<void>;
  };
  type Rule = { dataLayer: string; symbolizer: Painter };
  type Protomaps = {
    paint(
      pen: CanvasRenderingContext2D,
      zoom: number,
      prepared: Map<string, Prepared[]>,
      labels: null,
      rules: Rule[],
      reach: Extent,
      origin: Corner,
      clip: boolean,
      debug: string,
    ): void;
    PmtilesSource: new (url: string, cancel: boolean) => { p: Archive };
    leafletLayer(options: object): TileLayer;
  };
  type Geodesic = {
    Inverse(lat1: number, lon1: number, lat2: number, lon2: number): { s12: number };
    Polygon(line: boolean): {
      AddPoint(lat: number, lon: number): void;
      Compute(reverse: boolean, sign: boolean): { area: number };
    };
  };

  // ---------------------------------------------------------------- what our scripts share

  type Painter = {
    draw(ctx: CanvasRenderingContext2D, paths: Corner[][], zoom: number, feature: Partial<Feature>): void;
  };

  /** A label that wants a place. */
  type Wanted = {
    x: number;
    y: number;
    place: Place;
    name: string;
    rank: number;
    weight: number;
    text: Label;
    dot: boolean;
  };
  /** A label that is written, with its box. */
  type Written = { box: Box; of: Wanted };
  /** The box of a symbol or a name, and the place of what it stands for. */
  type Target = { box: Box; place: Place };
  /** A symbol: of one, with its style, or of many, with their number. */
  type Dot = { x: number; y: number; opacity?: number } & (
    | { many: number; colour?: string | null; style?: undefined; hollow?: undefined }
    | { many?: undefined; place: Place; style: Style; hollow: boolean }
  );

  interface LayeredMap {
    map: L.Map;
    config: Config;
    layers: LayerDef[];
    watermark: HTMLElement;
    pane(name: string, order: number): HTMLElement;
    layerPane(def: LayerDef): HTMLElement;
    isOn(def: Marked): boolean;
    inZoom(def: Marked): boolean;
    show(def: LayerDef, on: boolean): void;
    credit(): void;
    addWatermark(text: string): void;
    keepWatermark(): void;
  }

  /** The map of the app, as its parts know it. */
  interface App extends LayeredMap {
    waiting: number;
    layered: boolean;
    drawing: boolean;
    panel: Panel;
    bases: BaseMaps;
    swipe: Swipe;
    marks: Marks;
    picks?: Marked[];
    extra: Set<TileLayer>;
    say(text: string): void;
    toggle(def: LayerDef, on: boolean): void;
    restack(ids: string[]): void;
    fade(def: LayerDef, opacity: number): void;
    keepYears(def: LayerDef): void;
    changed(): void;
    redrawMarks(): void;
    hides(def: Marked): Hides | null;
    failed(title: string): void;
    moveTo(place: Aim): void;
    unpin(place: { lon: number; lat: number }): void;
    busy(on: boolean): void;
    check(): void;
  }
  /** A map that an `App` was made for. */
  type AppMap = L.Map & { redline: App };
  type Hides = (lon: number, lat: number) => boolean;

  /** A map whose marks are drawn; the stand-alone page has no other side and no picks. */
  type MarkHost = LayeredMap & { picks?: Marked[]; gathering?: boolean; hides?(def: Marked): Hides | null };

  interface Marks extends Omit<L.Layer, "addTo"> {
    names: Written[];
    badges: DrawnBadge[];
    aims: Target[];
    _origin?: L.Point;
    badgeAt(place: L.Point): DrawnBadge | null;
    aimedAt(point: L.Point): Place | null;
    _under(point: L.Point): ((box: Box) => boolean) | null;
    _app: MarkHost;
    _map: L.Map & { _latLngToNewLayerPoint(at: L.LatLng, zoom: number, centre: L.LatLng): L.Point };
    _canvas: HTMLCanvasElement;
    _zoom: number;
    _corner: L.LatLng;
    addTo(map: L.Map): this;
    initialize(app: MarkHost): void;
    redraw(): void;
    _animate(e: L.ZoomAnimEvent): void;
    _collect(
      ctx: CanvasRenderingContext2D,
      def: Marked & Laid,
      at: (lon: number, lat: number) => L.Point,
      box: Corner,
      wanted: Wanted[],
      dots: Dot[],
    ): void;
  }

  /** Shapes of one layer of the stand-alone page. */
  interface PageShapes extends Public<L.Layer> {
    _map: L.Map;
    _def: LayerDef;
    _painter: Painter;
    _canvas: HTMLCanvasElement;
    initialize(def: LayerDef, pane: string): void;
    redraw(): void;
  }

  interface MarkTiles {
    look(): Promise<void>;
  }

  interface BaseMaps {
    id: string;
    due: L.Layer | null;
    set(id: string): void;
    layersDrawn(): void;
    choice(parent: HTMLElement): void;
  }

  interface Swipe {
    left: string;
    right: string;
    share: number;
    indicators(second: boolean): void;
    update(): void;
    hides(def: Marked & { id?: string }): Hides | null;
    choice(parent: HTMLElement): void;
  }

  interface Measure {
    toggle(kind: "length" | "area", pressed: HTMLElement): void;
  }

  /** A map beside which a panel stands; without `panelWords` only `toggle` is asked for. */
  type PanelHost = LayeredMap & Pick<App, "toggle"> & Partial<App>;
  type Row = { row: HTMLElement; tick: HTMLInputElement; range: HTMLElement; shown(): void };

  interface Panel extends L.Control {
    parts: HTMLElement;
    _app: App;
    _words?: Words;
    _rows: Map<LayerDef, Row>;
    _indicators: HTMLElement[];
    _list: HTMLElement;
    _live: HTMLElement;
    _marked: Record<string, { item: HTMLElement; count: number }>;
    initialize(app: App): void;
    onAdd(map: L.Map): HTMLElement;
    mark(name: "spot" | "shape", more: number): void;
    moved(element: HTMLElement, title: string): void;
    word(name: string, title: string): string;
    order(): string[];
    set(def: LayerDef, on: boolean): void;
    cells(def: LayerDef, zoom: number): void;
    indicator(shown: Shown | null, second?: boolean): void;
    _group(group: Group, body: HTMLElement): void;
    _markings(body: HTMLElement): void;
    _absent(body: HTMLElement): void;
    _row(def: LayerDef, section: HTMLElement): void;
    _settings(def: LayerDef, head: HTMLElement, row: HTMLElement, years: HTMLElement | null): void;
    _ranges(): void;
    _legend(entries: LegendEntry[], parent: HTMLElement): HTMLElement;
    _entries(entries: LegendEntry[], parent: HTMLElement): HTMLElement;
    _ramp(ramp: { low: string; high: string; colours: string[] }, parent: HTMLElement): void;
  }

  type Tool = { name: string; word: string; press(pressed: HTMLElement): void };
  interface Bar extends L.Control {
    _tools: Tool[];
    initialize(tools: Tool[]): void;
    onAdd(): HTMLElement;
  }

  interface Choropleth extends L.FeatureGroup {
    _shown: Shown;
    _tiles: TileLayer;
    initialize(shown: Shown): void;
  }
  interface Highlight extends L.FeatureGroup {
    initialize(shapes: GeoJSON.FeatureCollection, style: L.PathOptions): void;
  }
  /** Where a map is to move: a box to be shown whole, no closer than a zoom, or a centre (latitude first) at a zoom. */
  type Aim = ({ box: Box } | { centre: [number, number] }) & { zoom: number; number: number };
  interface Orders {
    moveTo?: Aim;
    unpin?: { lon: number; lat: number };
  }
  interface Order extends L.FeatureGroup {
    _what: Orders;
    initialize(what: Orders): void;
  }
  interface Picks extends L.FeatureGroup {
    _marks: (Marked & Laid)[];
    initialize(data: { layers: Picked[] }): void;
  }
  interface Picture extends L.FeatureGroup {
    _shown: Shown;
    _app: App;
    _wanted: boolean;
    _image: L.ImageOverlay | null;
    _address: string | null;
    initialize(shown: Shown): void;
    _fetch(map: L.Map): Promise<void>;
  }

  interface Shared {
    // draw
    FONT: string;
    HOLLOW_FROM: number;
    sharp(canvas: HTMLCanvasElement, wide: number, high: number): CanvasRenderingContext2D;
    marker(ctx: CanvasRenderingContext2D, x: number, y: number, style: Style, hollow?: boolean, opacity?: number): void;
    crowd(
      ctx: CanvasRenderingContext2D,
      x: number,
      y: number,
      radius: number,
      number: string,
      look?: { colour?: string | null; opacity?: number },
    ): void;
    aimAtMarks(app: App): void;
    isCounted(layers: LayerDef[], place: Place): boolean;
    badge(ctx: CanvasRenderingContext2D, box: Box, text: string, colours: Map<string, number>, total: number): void;
    badgesOf(defs: Marked[], zoom: number, hides?: ((def: Marked) => Hides | null) | null): Badge[];
    countsIn(adcode: string, other: string, zoom: number): boolean;
    badgeText(badge: Badge, zoom: number, anchors: Anchors): string;
    drawBadges(
      ctx: CanvasRenderingContext2D,
      badges: Badge[],
      zoom: number,
      anchors: Anchors,
      at: (lon: number, lat: number) => L.Point,
      box: Corner,
    ): DrawnBadge[];
    symbolizer(styles: Style[]): Painter;
    batched(prepared: Prepared, tile: Tile, classOf?: number[]): Prepared;
    swatch(style: Style, kind: Kind, hollow?: boolean): HTMLCanvasElement;
    inYears(def: Pick<Marked, "classOf">, when: When | undefined): number;
    placeLabels(ctx: CanvasRenderingContext2D, labels: Wanted[], taken: Box[], spared: Box[]): Written[];
    Marks: new (app: MarkHost) => Marks;
    MarkTiles: new (app: App, def: LayerDef) => MarkTiles;
    // panel
    make<K extends keyof HTMLElementTagNameMap>(
      tag: K,
      name: string,
      parent?: HTMLElement,
      text?: string,
    ): HTMLElementTagNameMap[K];
    button(name: string, parent?: HTMLElement, sign?: string, word?: string): HTMLButtonElement;
    showHome(map: L.Map, box: Box): void;
    showBox(map: L.Map, box: Box, maxZoom: number): void;
    Panel: new (app: App) => Panel;
    setYears(def: LayerDef): void;
    toldYears(def: LayerDef): object;
    someYears(def: LayerDef, words: Words): string;
    yearsChoice(app: App, def: LayerDef, parent: HTMLElement, note: HTMLElement): void;
    movers(panel: Panel, parent: HTMLElement, element: HTMLElement, title: string): void;
    grip(panel: Panel, head: HTMLElement, element: HTMLElement, title: string): void;
    sortable(panel: Panel, list: HTMLElement): void;
    BaseMaps: new (app: App) => BaseMaps;
    Swipe: new (app: App) => Swipe;
    // tools
    gaussKruger(lon: number, lat: number): { zone: number; x: number; y: number };
    lengthOf(places: Place[]): number;
    areaOf(ring: Place[]): number;
    scaleOf(lat: number, zoom: number): number;
    roundScale(scale: number): number;
    lengthText(metres: number): string;
    areaTexts(ring: Place[], words: Words): string[];
    Measure: new (app: App) => Measure;
    Bar: new (tools: Tool[]) => Bar;
    whereabouts(app: App): void;
    sayer(map: L.Map): (text: string) => void;
    copyLink(app: App): Promise<void>;
    shapeOf(feature: GeoJSON.Feature, style: L.PathOptions): L.Layer;
    restoreDrawings(map: AppMap, group: L.FeatureGroup, features: GeoJSON.Feature[], style: L.PathOptions): void;
    // map
    LayeredMap: new (
      map: L.Map,
      config: Config,
    ) => LayeredMap;
    stackOf(ids: string[]): Map<string, number>;
    holds(shape: Shape, lon: number, lat: number): boolean;
    away(map: L.Map, shape: Shape, at: L.Point): number;
    stFolium: {
      here(): boolean;
      tell(layers: Record<string, Told>): void;
      known(map: L.Map): void;
      drawn(group: object): void;
      guard(map: L.Map, guards: Record<string, ((e: L.LeafletEvent) => boolean) | undefined>): void;
      send(map: L.Map, layer: object): void;
    };
    tileLayer(app: App, options: Tiled): TileLayer;
    start(map: AppMap, config: Config): void;
    Choropleth: new (shown: Shown) => Choropleth;
    Highlight: new (shapes: GeoJSON.FeatureCollection, style: L.PathOptions) => Highlight;
    Order: new (what: Orders) => Order;
    Picks: new (data: { layers: Picked[] }) => Picks;
    Image: new (shown: Shown) => Picture;
  }
}
