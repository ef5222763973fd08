// The wire: requests and server-sent events, read with fetch so that a request can carry a body and be aborted.

/** A request that the application rejected, or a stream that it ended with an error event. */
export class ChatError extends Error {
  constructor(title, detail, retrySeconds = 0, status = 0) {
    super(detail);
    this.title = title;
    this.retrySeconds = retrySeconds;
    this.status = status;
  }
}

/** Posts a request; yields the events of its answer as {event, data}. Throws ChatError, or AbortError once the signal fires. */
export async function* stream(path, request, signal) {
  const response = await post(path, request, signal, "text/event-stream, application/problem+json");
  yield* events(response.body);
}

/** Posts a request that is answered in one piece. Throws ChatError, or AbortError once the signal fires. */
export function post(path, request, signal, accept = "application/json, application/problem+json") {
  return reach(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: accept },
    body: json(request),
    signal,
  });
}

/** A request as JSON. Its seed is a text of digits, because a script's numbers are exact only up to 2^53. */
function json({ seed, ...request }) {
  const text = JSON.stringify(request);
  return seed === undefined ? text : `${text.slice(0, -1)},"seed":${BigInt(seed)}}`;
}

/** Facts about the engine, as JSON. */
export async function engineFacts() {
  return (await reach("api/engine", { headers: { Accept: "application/json" } })).json();
}

/** What the engine has counted since it was loaded, as JSON. */
export async function activity() {
  return (await reach("api/activity", { headers: { Accept: "application/json" } })).json();
}

/** What this build of the application can do, as JSON. */
export async function features() {
  return (await reach("api/features", { headers: { Accept: "application/json" } })).json();
}

/** A response of the application, if it is no problem. Throws ChatError, or AbortError. */
export async function reach(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new ChatError("No answer", "The application cannot be reached. Is it still running?");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new ChatError(
    problem.title ?? `Error ${response.status}`,
    problem.detail ?? response.statusText,
    Number(response.headers.get("Retry-After") ?? 0),
    response.status,
  );
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let open = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (open + value).split("\n\n");
    open = blocks.pop();
    for (const block of blocks) yield parse(block);
  }
}

function parse(block) {
  let event = "message";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    else if (line.startsWith("data:")) data += line.slice(5);
  }
  return { event, data: JSON.parse(data) };
}
