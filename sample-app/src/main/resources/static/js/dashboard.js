// The dashboard: asks once a second what the engine has counted, and draws the last minutes of it.

import { byId, define, figure } from "./dom.js";
import { activity, engineFacts } from "./events.js";
import { History } from "./history.js";
import { Panel } from "./panel.js";
import { PANELS } from "./panels.js";

const TICK_MILLIS = 1000;
const MIB = 2 ** 20;

const history = new History();
const panels = PANELS.map((spec) => new Panel(spec, history));
const pause = byId("pause");

let engine = null;
let isPaused = false;

async function tick() {
  try {
    engine ??= await engineFacts();
    const sample = await activity();
    if (isPaused) return;
    history.add(sample);
    say(`${engine.model.name} · ${engine.device} · ${engine.backend}`);
    show(sample);
  } catch (failure) {
    engine = null;
    say(failure.message);
  }
}

/** A text that is there already is not announced again. */
function say(text) {
  if (byId("facts").textContent !== text) byId("facts").textContent = text;
}

function show({ state, running, queued, requests, kv, layout }) {
  const used = kv.bytes - kv.freeBytes - kv.cachedBytes;
  define(byId("strip"), [
    ["Engine", state.toLowerCase()],
    ["Requests", `${figure(running)} running, ${figure(queued)} waiting`],
    ["Answers", answers(requests)],
    ["Keys and values", `${mib(used)} used, ${mib(kv.cachedBytes)} cached, of ${mib(kv.bytes)} MiB`],
    ["Auto chose", layout.chosen],
  ]);
  panels.forEach((panel) => panel.show());
}

function answers({ finished, cancelled, failed, rejected }) {
  const others = [[cancelled, "stopped"], [failed, "failed"], [rejected, "rejected"]]
    .filter(([count]) => count > 0)
    .map(([count, how]) => `, ${figure(count)} ${how}`);
  return `${figure(finished)} finished${others.join("")}`;
}

const mib = (bytes) => figure(bytes / MIB, bytes < 10 * MIB ? 1 : 0);

pause.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.setAttribute("aria-pressed", String(isPaused));
});

byId("panels").append(...panels.map((panel) => panel.element));
for (;;) {
  if (!isPaused && !document.hidden) await tick();
  await new Promise((resolve) => setTimeout(resolve, TICK_MILLIS));
}
