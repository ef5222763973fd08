// The extraction page: a text goes out, a record comes back.

import { byId, element, header } from "./dom.js";
import { post } from "./events.js";

const form = byId("extraction");
const text = byId("text");

const EXAMPLES = {
  contact: "Hello, this is Maria Keller from Nordwind Logistics. You can write to maria.keller@nordwind.example or call me at +49 40 555 0132.",
  appointment: "Let us meet on Thursday at 14:30 in the small meeting room to plan the release. Anna, Tom and Yusuf should come.",
  product: "The Brook kettle boils a litre in three minutes, switches off by itself and keeps water warm for an hour. It costs 39.90 euros.",
};

let running = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!running) read();
});
byId("cancel").addEventListener("click", () => running?.abort());
byId("example").addEventListener("click", () => {
  text.value = EXAMPLES[form.elements.form.value];
  text.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") running?.abort();
});
window.addEventListener("pagehide", () => running?.abort());

async function read() {
  running = new AbortController();
  show({ state: "Reading…" });
  byId("cancel").hidden = false;
  byId("read").disabled = true;
  const request = { text: text.value, form: form.elements.form.value, maxTokens: Number(byId("max-tokens").value) };
  try {
    const response = await post("api/extract", request, running.signal);
    const extraction = await response.json();
    show({ state: `${extraction.tokens} tokens`, extraction });
  } catch (failure) {
    if (failure.name === "AbortError") show({ state: "Stopped." });
    else show({ failure });
  }
  running = null;
  byId("cancel").hidden = true;
  byId("read").disabled = false;
}

function show({ state = "", failure = null, extraction = null }) {
  byId("state").textContent = state;
  byId("failure").hidden = failure === null;
  byId("failure").textContent = failure ? `${failure.title ?? "Error"}. ${failure.message}` : "";
  byId("result").hidden = extraction === null;
  if (extraction) record(extraction);
}

function record({ form: name, entity, closedByLimit }) {
  byId("result-title").textContent = name[0].toUpperCase() + name.slice(1);
  byId("closed").hidden = !closedByLimit;
  byId("closed").textContent = closedByLimit ? closed(closedByLimit) : "";
  const fields = Object.entries(entity);
  const first = closedByLimit ? Math.max(0, fields.findIndex(([field]) => field === firstName(closedByLimit.pointer))) : fields.length;
  byId("fields").replaceChildren(...fields.map(([field, value], i) => row(field, value, i >= first)));
  byId("json").textContent = JSON.stringify(entity, null, 2);
  byId("result-title").focus();
}

function closed({ pointer }) {
  const place = pointer ? `From “${pointer.slice(1).replaceAll("/", " › ")}” on` : "From its beginning on";
  return `The limit on tokens ended this record. ${place} it is not what the model would have written: do not rely on the marked fields, or raise the limit.`;
}

/** The field that a JSON pointer leads into. */
const firstName = (pointer) => pointer.split("/")[1]?.replaceAll("~1", "/").replaceAll("~0", "~");

function row(field, value, isCut) {
  const cell = element("td", isCut ? "cut" : "", shown(value));
  if (isCut) cell.append(element("span", "mark", "closed by the limit"));
  const head = header("row", field);
  return element("tr", "", head, cell);
}

function shown(value) {
  if (Array.isArray(value)) {
    return value.length === 0 ? element("span", "empty", "none") : element("ul", "", ...value.map((entry) => element("li", "", String(entry))));
  }
  return value === "" || value === null ? element("span", "empty", "empty") : String(value);
}
