// What the engine has counted, a sample a second. Everything that is drawn is the difference of two samples.

export const WINDOW_SECONDS = 300;

/** Rates are means over so many samples, because a second has few forwards. */
const SMOOTHED = 3;

/** Samples that are further apart have a gap between them: nobody has asked meanwhile. */
const GAP_MILLIS = 5000;

export class History {
  #samples = [];

  /** Adds what the application answered, and forgets what is too old, or of an engine that was loaded before. */
  add(sample) {
    if (this.last && (sample.tokens < this.last.tokens || sample.atMillis < this.last.atMillis)) this.#samples = [];
    this.#samples.push(sample);
    while (this.#samples[0].atMillis < sample.atMillis - WINDOW_SECONDS * 1000) this.#samples.shift();
  }

  get last() {
    return this.#samples.at(-1);
  }

  /** Seconds that it reaches back. */
  get seconds() {
    return (this.last.atMillis - this.#samples[0].atMillis) / 1000;
  }

  /** How much a count has grown in all that is known. */
  grown(count) {
    return count(this.last) - count(this.#samples[0]);
  }

  /**
   * The growth of one count by that of another, at each sample: [seconds before now, quotient], the quotient null where
   * the other has not grown.
   */
  quotients(count, other) {
    const points = [];
    let start = 0;
    for (let i = 1; i < this.#samples.length; i++) {
      if (this.#samples[i].atMillis - this.#samples[i - 1].atMillis > GAP_MILLIS) start = i;
      const from = this.#samples[Math.max(start, i - SMOOTHED)];
      const to = this.#samples[i];
      const by = other(to) - other(from);
      points.push([this.#ago(to.atMillis), by > 0 ? (count(to) - count(from)) / by : null]);
    }
    return points;
  }

  /** The growth of a count a second, at each sample. */
  rates(count) {
    return this.quotients(count, (sample) => sample.atMillis / 1000);
  }

  /** The growth of counts in stretches of time that stand still: {from, to, grown}, in seconds before now. */
  stretches(seconds, ...counts) {
    const millis = seconds * 1000;
    const byStart = new Map();
    for (let i = 1; i < this.#samples.length; i++) {
      const start = Math.floor(this.#samples[i].atMillis / millis) * millis;
      const grown = byStart.get(start) ?? counts.map(() => 0);
      byStart.set(start, grown.map((sum, c) => sum + counts[c](this.#samples[i]) - counts[c](this.#samples[i - 1])));
    }
    return [...byStart].map(([start, grown]) =>
      ({ from: this.#ago(start), to: this.#ago(start + millis), grown }));
  }

  #ago(millis) {
    return (millis - this.last.atMillis) / 1000;
  }
}

/** The last value that a series has; undefined if it has none. */
export const latest = (points) => points.findLast(([, value]) => value !== null)?.[1];

/** The largest value that a series has; 0 if it has none. */
export const largest = (points) => Math.max(0, ...points.map(([, value]) => value ?? 0));

/** Means of a series over stretches of seconds, the newest first: [seconds before now, mean], empty ones left out. */
export function means(points, seconds) {
  const sums = new Map();
  for (const [at, value] of points) {
    if (value === null) continue;
    const stretch = Math.ceil(-at / seconds) * seconds;
    const { sum, count } = sums.get(stretch) ?? { sum: 0, count: 0 };
    sums.set(stretch, { sum: sum + value, count: count + 1 });
  }
  return [...sums].reverse().map(([stretch, { sum, count }]) => [stretch, sum / count]);
}
