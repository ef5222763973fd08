// The conversation: what was said, the answer that streams, and the keys.

import { Answer } from "./answer.js";
import * as chats from "./chats.js";
import * as conversations from "./conversations.js";
import { byId, element } from "./dom.js";
import * as engine from "./engine.js";
import { features } from "./events.js";
import * as settings from "./settings.js";

const NEAR_THE_END = 80;

const conversation = byId("conversation");
const scroller = byId("scroller");
const message = byId("message");
const send = byId("send");
const stop = byId("stop");
const shading = byId("shading");

let running = null;
let serving = false;
let recalling = null;

async function ask(text) {
  byId("welcome").hidden = true;
  conversation.append(question(text));
  await reply(text);
}

const question = (text) => element("div", "turn user", text);

async function reply(text) {
  const answer = new Answer();
  conversation.append(answer.element);
  scroll(true);
  const mine = new AbortController();
  running = mine;
  update();
  try {
    await follow(answer, conversations.ask(text, { steps: true, ...settings.requestOptions() }, mine.signal));
  } catch (failure) {
    if (failure.name === "AbortError") answer.stop();
    else answer.fail(failure, () => retry(answer, text));
  }
  if (running === mine) running = null;
  update();
  scroll(false);
  engine.refresh();
}

async function follow(answer, events) {
  for await (const { event, data } of events) {
    if (event === "chunk") answer.append(data);
    else if (event === "sources") answer.sources(data.passages);
    else if (event === "tool") answer.called(data);
    else if (event === "forgotten") answer.element.before(note("The server no longer remembers what was said above."));
    else if (event === "done") return answer.finish(data);
    else if (event === "error") throw Object.assign(new Error(data.message), { title: data.type });
    scroll(false);
  }
  throw Object.assign(new Error("The stream ended before the answer did."), { title: "Connection lost" });
}

const note = (text) => element("p", "fine forgotten", text);

function retry(answer, text) {
  if (running) return;
  answer.element.remove();
  reply(text);
}

function startAgain() {
  conversations.startAgain();
  clear();
  message.focus();
}

function clear() {
  running?.abort();
  running = null;
  recalling = null;
  conversation.replaceChildren();
  byId("welcome").hidden = false;
  update();
}

/** Shows what the server remembers of a conversation; the one before goes on to be remembered. */
async function show(id) {
  clear();
  const mine = {};
  recalling = mine; // nothing is asked meanwhile, and what comes after another click is not shown
  update();
  let shown;
  try {
    const exchanges = await conversations.show(id);
    shown = exchanges.flatMap(({ question: asked, answer: said }) => [question(asked), new Answer().recall(said)]);
  } catch (failure) {
    shown = [note(failure.status === 404 ? "The server no longer remembers this conversation." : failure.message)];
  }
  if (recalling !== mine) return;
  recalling = null;
  conversation.append(...shown);
  byId("welcome").hidden = shown.length > 0;
  update();
  scroll(true);
}

/** Follows the text only while the reader is at its end. */
function scroll(always) {
  const distance = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  if (always || distance < NEAR_THE_END) scroller.scrollTop = scroller.scrollHeight;
}

function update() {
  send.hidden = running !== null;
  stop.hidden = running === null;
  send.disabled = !serving || recalling !== null || message.value.trim() === "";
}

function submit() {
  const text = message.value.trim();
  if (running || recalling || !serving || text === "" || !settings.areValid()) return;
  message.value = "";
  ask(text);
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
message.addEventListener("input", update);
message.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) running?.abort();
});
// A page kept for going back would keep its connection, and with it the engine, busy.
window.addEventListener("pagehide", () => running?.abort());
stop.addEventListener("click", () => {
  running?.abort();
  message.focus();
});
shading.addEventListener("click", () => {
  const on = conversation.classList.toggle("shaded");
  shading.setAttribute("aria-pressed", String(on));
  byId("legend").hidden = !on;
});
byId("open-settings").addEventListener("click", settings.open);
byId("summary").addEventListener("click", settings.open);
for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    message.value = example.textContent;
    submit();
  });
}

if (matchMedia("(pointer: fine)").matches) message.focus();
settings.start();
chats.start({ show, startAgain });
if (conversations.current() !== null) show(conversations.current());
features().then(settings.useFeatures, () => settings.useFeatures({ guide: false }));
update();
engine.start(() => {
  serving = true;
  update();
});
