// The list of this browser's conversations, each to be opened or deleted.

import * as conversations from "./conversations.js";
import { button, byId, element } from "./dom.js";

const dialog = byId("chats");
const list = byId("chat-list");
const problem = byId("chats-problem");

let actions = null;

/** Connects the buttons of the bar; the actions are show(id) and startAgain(). */
export function start(given) {
  actions = given;
  byId("new-chat").addEventListener("click", actions.startAgain);
  byId("open-chats").addEventListener("click", () => {
    render();
    dialog.showModal();
  });
  byId("delete-chats").addEventListener("click", () => forget(conversations.all().map(({ id }) => id)));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

function render() {
  const all = conversations.all();
  problem.hidden = true;
  byId("no-chats").hidden = all.length > 0;
  byId("delete-chats").hidden = all.length === 0;
  list.replaceChildren(...all.map(entry));
}

function entry({ id, title }) {
  const open = button("chat", title, () => {
    dialog.close();
    actions.show(id);
  });
  if (id === conversations.current()) open.setAttribute("aria-current", "true");
  const remove = button("tool delete", "Delete", () => forget([id]));
  remove.setAttribute("aria-label", `Delete “${title}”`);
  return element("li", "", open, remove);
}

async function forget(ids) {
  let failed = "";
  for (const id of ids) {
    const isShown = id === conversations.current();
    try {
      await conversations.forget(id);
      if (isShown) actions.startAgain();
    } catch (failure) {
      failed = failure.message;
    }
  }
  render();
  problem.hidden = failed === "";
  problem.textContent = failed;
  (list.querySelector("button") ?? byId("close-chats")).focus();
}
