// Points on a 2-D canvas: of many points the shape is painted once and copied.

/**
 * @import { Points } from "./wire.js"
 * @import { Brush, Palette } from "./marks.js"
 */

const MANY = 50, MOST_STAMPS = 64; // the least number of points whose shape is copied; shapes to keep

/** @param {Brush} brush @param {Points} mark */
export function paintPoints({ context, frame, point, palette }, mark) {
  const { x, y } = mark, r = mark.size * point / 2, { shape } = mark;
  const paint = x.length < MANY ? paintShape : makeStamp(context, shape, r, point, palette);
  for (let i = 0; i < x.length; i++) {
    const px = frame.x(x[i]), py = frame.y(y[i]);
    if (!Number.isNaN(px + py)) paint(context, shape, px, py, r, point, palette);
  }
}

/**
 * Paint one point in the context's colours.
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
 * @param {string} shape
 * @param {number} px
 * @param {number} py
 * @param {number} r
 * @param {number} point
 * @param {Palette} palette
 */
function paintShape(context, shape, px, py, r, point, { paper, style }) {
  context.beginPath();
  if (shape === "circle") {
    context.arc(px, py, r, 0, 2 * Math.PI);
    context.fill();
  } else if (shape === "triangle") {
    addPolygon(context, [px, py - r, px - r, py + r, px + r, py + r]);
    [context.strokeStyle, context.lineWidth] = [paper, 2 * style.triangle_edge * point];
    context.stroke();
    context.fill();
  } else {
    if (shape === "plus") {
      context.moveTo(px - r, py);
      context.lineTo(px + r, py);
      context.moveTo(px, py - r);
      context.lineTo(px, py + r);
    } else {
      const d = r * Math.SQRT2;
      addPolygon(context, [px, py - d, px + d, py, px, py + d, px - d, py]);
    }
    context.lineWidth = (shape === "plus" ? style.plus_width : style.diamond_edge) * point;
    context.stroke();
  }
}

/** @type {Map<string, ImageBitmap>} */
const stamps = new Map();

/**
 * Return a function like `paintShape` for many points: it paints the shape once and copies it, in a quarter of the
 * time.
 * @param {CanvasRenderingContext2D} context
 * @param {string} shape
 * @param {number} r
 * @param {number} point
 * @param {Palette} palette
 * @returns {(context: CanvasRenderingContext2D, shape: string, px: number, py: number) => void}
 */
function makeStamp(context, shape, r, point, palette) {
  const ratio = context.getTransform().a, half = Math.ceil((r + 2 * point) * ratio), side = 2 * half / ratio;
  const key = [shape, r, ratio, context.fillStyle, palette.paper].join(" ");
  const known = stamps.get(key);
  const one = known ?? paintStamp(context.fillStyle, 2 * half, ratio, shape, r, point, palette);
  if (!known) {
    if (stamps.size === MOST_STAMPS) stamps.clear(); // of other sizes and themes
    stamps.set(key, one);
  }
  context.imageSmoothingEnabled = false; // copies lie on whole pixels
  return (context, _, px, py) => {
    const left = (Math.round(px * ratio) - half) / ratio, top = (Math.round(py * ratio) - half) / ratio;
    context.drawImage(one, left, top, side, side);
  };
}

/**
 * Paint one point in the middle of a bitmap of `pixels` by `pixels`: of a canvas each copy would take a new snapshot.
 * @param {string | CanvasGradient | CanvasPattern} colour
 * @param {number} pixels
 * @param {number} ratio
 * @param {string} shape
 * @param {number} r
 * @param {number} point
 * @param {Palette} palette
 */
function paintStamp(colour, pixels, ratio, shape, r, point, palette) {
  const canvas = new OffscreenCanvas(pixels, pixels), context = canvas.getContext("2d"), middle = pixels / ratio / 2;
  if (context) {
    context.scale(ratio, ratio);
    context.fillStyle = context.strokeStyle = colour;
    paintShape(context, shape, middle, middle, r, point, palette);
  }
  return canvas.transferToImageBitmap();
}

/**
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
 * @param {number[]} corners x, y, x, y ...
 */
export function addPolygon(context, corners) {
  context.moveTo(corners[0], corners[1]);
  for (let i = 2; i < corners.length; i += 2) context.lineTo(corners[i], corners[i + 1]);
  context.closePath();
}
