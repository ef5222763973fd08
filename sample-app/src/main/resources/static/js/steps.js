// The steps of one answer, one at a time, as the paper draws them: which rows, which drafts, what was kept.

import { button, element, figure, header } from "./dom.js";
import { tell } from "./telling.js";

const SOURCES = { masks: "mask rows", text: "the text before", forced: "the format", "draft-model": "the draft model" };

/** A closed part of an answer that draws its steps once it is opened. */
export function stepsOf(steps) {
  const details = element("details", "more steps-of", element("summary", "", "Step by step"));
  details.setAttribute("aria-live", "off"); // the conversation is a log, which would read each step aloud
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(new Steps(steps).element);
  });
  return details;
}

class Steps {
  #steps;
  #slider = element("input");
  #count = element("span", "count");
  #figure = element("div", "rows");
  #telling = element("p", "telling");
  #before = button("tool", "‹", () => this.#move(-1));
  #after = button("tool", "›", () => this.#move(1));

  /** @param steps [{step, origin}], at least one */
  constructor(steps) {
    this.#steps = steps;
    Object.assign(this.#slider, { type: "range", min: 0, max: steps.length - 1, step: 1, value: Math.min(1, steps.length - 1) });
    this.#slider.setAttribute("aria-label", "Step of this answer");
    this.#slider.addEventListener("input", () => this.#show());
    this.#before.setAttribute("aria-label", "Step before");
    this.#after.setAttribute("aria-label", "Step after");
    this.#figure.tabIndex = 0;
    this.#figure.setAttribute("role", "region");
    this.#figure.setAttribute("aria-label", "Rows of the step");
    this.element = element("div", "steps",
      element("div", "stepper", this.#before, this.#slider, this.#after, this.#count),
      this.#figure, this.#telling, legend());
    this.#show();
  }

  /** Arrow keys move the slider by themselves, as in any other. */
  #move(by) {
    this.#slider.valueAsNumber += by;
    this.#show();
  }

  #show() {
    const at = this.#slider.valueAsNumber;
    const { step, origin } = this.#steps[at];
    const told = tell(step, origin);
    this.#slider.setAttribute("aria-valuetext", told);
    this.#count.textContent = `${figure(at + 1)} of ${figure(this.#steps.length)}`;
    this.#before.disabled = at === 0;
    this.#after.disabled = at === this.#steps.length - 1;
    this.#telling.textContent = told;
    this.#figure.replaceChildren(table(step, origin));
  }
}

/** Rows of the step by the position that their tokens stand at; the anchor's is the first. */
function table(step, origin) {
  const lines = [];
  if (origin.draftPassRows > 0) lines.push(draftPass(origin));
  lines.push(verified(origin, step === 0), emitted(origin), ...origin.groups.map((group) => masks(group, origin)));
  const width = Math.max(...lines.map(({ cells }) => cells.length));
  const positions = Array.from({ length: width }, (_, i) => (i === 0 ? "anchor" : `+${i}`));
  const head = element("tr", "", element("td"), ...positions.map((text) => header("col", text)));
  return element("table", "",
    element("caption", "unseen", `Step ${step}: rows by the position of their tokens`),
    element("thead", "", head),
    element("tbody", "", ...lines.map(({ name, className, cells }) =>
      element("tr", className, header("row", name), ...cells, ...blanks(width - cells.length)))));
}

/** The forward before, whose masks made the drafts unless these come from elsewhere. */
function draftPass({ draftPassRows, anchor, drafts, source }) {
  const cells = [cell("row", anchor)];
  for (let slot = 1; slot < draftPassRows; slot++) {
    cells.push(mask(source === "masks" ? drafts[slot - 1] : undefined));
  }
  return { name: "forward that drafts", className: "group", cells };
}

function verified({ anchor, drafts, source, accepted, emitted, promptRows }, isFirst) {
  const isOver = emitted.length === accepted; // the answer ended with an accepted draft
  const cells = drafts.map((text, i) =>
    i < accepted ? cell("accepted", text, "accepted") : isOver ? cell("row", text) : cell("rejected", text, "rejected"));
  const prompt = promptRows > 0 ? `, after ${figure(promptRows)} ${isFirst ? "of the prompt" : "computed again"}` : "";
  const from = source ? `, drafts of ${SOURCES[source]}` : "";
  return { name: `rows verified${prompt}${from}`, className: "verified", cells: [cell("row", anchor), ...cells] };
}

function emitted({ emitted: tokens, accepted }) {
  const cells = tokens.map((text, i) => (i < accepted ? cell("accepted", text) : cell("sampled", text, "own sample")));
  return { name: "tokens emitted", className: "emitted", cells: [element("td"), ...cells] };
}

/** A group from the position on that its first mask stands at; the one of the kept count holds the next drafts. */
function masks({ kept, firstSlot, rows }, { emitted: tokens, proposed }) {
  const isChosen = proposed.length > 0 && kept === tokens.length;
  const cells = blanks(kept + firstSlot);
  for (let slot = firstSlot; slot < firstSlot + rows; slot++) {
    cells.push(mask(isChosen && slot > 0 ? proposed[slot - 1] : undefined));
  }
  return { name: `masks for ${figure(kept)} kept`, className: isChosen ? "group chosen" : "group", cells };
}

const blanks = (count) => Array.from({ length: count }, () => element("td"));

/** A token as it looks between others: spaces and breaks can be seen. */
export const visible = (text) => text.replaceAll(" ", "·").replaceAll("\n", "⏎").replaceAll("\t", "⇥") || "∅";

function cell(className, text, verdict = "") {
  const token = element("span", `cell ${className}`, visible(text));
  const made = element("td", "", token);
  if (verdict) made.append(element("span", "unseen", `, ${verdict}`));
  return made;
}

function mask(text) {
  const made = element("td", "", element("span", "cell mask", text === undefined ? "" : visible(text)));
  if (text === undefined) made.append(element("span", "unseen", "mask"));
  return made;
}

function legend() {
  const entries = [["accepted", "accepted draft"], ["sampled", "own sample"], ["rejected", "rejected draft"], ["mask", "mask row"]];
  return element("p", "step-legend", ...entries.map(([className, text]) =>
    element("span", "", element("i", `cell ${className}`, className === "rejected" ? "ab" : ""), text)));
}
