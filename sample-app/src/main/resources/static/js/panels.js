// The charts of the dashboard: what each shows now, draws, and has as a table.

import { columns, curve, lines, shares } from "./chart.js";
import { figure } from "./dom.js";
import { largest, latest, means, WINDOW_SECONDS } from "./history.js";

const TABLE_SECONDS = 10;

const NOTHING = "–";

/** The value of a count of steps that are of a kind, or are not. */
const steps = (wanted, what) => (sample) =>
  sample.steps.filter(({ kind }) => wanted(kind)).reduce((sum, of) => sum + of[what], 0);
const isPrefill = (kind) => kind === "prefill";
const isDecode = (kind) => !isPrefill(kind);

const percent = (part, whole) => (whole > 0 ? (100 * part) / whole : null);

/** How far back the figures reach, in words. */
const span = (history) =>
  history.seconds < 60 ? `in the last ${figure(Math.round(history.seconds))} s` : `in the last ${figure(Math.round(history.seconds / 60))} min`;

/** The length of the time axis, which grows with what is known. */
const seconds = (history) => [60, 120].find((length) => history.seconds <= length) ?? WINDOW_SECONDS;

function ofTime(unit, decimals, ...series) {
  const times = [...new Set(series.flatMap(({ points }) => means(points, TABLE_SECONDS).map(([ago]) => ago)))].sort((a, b) => a - b);
  const values = series.map(({ points }) => new Map(means(points, TABLE_SECONDS)));
  return {
    head: ["seconds ago", ...series.map(({ name }) => `${name}, ${unit}`)],
    rows: times.map((ago) => [
      ago === 0 ? "now" : `${ago - TABLE_SECONDS} to ${ago}`,
      ...values.map((of) => (of.has(ago) ? figure(of.get(ago), decimals) : NOTHING)),
    ]),
  };
}

const speed = {
  id: "speed",
  title: "Tokens per second",
  points: (history) => history.rates((sample) => sample.tokens),
  now(history) {
    const points = this.points(history);
    return {
      value: figure(latest(points) ?? 0, 1),
      unit: "tokens/s",
      note: `${figure(history.grown((sample) => sample.tokens))} tokens ${span(history)}, ${figure(largest(points), 1)} a second at most`,
    };
  },
  draw(history, frame) {
    return lines({ ...frame, unit: "tokens/s", seconds: seconds(history), least: 10, series: [{ className: "line", points: this.points(history) }] });
  },
  table(history) {
    return ofTime("tokens/s", 1, { name: "all answers", points: this.points(history) });
  },
};

const perForward = {
  id: "per-forward",
  title: "Tokens per forward",
  points: (history) => history.quotients((sample) => sample.decoded.tokens, (sample) => sample.decoded.forwards),
  now(history) {
    const value = latest(this.points(history));
    return {
      value: value === undefined ? NOTHING : figure(value, 2),
      unit: "tokens a forward",
      note: `${figure(history.grown((sample) => sample.decoded.forwards))} decode forwards ${span(history)}; 1 is decoding one by one`,
    };
  },
  draw(history, frame) {
    return lines({ ...frame, unit: "tokens", seconds: seconds(history), least: 2, series: [{ className: "line", points: this.points(history) }] });
  },
  table(history) {
    return ofTime("tokens", 2, { name: "per forward", points: this.points(history) });
  },
};

const acceptance = {
  id: "acceptance",
  title: "Accepted drafts by position",
  /** By position: of the last minutes where there were drafts in them, and since the load. */
  positions(history) {
    const all = history.last.drafts;
    const recent = all.map((_, i) => ({
      verified: history.grown((sample) => sample.drafts[i]?.verified ?? 0),
      accepted: history.grown((sample) => sample.drafts[i]?.accepted ?? 0),
    }));
    return { all, recent, isRecent: recent.some(({ verified }) => verified > 0) };
  },
  now(history) {
    const { all, recent, isRecent } = this.positions(history);
    const shown = isRecent ? recent : all;
    const sum = (what) => shown.reduce((total, position) => total + position[what], 0);
    const share = percent(sum("accepted"), sum("verified"));
    const counts = `${figure(sum("accepted"))} of ${figure(sum("verified"))}`;
    return {
      value: share === null ? NOTHING : figure(share),
      unit: share === null ? "no drafts yet" : "% accepted",
      note: isRecent ? `${counts} ${span(history)}; the marks are since the load of the model` : `${counts} since the load of the model`,
    };
  },
  draw(history, frame) {
    const { all, recent, isRecent } = this.positions(history);
    const bars = all.map((position, i) => ({
      share: percent((isRecent ? recent[i] : position).accepted, (isRecent ? recent[i] : position).verified),
      mark: isRecent ? percent(position.accepted, position.verified) : null,
    }));
    return shares({ ...frame, unit: "%", xUnit: "position after the anchor", bars });
  },
  table(history) {
    const { all, recent } = this.positions(history);
    const cells = ({ accepted, verified }) => [figure(verified), verified > 0 ? `${figure(percent(accepted, verified), 1)} %` : NOTHING];
    return {
      head: ["position", `verified ${span(history)}`, "accepted", "verified since the load", "accepted"],
      rows: all.map((position, i) => [String(i + 1), ...cells(recent[i]), ...cells(position)]),
    };
  },
};

