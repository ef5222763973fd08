// A step in words, for those who listen to it and for those who read along.

import { figure, plural } from "./dom.js";


/** A space at which a line does not break, so that a token stays together with its quotes. */
const NO_BREAK = "\u00a0";

const quoted = (tokens) => tokens.map((text) => `“${text.replaceAll("\n", "⏎").replaceAll(" ", NO_BREAK)}”`).join(" ");

const SOURCES = {
  masks: "from mask rows",
  text: "from the text, where these tokens stood before",
  forced: "that the format leaves no choice about",
  "draft-model": "from the draft model",
};

/** What happened in a step, in sentences. */
export function tell(step, origin) {
  return [begins(step, origin), verdict(origin), groups(origin)].filter(Boolean).join(" ");
}

function begins(step, { layout, promptRows, anchor, drafts, source, draftPassRows }) {
  if (step === 0) {
    return `Prefill: ${plural(promptRows + 1, "row")} of the prompt, the last of which gives the first token.`;
  }
  const again = promptRows > 0 ? ` ${plural(promptRows, "token")} had to be computed again.` : "";
  const before = draftPassRows > 0 ? ` A forward of ${plural(draftPassRows, "row")} drafted first.` : "";
  const rows = drafts.length > 0
    ? ` The anchor ${quoted([anchor])} and ${plural(drafts.length, "draft")} ${SOURCES[source]} are verified: ${quoted(drafts)}.`
    : ` The anchor ${quoted([anchor])} runs without drafts${draftPassRows > 0 ? ", because none of them could be used" : ""}.`;
  return `Step ${figure(step)}, ${layout}.${again}${before}${rows}`;
}

function verdict({ drafts, accepted, emitted }) {
  const own = emitted[accepted];
  if (own === undefined) return `${plural(accepted, "draft")} accepted: ${quoted(emitted)}. The answer ends there.`;
  if (drafts.length === 0) return `Its own sample is ${quoted([own])}.`;
  const kept = `${plural(emitted.length, "row")} kept.`;
  if (accepted === drafts.length) return `${accepted === 1 ? "It is" : "All are"} accepted, and the last row adds its own sample ${quoted([own])}. ${kept}`;
  const rejected = `${quoted([drafts[accepted]])} is rejected, and the model’s own sample ${quoted([own])} stands in its place`;
  return accepted === 0 ? `${rejected}. ${kept}` : `${figure(accepted)} accepted: ${quoted(drafts.slice(0, accepted))}. ${rejected}. ${kept}`;
}

function groups({ groups: carried, emitted, proposed }) {
  if (carried.length === 0) return "";
  const masks = carried.reduce((sum, { rows }) => sum + rows, 0);
  const ran = `Beside them ran ${plural(masks, "mask row")} in ${plural(carried.length, "group")}, for ${carried.map(({ kept }) => figure(kept)).join(", ")} kept`;
  if (proposed.length > 0) return `${ran}; the group for ${figure(emitted.length)} leaves the next drafts: ${quoted(proposed)}.`;
  return carried.some(({ kept }) => kept === emitted.length) ? `${ran}; none of them is needed.` : `${ran}; there is none for ${figure(emitted.length)}.`;
}
