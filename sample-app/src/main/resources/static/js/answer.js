// One answer of the assistant: text that grows by steps, then its figures, or what went wrong.

import { button, define, element, figure, plural } from "./dom.js";
import { stepsOf } from "./steps.js";

export class Answer {
  #words = element("div", "text");
  #waiting = element("p", "waiting", "Reading the conversation…");
  #tokens = 0;
  #steps = 0;
  #origins = [];

  constructor() {
    this.element = element("article", "turn assistant", this.#waiting, this.#words);
    this.element.setAttribute("aria-label", "Answer");
    this.element.setAttribute("aria-busy", "true");
  }

  /** Adds what one step emitted: {step, text, tokens: [{text, accepted}], origin}. */
  append({ step, text, tokens, origin }) {
    this.#waiting.remove();
    const run = element("span", "step");
    run.dataset.step = step;
    run.title = describe(step, tokens);
    for (const token of shown(text, tokens)) {
      run.append(element("span", token.accepted ? "token accepted" : "token", token.text));
    }
    this.#words.append(run);
    this.#tokens += tokens.length;
    this.#steps += 1;
    if (origin) this.#origins.push({ step, origin });
  }

  /** Shows the passages of the guide that the model was given: {page, heading, text}. */
  sources(passages) {
    this.element.append(passages.length === 0
      ? element("p", "figures", "The guide has nothing close to this question.")
      : element("div", "sources", element("p", "fine", "The model was given these passages of the guide. A small model often misreads them:"),
        ...passages.map(({ page, heading, text }) => element("details", "source",
          element("summary", "", heading ? `${page} › ${heading}` : page),
          element("p", "passage", text)))));
  }

  /** Shows a call of a tool: {name, arguments, result}. */
  called({ name, arguments: given, result }) {
    this.#words.append(element("p", "call", element("b", "", name), ` ${given} → `, element("b", "", result)));
  }

  /** Becomes an answer of an earlier visit, of which the text is all that is remembered; its element. */
  recall(text) {
    this.#settle();
    this.#words.append(text);
    return this.element;
  }

  /** Ends the answer with the figures of the engine. */
  finish({ finishReason, usage, stats }) {
    this.#settle();
    this.element.append(headline(finishReason, usage, stats), details(usage, stats));
    this.#drawSteps();
  }

  /** Ends the answer because the reader stopped it. */
  stop() {
    this.#settle();
    const counts = this.#tokens === 0 ? "before the first token" : `after ${plural(this.#tokens, "token")} in ${plural(this.#steps, "step")}`;
    this.element.append(element("p", "figures stopped", `Stopped ${counts}.`));
    this.#drawSteps();
  }

  /** Ends the answer with an error and a way to try again. */
  fail(error, retry) {
    this.#settle();
    const message = element("p", "", element("strong", "", `${error.title ?? "Error"}. `), error.message);
    const failure = element("div", "failure", message, button("pill quiet", "Try again", retry));
    failure.setAttribute("role", "alert");
    this.element.append(failure);
  }

  #drawSteps() {
    if (this.#origins.length > 0) this.element.append(stepsOf(this.#origins));
  }

  #settle() {
    this.#waiting.remove();
    this.element.setAttribute("aria-busy", "false");
  }
}

/** The tokens of a step, or its text alone where tokens of a call are among them, which are no text. */
function shown(text, tokens) {
  if (tokens.map((token) => token.text).join("") === text) return tokens;
  return text ? [{ text, accepted: false }] : [];
}

function describe(step, tokens) {
  if (step === 0) return "Prefill: the first token";
  const accepted = tokens.filter((token) => token.accepted).length;
  return `Step ${step}: ${plural(tokens.length, "token")}, ${accepted} from the draft`;
}

function headline(finishReason, usage, stats) {
  const line = element("p", "figures",
    element("span", "speed", element("b", "", figure(stats.tokensPerSecond, 1)), " tokens/s"),
    element("span", "per-forward", element("b", "", figure(stats.tokensPerForward, 2)), " tokens per forward"),
    element("span", "layout", stats.layout),
    element("span", "", plural(usage.completionTokens, "token")));
  if (finishReason === "deadline") line.append(element("span", "", "cut at the time limit"));
  if (finishReason === "length") line.append(element("span", "", "cut at the token limit"));
  return line;
}

function details(usage, stats) {
  const list = element("dl");
  define(list, [
    ["Prefill", `${figure(stats.prefillMillis)} ms, ${plural(usage.promptTokens, "token")}${cached(usage)}`],
    ["Decode", `${figure(stats.decodeMillis)} ms, ${plural(stats.forwards, "forward")}`],
    ["Waited in the queue", `${figure(stats.queuedMillis)} ms`],
    ["Device", stats.device],
    ["Kernels", stats.backend],
    ["Seed", stats.seed],
  ]);
  const kept = Object.entries(stats.kept);
  if (kept.length > 0) {
    const row = element("div", "wide", element("dt", "", "Steps by tokens emitted"), element("dd", "", histogram(kept)));
    list.append(row);
  }
  return element("details", "more", element("summary", "", "Details"), list);
}

/** What the prompt had in common with an earlier one. */
function cached({ cachedTokens }) {
  return cachedTokens ? `, ${figure(cachedTokens)} of them cached` : "";
}

function histogram(kept) {
  const most = Math.max(...kept.map(([, steps]) => steps));
  return element("div", "kept", ...kept.map(([tokens, steps]) => {
    const bar = element("i");
    bar.style.setProperty("--share", steps / most);
    return element("div", "", element("span", "", tokens), bar, element("span", "", `${figure(steps)} ×`));
  }));
}

