/* How shapes, symbols and swatches are drawn: one code for the map and for its legend. */
(() => {
  "use strict";
  window.redline = window.redline || /** @type {Redline.Shared} */ ({});
  const redline = window.redline;
  const STEP = 8;
  const REACH = 16;
  const LINE = 2;
  const MIXED = "#4a5560";
  redline.FONT = '"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif';

  /** Make a canvas of a size that is sharp on this screen, empty; returns what to draw on it with. */
  redline.sharp = (canvas, wide, high) => {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = wide * ratio;
    canvas.height = high * ratio;
    canvas.style.width = `${wide}px`;
    canvas.style.height = `${high}px`;
    const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    ctx.scale(ratio, ratio);
    return ctx;
  };

  /**
   * Fill and diagonal hatch in one canvas pattern, sharp on any screen, seamless from tile to tile (256 is a multiple).
   * @param {CanvasRenderingContext2D} ctx
   * @param {Redline.Style} style
   */
  function hatch(ctx, style) {
    const ratio = window.devicePixelRatio || 1;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = Math.round(STEP * ratio);
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.scale(canvas.width / STEP, canvas.height / STEP);
    if (style.fill) {
      pen.globalAlpha = style.opacity;
      pen.fillStyle = style.fill;
      pen.fillRect(0, 0, STEP, STEP);
    }
    pen.globalAlpha = 0.6;
    pen.strokeStyle = style.stroke || style.fill || "";
    pen.beginPath();
    for (const shift of [-STEP, 0, STEP]) {
      pen.moveTo(shift - 1, STEP + 1);
      pen.lineTo(shift + STEP + 1, -1);
    }
    pen.stroke();
    const pattern = /** @type {CanvasPattern} */ (ctx.createPattern(canvas, "repeat"));
    pattern.setTransform(new DOMMatrix().scale(STEP / canvas.width, STEP / canvas.height));
    return pattern;
  }

  /** @type {(ctx: CanvasRenderingContext2D, paths: Redline.Corner[][]) => void} */
  function trace(ctx, paths) {
    ctx.beginPath();
    for (const path of paths) {
      ctx.moveTo(path[0].x, path[0].y);
      for (let i = 1; i < path.length; i++) ctx.lineTo(path[i].x, path[i].y);
    }
  }

  /** @type {(ctx: CanvasRenderingContext2D, style: Redline.Style) => void} */
  function stroke(ctx, style) {
    if (!style.stroke || !style.width) return;
    ctx.globalAlpha = 1;
    ctx.strokeStyle = style.stroke;
    ctx.lineWidth = style.width;
    ctx.lineJoin = "bevel";
    ctx.setLineDash(style.dash || []);
    ctx.stroke();
  }

  /** @type {(ctx: CanvasRenderingContext2D, paths: Redline.Corner[][], style: Redline.Style) => void} */
  function area(ctx, paths, style) {
    trace(ctx, paths);
    if (style.hatch || style.fill) {
      ctx.globalAlpha = style.hatch ? 1 : style.opacity;
      ctx.fillStyle = style.hatch ? hatch(ctx, style) : style.fill || "";
      ctx.fill();
    }
    stroke(ctx, style);
  }

  /** @type {Record<string, (ctx: CanvasRenderingContext2D, radius: number) => void>} */
  const SHAPES = {
    circle: (c, r) => c.arc(0, 0, r, 0, 2 * Math.PI),
    square: (c, r) => c.rect(-0.88 * r, -0.88 * r, 1.76 * r, 1.76 * r),
    triangle: (c, r) => polygon(c, r * 1.2, 3, -90),
    diamond: (c, r) => polygon(c, r * 1.2, 4, -90),
    pentagon: (c, r) => polygon(c, r * 1.1, 5, -90),
    inverted: (c, r) => polygon(c, r * 1.2, 3, 90),
    hexagon: (c, r) => polygon(c, r * 1.1, 6, 0),
    star: (c, r) => star(c, r * 1.35),
  };

  /** @type {(ctx: CanvasRenderingContext2D, r: number, sides: number, turn: number) => void} */
  function polygon(ctx, r, sides, turn) {
    for (let i = 0; i < sides; i++) {
      const angle = ((turn + (360 * i) / sides) * Math.PI) / 180;
      ctx[i ? "lineTo" : "moveTo"](r * Math.cos(angle), r * Math.sin(angle));
    }
    ctx.closePath();
  }

  /** @type {(ctx: CanvasRenderingContext2D, r: number) => void} */
  function star(ctx, r) {
    for (let i = 0; i < 10; i++) {
      const angle = ((36 * i - 90) * Math.PI) / 180;
      const reach = i % 2 ? r * 0.45 : r;
      ctx[i ? "lineTo" : "moveTo"](reach * Math.cos(angle), reach * Math.sin(angle));
    }
    ctx.closePath();
  }

  /** A point symbol. A hollow one is of what is somewhere on a water: it marks no place. */
  redline.marker = (ctx, x, y, style, hollow, opacity = 1) => {
    ctx.save();
    ctx.translate(x, y);
    ctx.beginPath();
    (SHAPES[style.shape] || SHAPES.circle)(ctx, style.radius);
    ctx.fillStyle = hollow ? "#ffffff" : style.fill || "";
    ctx.globalAlpha = opacity * (hollow ? 0.85 : 1);
    ctx.fill();
    ctx.globalAlpha = opacity;
    ctx.lineWidth = hollow ? 1.6 : 1.2;
    ctx.setLineDash(hollow ? [2, 1.6] : []);
    ctx.strokeStyle = hollow ? style.fill || "" : "#ffffff";
    ctx.stroke();
    ctx.restore();
  };

  /** A symbol that stands for many close together: a ring in their colour, grey if they are of several, with their number. */
  redline.crowd = (ctx, x, y, radius, number, { colour, opacity = 1 } = {}) => {
    ctx.save();
    ctx.globalAlpha = opacity;
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.fillStyle = "rgba(255,255,255,0.94)";
    ctx.fill();
    ctx.lineWidth = radius < 9 ? 2 : 3;
    ctx.strokeStyle = colour || MIXED;
    ctx.stroke();
    ctx.font = `600 ${radius < 9 ? 8 : 11}px ${redline.FONT}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = "#222222";
    ctx.fillText(number, x, y + 0.5);
    ctx.restore();
  };

  /** A symbolizer for protomaps-leaflet, for the features that `redline.batched` makes. */
  redline.symbolizer = (styles) => ({
    draw(ctx, paths, _zoom, feature) {
      const style = styles[feature.id ?? 0] || styles[0];
      if (!style) return;
      if (feature.geomType === LINE) {
        trace(ctx, paths);
        stroke(ctx, style);
      } else {
        // cells stand for shapes too small to be seen: an outline around each would be larger than the shapes
        area(ctx, paths, feature.props?.cells ? { ...style, fill: style.fill || style.stroke, stroke: null } : style);
      }
    },
  });

  /**
   * The features of a data tile that reach one tile of the screen, joined to one feature per style: thousands of small
   * shapes are drawn by one fill. `classOf` gives the style of an id, -1 for none; without it the id is the style.
   */
  redline.batched = (prepared, tile, classOf) => {
    const { origin, scale } = prepared;
    const low = [(256 * tile.x - REACH - origin.x) / scale, (256 * tile.y - REACH - origin.y) / scale];
    const high = [(256 * (tile.x + 1) + REACH - origin.x) / scale, (256 * (tile.y + 1) + REACH - origin.y) / scale];
    const joined = new Map();
    for (const name of ["c", "f"]) {
      for (const feature of prepared.data.get(name) || []) {
        const box = feature.bbox;
        if (box.maxX < low[0] || box.minX > high[0] || box.maxY < low[1] || box.minY > high[1]) continue;
        const style = classOf ? classOf[feature.id || 0] : feature.id || 0;
        if (style < 0) continue; // of a year that is not drawn
        const key = `${name}${style}/${feature.geomType}`;
        if (!joined.has(key)) {
          const bbox = { minX: low[0], minY: low[1], maxX: high[0], maxY: high[1] };
          const props = { cells: name === "c" };
          joined.set(key, {
            id: style,
            geomType: feature.geomType,
            geom: [],
            bbox: bbox,
            props: props,
            numVertices: 0,
          });
        }
        const paths = joined.get(key).geom;
        const inside = box.minX >= low[0] && box.maxX <= high[0] && box.minY >= low[1] && box.maxY <= high[1];
        for (const path of feature.geom) paths.push(inside ? path : near(path, low, high));
      }
    }
    return { ...prepared, data: new Map([["f", [...joined.values()]]]) };
  };

  /**
   * A path without the corners whose neighbours lie beyond the same edge of a box: inside the box it looks the same.
   * @type {(path: Redline.Corner[], low: number[], high: number[]) => Redline.Corner[]}
   */
  function near(path, low, high) {
    const beyond = (/** @type {Redline.Corner} */ at) =>
      (at.x < low[0] ? 1 : at.x > high[0] ? 2 : 0) | (at.y < low[1] ? 4 : at.y > high[1] ? 8 : 0);
    const kept = [];
    let before = 0;
    let here = path.length ? beyond(path[0]) : 0;
    for (let i = 0; i < path.length; i++) {
      const after = i + 1 < path.length ? beyond(path[i + 1]) : 0;
      if (!(before & here & after)) {
        kept.push(path[i]);
        before = here;
      }
      here = after;
    }
    return kept;
  }

  /** The picture of a style in the legend: `kind` is area, line, point, crowd (a ring with a number), badge or share (of its bar). */
  redline.swatch = (style, kind, hollow) => {
    const canvas = document.createElement("canvas");
    const [wide, high] = [24, 16];
    const ctx = redline.sharp(canvas, wide, high);
    canvas.setAttribute("aria-hidden", "true");
    if (kind === "point") {
      redline.marker(ctx, wide / 2, high / 2, style, hollow);
    } else if (kind === "crowd") {
      redline.crowd(ctx, wide / 2, high / 2, high / 2 - 1.2, "12", { colour: style.fill });
    } else if (kind === "badge") {
      redline.badge(ctx, [1, 0.5, wide - 1, high - 0.5], "12", new Map([[style.fill || "", 1]]), 1);
    } else if (kind === "share") {
      ctx.fillStyle = style.fill || style.stroke || "";
      ctx.fillRect(3, high / 2 - 2.5, wide - 6, 5);
    } else if (kind === "line") {
      trace(ctx, [
        [
          { x: 1, y: high / 2 },
          { x: wide - 1, y: high / 2 },
        ],
      ]);
      stroke(ctx, style);
    } else {
      const [a, b, c, d] = [2, 2, wide - 2, high - 2];
      const ring = [
        { x: a, y: b },
        { x: c, y: b },
        { x: c, y: d },
        { x: a, y: d },
        { x: a, y: b },
      ];
      area(ctx, [ring], style);
    }
    return canvas;
  };
})();
