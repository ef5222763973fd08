// What the engine says of itself: the line in the bar, the notices, the engine part of the settings.

import { button, byId, define, element, figure } from "./dom.js";
import { engineFacts } from "./events.js";
import * as settings from "./settings.js";

const RETRY_MILLIS = 1500;

let facts = null;

/** Asks until the engine serves, then shows what it is; calls back once it does. */
export async function start(ready) {
  settings.onChange(notices);
  for (;;) {
    try {
      facts = await engineFacts();
      show();
      if (facts.serving) return ready();
    } catch (failure) {
      byId("facts").textContent = failure.message;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
  }
}

/** Asks once more: means and the choice of auto move with every answer. */
export async function refresh() {
  facts = await engineFacts().catch(() => facts);
  show();
}

function show() {
  const { model, device, backend, state, limits } = facts;
  byId("facts").textContent = facts.serving
    ? `${model.name} · ${device} · ${backend}`
    : `The engine is ${state.toLowerCase()}…`;
  settings.useLimits(limits);
  define(byId("engine"), [
    ["State", state.toLowerCase()],
    ["Model", `${model.name}, ${model.family}`],
    ["Parameters", `${figure(model.parameters / 1e6, 1)} million, ${model.weights}`],
    ["Context", `${figure(model.contextLength)} tokens`],
    ["Trained draft block", model.blockSize ? `${model.blockSize} rows` : "none: plain autoregressive"],
    ["Draft adapter", model.draftAdapter ? "yes" : "no"],
    ["Device", device],
    ["Kernels", backend],
    ["Auto chose", facts.layout.chosen],
    ["Because", facts.layout.reason],
  ]);
  candidates();
  notices(settings.requestOptions().mode);
}

function candidates() {
  const { candidates, chosen } = facts.layout;
  byId("candidates").hidden = candidates.length === 0;
  byId("candidates").tBodies[0].replaceChildren(...fastest(candidates).map((candidate) =>
    element("tr", candidate.name === chosen ? "chosen" : "",
      element("td", "", candidate.name),
      element("td", "", figure(candidate.stepMillis, 1)),
      element("td", "", figure(candidate.tokensPerStep, 2)),
      element("td", "", figure(candidate.tokensPerSecond, 1)))));
}

/** The candidates worth a line: those that yield most, and one token at a time. */
function fastest(candidates) {
  const sorted = [...candidates].sort((a, b) => b.tokensPerSecond - a.tokensPerSecond);
  return sorted.filter((candidate, i) => i < 8 || candidate.mode === "autoregressive");
}

function notices(mode) {
  if (facts === null) return;
  const shown = facts.degradations.map((text) => element("div", "notice degraded", element("p", "", text)));
  const offer = offerOf(mode);
  if (offer) shown.push(offer);
  byId("notices").replaceChildren(...shown);
}

/**
 * What TiDAR yields on this device; where one token at a time is faster, TiDAR in one click. The two figures are shown
 * once they stand on forwards of requests: what was measured while the application started compares two times of which
 * either may have been disturbed.
 */
function offerOf(mode) {
  const drafting = best((candidate) => candidate.mode !== "autoregressive");
  const plain = best((candidate) => candidate.mode === "autoregressive");
  if (!drafting || !plain) return null;
  const device = facts.device.startsWith("cpu") ? "CPU" : "device";
  if (mode === "auto" && chosenMode() !== "autoregressive") {
    const notice = element("div", "notice on", element("p", "",
      ...(facts.layout.settled
        ? [`On this ${device} TiDAR is expected to pay: `, ...figures(drafting, plain), " one token at a time."]
        : [`On this ${device} TiDAR drafts. What that yields shows once it has answered a little.`]),
      " The text is the same either way."),
      button("pill quiet", "One by one", () => settings.useDecoding({ mode: "autoregressive" })));
    notice.id = "pays";
    return notice;
  }
  if (mode === "auto") {
    const notice = element("div", "notice", element("p", "",
      ...(facts.layout.settled
        ? [`On this ${device} one token at a time is faster: `, ...figures(plain, drafting), ` with ${drafting.name}.`]
        : [`On this ${device} one token at a time seems faster. By how much shows once it has answered a little.`]),
      " The text is the same either way."),
      button("pill", "Use TiDAR", () => settings.useDecoding(drafting)));
    notice.id = "offer";
    return notice;
  }
  if (mode === "autoregressive") {
    return chosenMode() === "autoregressive" ? null : backToAuto("One token a forward, no drafts.");
  }
  if (chosenMode() !== "autoregressive") return null;
  return backToAuto("TiDAR drafts and verifies. Press Steps to see what came from the drafts.");
}

/** The speed of one candidate against that of another. */
function figures(faster, slower) {
  return [
    element("strong", "", `${figure(faster.tokensPerSecond, 1)} tokens/s`), " against ",
    element("strong", "", figure(slower.tokensPerSecond, 1)),
  ];
}

function backToAuto(text) {
  const notice = element("div", "notice on", element("p", "", text),
    button("pill quiet", "Back to auto", () => settings.useDecoding({ mode: "auto" })));
  notice.id = "chosen";
  return notice;
}

const chosenMode = () => facts.layout.candidates.find((candidate) => candidate.name === facts.layout.chosen)?.mode;

function best(wanted) {
  return facts.layout.candidates.filter(wanted).reduce(
    (a, b) => (a && a.tokensPerSecond >= b.tokensPerSecond ? a : b), null);
}
