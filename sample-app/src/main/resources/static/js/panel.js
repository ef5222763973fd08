// One chart of the dashboard with its title, which is its value now, and the same as a table on demand.

import { element, header } from "./dom.js";

export class Panel {
  #spec;
  #history;
  #value = element("b");
  #unit = element("span", "unit");
  #note = element("p", "note");
  #chart = element("div", "chart");
  #table = element("div", "table");
  #details = element("details", "more", element("summary", "", "As a table"), this.#table);

  /** @param spec one of PANELS */
  constructor(spec, history) {
    this.#spec = spec;
    this.#history = history;
    const heading = element("h2", "", spec.title);
    heading.id = `${spec.id}-title`;
    this.#table.tabIndex = 0;
    this.#table.setAttribute("role", "region");
    this.#table.setAttribute("aria-label", `${spec.title}, as a table`);
    this.element = element("section", "panel", heading, element("p", "now", this.#value, " ", this.#unit),
      this.#note, this.#chart, keys(spec.keys ?? []), this.#details);
    this.element.id = spec.id;
    this.element.setAttribute("aria-labelledby", heading.id);
    this.#details.addEventListener("toggle", () => this.#details.open && this.#fillTable());
    new ResizeObserver(() => this.show()).observe(this.#chart);
  }

  /** Shows what the history has; nothing before its first sample. */
  show() {
    if (!this.#history.last) return;
    const { value, unit, note } = this.#spec.now(this.#history);
    this.#value.textContent = value;
    this.#unit.textContent = unit;
    this.#note.textContent = note;
    const label = `${this.#spec.title}: ${value} ${unit}. ${note}.`;
    this.#chart.replaceChildren(this.#spec.draw(this.#history, { width: this.#chart.clientWidth, label }));
  }

  /** The table stays as it was when it was opened, because nobody can read one that changes every second. */
  #fillTable() {
    if (!this.#history.last) return;
    const { head, rows } = this.#spec.table(this.#history);
    const table = element("table", "",
      element("caption", "", rows.length ? `As of ${new Date().toLocaleTimeString()}` : "Nothing yet"),
      element("thead", "", element("tr", "", ...head.map((text) => header("col", text)))),
      element("tbody", "", ...rows.map(([first, ...others]) =>
        element("tr", "", header("row", first), ...others.map((text) => element("td", "", text))))));
    this.#table.replaceChildren(table);
  }
}

/** What the colours of a chart stand for; none where it has one. */
function keys(entries) {
  return element("p", "keys-of-chart", ...entries.map(([className, name]) =>
    element("span", "", element("i", `key ${className}`), name)));
}
