// The conversation: what was said, the answer that streams, and the keys.

import { Answer } from "./answer.js";
import { byId, element } from "./dom.js";
import * as engine from "./engine.js";
import { chat } from "./events.js";
import * as settings from "./settings.js";

const NEAR_THE_END = 80;

const conversation = byId("conversation");
const scroller = byId("scroller");
const message = byId("message");
const send = byId("send");
const stop = byId("stop");
const shading = byId("shading");

let messages = [];
let running = null;
let serving = false;

async function ask(text) {
  const turn = element("div", "turn user", text);
  byId("welcome").hidden = true;
  conversation.append(turn);
  messages.push({ role: "user", text });
  await reply();
}

async function reply() {
  const answer = new Answer();
  conversation.append(answer.element);
  scroll(true);
  running = new AbortController();
  update();
  try {
    await follow(answer, chat({ messages, steps: true, ...settings.requestOptions() }, running.signal));
  } catch (failure) {
    if (failure.name === "AbortError") answer.stop();
    else answer.fail(failure, () => retry(answer));
  }
  running = null;
  if (answer.element.isConnected && answer.text) messages.push({ role: "assistant", text: answer.text });
  update();
  scroll(false);
  engine.refresh();
}

async function follow(answer, events) {
  for await (const { event, data } of events) {
    if (event === "chunk") answer.append(data);
    else if (event === "done") return answer.finish(data);
    else if (event === "error") throw Object.assign(new Error(data.message), { title: data.type });
    scroll(false);
  }
  throw Object.assign(new Error("The stream ended before the answer did."), { title: "Connection lost" });
}

function retry(answer) {
  if (running) return;
  if (messages.at(-1).role === "assistant") messages.pop();
  answer.element.remove();
  reply();
}

function startAgain() {
  running?.abort();
  messages = [];
  conversation.replaceChildren();
  byId("welcome").hidden = false;
  message.focus();
}

/** Follows the text only while the reader is at its end. */
function scroll(always) {
  const distance = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  if (always || distance < NEAR_THE_END) scroller.scrollTop = scroller.scrollHeight;
}

function update() {
  send.hidden = running !== null;
  stop.hidden = running === null;
  send.disabled = !serving || message.value.trim() === "";
}

function submit() {
  const text = message.value.trim();
  if (running || !serving || text === "" || !settings.areValid()) return;
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
  if (event.key === "Escape" && !byId("settings").open) running?.abort();
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
byId("new-chat").addEventListener("click", startAgain);
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
update();
engine.start(() => {
  serving = true;
  update();
});
