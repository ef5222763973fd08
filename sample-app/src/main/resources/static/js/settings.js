// The settings sheet. Its fields are the only state: a request is read from them when it is sent.

import { byId } from "./dom.js";

const dialog = byId("settings");
const sheet = dialog.querySelector("form");
const draftLength = byId("draft-length");
const outcomes = byId("outcomes");
const groups = byId("groups");
const temperature = byId("temperature");
const maxTokens = byId("max-tokens");
const seed = byId("seed");
const system = byId("system");
const tools = byId("tools");
const guide = byId("guide");

const MODES = {
  auto: ["Auto", "Measured at load: the layout with the best expected tokens per second on this device."],
  "single-pass": ["Single pass", "One forward verifies the last draft and drafts the next block for every outcome it carries."],
  "two-pass": ["Two pass", "One forward drafts, the next one verifies."],
  autoregressive: ["One by one", "One token a forward, no drafts."],
};

const mode = () => sheet.elements.mode.value;

/** What the fields ask for, ready for the API; fields left empty are left out. */
export function requestOptions() {
  const drafts = mode() === "single-pass" || mode() === "two-pass";
  return {
    mode: mode(),
    draftLength: drafts && draftLength.value ? Number(draftLength.value) : undefined,
    outcomes: mode() === "single-pass" ? keptCounts(outcomes.value.trim()) : undefined,
    groups: mode() === "single-pass" ? groups.value : undefined,
    temperature: Number(temperature.value),
    maxTokens: Number(maxTokens.value),
    seed: seed.value || undefined,
    system: system.value.trim() || undefined,
    tools: tools.value || undefined,
    guide: guide.checked || undefined,
  };
}

/** No text and "all" leave the choice of outcomes out; "none" is an empty list. */
function keptCounts(text) {
  if (!text || text === "all") return undefined;
  return text === "none" ? [] : text.split(",").map(Number);
}

/** Asks for this layout from now on. */
export function useDecoding(decoding) {
  sheet.elements.mode.value = decoding.mode;
  draftLength.value = decoding.draftLength ?? "";
  outcomes.value = decoding.outcomes ? decoding.outcomes.join(", ") || "none" : "";
  groups.value = decoding.groups ?? "auto";
  changed();
}

/** Takes over the limits that the application checks. */
export function useLimits(limits) {
  draftLength.max = limits.maxDraftLength;
  temperature.max = limits.maxTemperature;
  maxTokens.max = limits.maxTokens;
}

/** Calls back with the chosen mode now and after every change. */
export function onChange(callback) {
  dialog.addEventListener("settings-changed", () => callback(mode()));
}

/** Opens the sheet; a field out of range keeps it open until it is mended. */
export function open() {
  dialog.showModal();
}

/** Whether every field is in range; opens the sheet at the first that is not. */
export function areValid() {
  if (sheet.checkValidity()) return true;
  if (!dialog.open) open();
  sheet.reportValidity();
  return false;
}

function changed() {
  const chosen = mode();
  byId("mode-help").textContent = MODES[chosen][1];
  byId("draft-fields").hidden = chosen === "auto" || chosen === "autoregressive";
  byId("outcomes-field").hidden = chosen !== "single-pass";
  byId("groups-field").hidden = chosen !== "single-pass";
  byId("temperature-value").textContent = temperature.value === "0" ? "0, greedy" : temperature.value;
  byId("summary").textContent = summary(chosen);
  dialog.dispatchEvent(new Event("settings-changed"));
}

function summary(chosen) {
  const length = requestOptions().draftLength;
  const layout = length ? `${MODES[chosen][0]}, K = ${length}` : MODES[chosen][0];
  const helpers = [tools.value && "tools", guide.checked && "guide"].filter(Boolean).map((helper) => ` · ${helper}`).join("");
  return `${layout} · temperature ${temperature.value} · ${maxTokens.value || "?"} tokens${helpers}`;
}

/** Offers what this build of the application can do: {guide}. */
export function useFeatures(features) {
  guide.disabled = !features.guide;
  byId("guide-help").textContent = features.guide
    ? "The model is given the three closest passages and its answer names them. One as small as the embedded model often misreads them, so open them. The first question waits until the guide is indexed."
    : "Not in this build: start it with the Maven profile retrieval, which adds an embedding model.";
  changed();
}

/** Shows the settings as they are. */
export function start() {
  sheet.addEventListener("input", changed);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && sheet.checkValidity()) dialog.close();
  });
  changed();
}
