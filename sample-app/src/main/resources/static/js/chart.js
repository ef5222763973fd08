// Charts as inline SVG, in one frame with units at the axes. Colours are those of the style sheet; nothing moves.

import { figure } from "./dom.js";

const HEIGHT = 164;
const LEFT = 42;
const RIGHT = 10;
const TOP = 24;
const BOTTOM = 26;

/** Ends of a scale whose half is a round number as well. */
const ROUND = [1, 2, 4, 6, 8, 10];

/** Positions between which a label has room. */
const ROOM_FOR_LABEL = 26;

function shape(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The end of a scale that has room for a value. */
export function roundEnd(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return ROUND.find((end) => end * power >= value * (1 - 1e-9)) * power;
}

/** The frame of a chart: a scale from 0 at the left with its unit, and labels below. */
class Frame {
  /**
   * @param label what the chart shows, for those who do not see it
   * @param x {min, max, labels: [[value, text]], unit}
   * @param y {end, unit}
   */
  constructor(width, label, x, y) {
    this.x = x;
    this.y = y;
    this.right = width - RIGHT;
    this.element = shape("svg", {
      role: "img", "aria-label": label, width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`,
    });
    this.#scale();
    this.#labels();
  }

  atX = (value) => LEFT + ((value - this.x.min) / (this.x.max - this.x.min)) * (this.right - LEFT);

  atY = (value) => HEIGHT - BOTTOM - (Math.min(value, this.y.end) / this.y.end) * (HEIGHT - BOTTOM - TOP);

  #scale() {
    const { end, unit } = this.y;
    const decimals = Number.isInteger(end / 2) ? 0 : Number.isInteger(end * 5) ? 1 : 2;
    for (const value of [0, end / 2, end]) {
      const y = this.atY(value);
      this.add("line", { class: "grid", x1: LEFT, x2: this.right, y1: y, y2: y });
      this.text(LEFT - 6, y + 4, "end", figure(value, decimals));
    }
    this.text(0, 11, "start", unit);
  }

  #labels() {
    for (const [value, text] of this.x.labels) {
      const anchor = value === this.x.max ? "end" : value === this.x.min ? "start" : "middle";
      this.text(this.atX(value), HEIGHT - 8, anchor, text);
    }
  }

  add(tag, attributes) {
    this.element.append(shape(tag, attributes));
  }

  text(x, y, anchor, text, className = "") {
    this.element.append(shape("text", { x, y, "text-anchor": anchor, class: className }, text));
  }

  /** A line through points, interrupted where one has no value. */
  line(points, className) {
    let path = "";
    let open = false;
    for (const [x, value] of points) {
      if (value !== null) {
        const place = `${this.atX(x).toFixed(1)} ${this.atY(value).toFixed(1)}`;
        path += open ? `L${place}` : `M${place}L${place}`;
      }
      open = value !== null;
    }
    if (path) this.add("path", { class: className, d: path });
  }

  bar(x, width, value, className, from = 0) {
    const y = this.atY(from + value);
    this.add("rect", { class: className, x, y, width, height: Math.max(0, this.atY(from) - y) });
  }
}

const time = (seconds) => ({
  min: -seconds, max: 0, labels: [[-seconds, `${seconds / 60} min ago`], [0, "now"]],
});

/** Series over the last seconds: [{className, points}]. The scale ends at least at {@code least}. */
export function lines({ width, label, unit, seconds, series, least }) {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value ?? 0));
  const frame = new Frame(width, label, time(seconds), { end: roundEnd(Math.max(least, ...values)), unit });
  for (const { points, className } of series) frame.line(points, className);
  return frame.element;
}

/** Stacked columns over the last seconds: [{from, to, parts: [{value, className}]}], the lowest part first. */
export function columns({ width, label, unit, seconds, stacks, least }) {
  const heights = stacks.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const frame = new Frame(width, label, time(seconds), { end: roundEnd(Math.max(least, ...heights)), unit });
  for (const { from, to, parts } of stacks) {
    const left = Math.max(LEFT, frame.atX(from) + 0.5);
    const right = Math.min(frame.right, frame.atX(to) - 0.5);
    let below = 0;
    for (const { value, className } of parts) {
      if (right > left) frame.bar(left, right - left, value, className, below);
      below += value;
    }
  }
  return frame.element;
}

/** Shares in percent by number: [{share, mark}], each with a mark beside its bar where it has one. */
export function shares({ width, label, unit, xUnit, bars }) {
  const places = Math.max(1, bars.length);
  const frame = new Frame(width, label, { min: 0, max: places, labels: [] }, { end: 100, unit });
  const place = (frame.right - LEFT) / places;
  const thick = Math.min(44, place * 0.7);
  const every = Math.ceil(ROOM_FOR_LABEL / place);
  bars.forEach(({ share, mark }, i) => {
    const middle = LEFT + place * (i + 0.5);
    if (share !== null) frame.bar(middle - thick / 2, thick, share, "filled");
    if (mark !== null) {
      const y = frame.atY(mark);
      frame.add("line", { class: "mark", x1: middle - thick / 2 - 3, x2: middle + thick / 2 + 3, y1: y, y2: y });
    }
    if (share !== null && place > 36) frame.text(middle, frame.atY(share) - 5, "middle", `${figure(share)} %`, "value");
    if (i % every === 0) frame.text(middle, HEIGHT - 8, "middle", String(i + 1));
  });
  frame.text(frame.right, 11, "end", xUnit);
  return frame.element;
}

/** A curve through measured points [x, value]. */
export function curve({ width, label, unit, xUnit, points }) {
  const last = points.at(-1)[0];
  const end = roundEnd(Math.max(...points.map(([, value]) => value)));
  const x = { min: 0, max: Math.max(1, last), labels: [] };
  const frame = new Frame(width, label, x, { end, unit });
  frame.line(points, "line");
  let free = 0;
  for (const [rows, value] of points) {
    const at = frame.atX(rows);
    frame.add("circle", { class: "dot", cx: at, cy: frame.atY(value), r: 3 });
    if (at >= free) {
      frame.text(at, HEIGHT - 8, "middle", String(rows));
      free = at + ROOM_FOR_LABEL;
    }
  }
  frame.text(frame.right, 11, "end", xUnit);
  return frame.element;
}