const stepTime = {
  id: "step-time",
  title: "Time of a step",
  keys: [["line", "decoding"], ["line soft", "prefill"]],
  series: (history) => [isDecode, isPrefill].map((wanted, i) => ({
    name: ["decoding", "prefill"][i],
    className: ["line", "line soft"][i],
    points: history.quotients(steps(wanted, "millis"), steps(wanted, "steps")),
  })),
  now(history) {
    const [decode, prefill] = this.series(history).map(({ points }) => latest(points));
    return {
      value: decode === undefined ? NOTHING : figure(decode, 1),
      unit: "ms a decode step",
      note: prefill === undefined ? `no prefill ${span(history)}` : `${figure(prefill, 1)} ms a step with prompt rows only`,
    };
  },
  draw(history, frame) {
    return lines({ ...frame, unit: "ms", seconds: seconds(history), least: 1, series: this.series(history).reverse() });
  },
  table(history) {
    return ofTime("ms", 1, ...this.series(history));
  },
};

const passTimes = {
  id: "pass-times",
  title: "Time of a forward by its rows",
  now({ last }) {
    const { byRows, promptRowMillis } = last.passTimes;
    const one = byRows[0];
    const many = byRows.findLast(({ rows }) => rows <= 8);
    return {
      value: one ? figure(one.millis, 1) : NOTHING,
      unit: "ms for one row",
      note: many && many.rows > 1
        ? `${figure(many.rows)} rows take ${figure(many.millis / one.millis, 1)} times as long; a prompt row adds ${figure(promptRowMillis, 1)} ms`
        : "nothing but one row is measured",
    };
  },
  draw({ last }, frame) {
    const points = last.passTimes.byRows.map(({ rows, millis }) => [rows, millis]);
    return points.length === 0 ? "" : curve({ ...frame, unit: "ms", xUnit: "decode rows", points });
  },
  table({ last }) {
    return {
      head: ["decode rows", "ms a forward", "ms a row"],
      rows: last.passTimes.byRows.map(({ rows, millis }) => [figure(rows), figure(millis, 2), figure(millis / rows, 2)]),
    };
  },
};

const cache = {
  id: "cache",
  title: "Prompts found in the cache",
  keys: [["filled", "cached"], ["filled soft", "computed"]],
  stretches: (history) => history.stretches(TABLE_SECONDS, (sample) => sample.prompts.cached, (sample) => sample.prompts.tokens),
  now(history) {
    const tokens = history.grown((sample) => sample.prompts.tokens);
    const recent = tokens > 0;
    const of = recent
      ? { tokens, cached: history.grown((sample) => sample.prompts.cached) }
      : history.last.prompts;
    const share = percent(of.cached, of.tokens);
    return {
      value: share === null ? NOTHING : figure(share),
      unit: share === null ? "no prompt yet" : "% of prompt tokens",
      note: `${figure(of.cached)} of ${figure(of.tokens)} tokens ${recent ? span(history) : "since the load of the model"}`,
    };
  },
  draw(history, frame) {
    const stacks = this.stretches(history).map(({ from, to, grown: [cached, tokens] }) => ({
      from, to, parts: [{ value: cached, className: "filled" }, { value: tokens - cached, className: "filled soft" }],
    }));
    return columns({ ...frame, unit: `tokens in ${TABLE_SECONDS} s`, seconds: seconds(history), least: 10, stacks });
  },
  table(history) {
    return {
      head: ["seconds ago", "prompt tokens", "cached"],
      rows: this.stretches(history).filter(({ grown: [, tokens] }) => tokens > 0).reverse().map(({ from, to, grown: [cached, tokens] }) => [
        `${figure(Math.max(0, -to))} to ${figure(-from)}`, figure(tokens), figure(cached)]),
    };
  },
};

export const PANELS = [speed, perForward, acceptance, stepTime, passTimes, cache];
