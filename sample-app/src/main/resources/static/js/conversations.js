// Conversations that the server remembers. This browser keeps their ids, and this tab which of them it shows.

import { post, reach, stream } from "./events.js";

const SHOWN = "tidar.conversation";
const LIST = "tidar.conversations";
const LONGEST_LIST = 50;
const LONGEST_TITLE = 60;
const BUSY_MILLIS = 250;
const BUSY_TRIES = 20;

let shown = read(sessionStorageOf(), SHOWN, null);

/** The conversations of this browser as {id, title}, the last one first. */
export function all() {
  return read(localStorageOf(), LIST, []);
}

/** The id of the conversation that this tab shows; null for a new one. */
export const current = () => shown;

/**
 * Asks the next question of the conversation, or the first of a new one; yields the events of the answer, and an event
 * "forgotten" if the server no longer knows what was said before.
 */
export async function* ask(text, options, signal) {
  const request = { text, ...options };
  if (shown === null) await open(text, signal);
  for (let tries = 1; ; tries++) {
    try {
      yield* stream(`api/conversations/${shown}/messages`, request, signal);
      return;
    } catch (failure) {
      if (failure.status === 404) {
        drop(shown);
        await open(text, signal);
        yield { event: "forgotten", data: {} };
      } else if (failure.status === 409 && tries < BUSY_TRIES) {
        // the server has yet to notice that the answer before was stopped
        await new Promise((resolve) => setTimeout(resolve, BUSY_MILLIS));
      } else {
        throw failure;
      }
    }
  }
}

/** Shows a conversation from now on; what the server remembers of it, as {question, answer}. Throws ChatError. */
export async function show(id) {
  remember(id);
  try {
    const response = await reach(`api/conversations/${id}`, { headers: { Accept: "application/json, application/problem+json" } });
    return (await response.json()).exchanges;
  } catch (failure) {
    if (failure.status === 404) drop(id);
    throw failure;
  }
}

/** Starts a new conversation with the next question. */
export function startAgain() {
  remember(null);
}

/** Lets the server and this browser forget a conversation. Throws ChatError unless the server has forgotten it. */
export async function forget(id) {
  try {
    await reach(`api/conversations/${id}`, { method: "DELETE", headers: { Accept: "application/problem+json" } });
  } catch (failure) {
    if (failure.status !== 404) throw failure;
  }
  drop(id);
}

async function open(title, signal) {
  const { id } = await (await post("api/conversations", {}, signal)).json();
  remember(id);
  const list = [{ id, title: title.slice(0, LONGEST_TITLE) }, ...all().filter((conversation) => conversation.id !== id)];
  write(localStorageOf(), LIST, list.slice(0, LONGEST_LIST));
  for (const { id: unlisted } of list.slice(LONGEST_LIST)) {
    forget(unlisted).catch(() => {}); // nobody could delete it later; the server forgets it by its age
  }
}

function drop(id) {
  write(localStorageOf(), LIST, all().filter((conversation) => conversation.id !== id));
  if (shown === id) remember(null);
}

function remember(id) {
  shown = id;
  write(sessionStorageOf(), SHOWN, id);
}

// A browser may keep nothing for a page, by its settings; then a conversation lasts as long as the page.

function sessionStorageOf() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

function localStorageOf() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function read(storage, key, otherwise) {
  try {
    return JSON.parse(storage?.getItem(key) ?? "null") ?? otherwise;
  } catch {
    return otherwise;
  }
}

function write(storage, key, value) {
  try {
    storage?.setItem(key, JSON.stringify(value));
  } catch {
    // full, or off
  }
}
