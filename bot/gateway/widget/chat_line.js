/* The line to the service: sessions, messages, the stream. Knows nothing of the page. */

const KEY = "spine-intake";
const IDLE_MS = 12 * 3600 * 1000;
const STREAM_SILENT_MS = 8000;
const SLOWEST_MS = 60000;
const POLLS_BEFORE_STREAM = 15;

/* What this device remembers, so that a reload or a second tab goes on: the token, the code for the
   phone, and messages not yet taken by the service. Forgotten after 12 idle hours or on request. */
export const memory = {
  fallback: null,
  read() {
    let text = this.fallback;
    try { text = localStorage.getItem(KEY); } catch { /* storage is blocked: this tab only */ }
    let kept = null;
    try { kept = JSON.parse(text); } catch { return null; }
    if (!kept || typeof kept.token !== "string" || !(Date.now() - kept.used < IDLE_MS)) return null;
    return kept;
  },
  /* Another tab may have messages of its own on the way: only this one's list is changed. */
  change(session, edit) {
    const kept = this.read();
    session.outbox = edit(kept?.token === session.token ? kept.outbox : session.outbox);
    this.write(session);
  },
  write(values) {
    this.fallback = JSON.stringify({ ...values, used: Date.now() });
    try { localStorage.setItem(KEY, this.fallback); } catch { /* see above */ }
  },
  clear() {
    this.fallback = null;
    try { localStorage.removeItem(KEY); } catch { /* see above */ }
  },
  whenClearedElsewhere(act) {
    addEventListener("storage", (event) => { if (event.key === KEY && event.newValue === null) act(); });
  },
};

export class Refused extends Error {
  constructor(status, body, wait) {
    super(`status ${status}`);
    this.status = status;
    this.code = body?.error?.code ?? "";
    this.messages = Array.isArray(body?.messages) ? body.messages : [];
    this.wait = wait;
  }
}

export const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

/* AbortSignal.timeout and .any are missing on phones that patients still use. */
function endsAfter(ms, signal) {
  const controller = new AbortController();
  signal?.addEventListener("abort", () => controller.abort(), { once: true });
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
}

async function ask(path, { token, body, signal, method = body ? "POST" : "GET" } = {}) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, {
    method, headers, signal, cache: "no-store", credentials: "omit",
    body: body && JSON.stringify(body),
  });
  const value = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, value, Number(answer.headers.get("Retry-After")) || 0);
  return value;
}

const openSession = () => ask("/api/chat/sessions", { body: { channel: "web" } });

/* The chat of this device, or a new one. Two tabs that open together open one, not two. */
export async function enter(opened) {
  const work = async () => {
    const kept = memory.read();
    if (kept) return kept;
    const session = await openSession();
    const fresh = { token: session.token, reference: session.reference, outbox: [] };
    memory.write(fresh);
    opened(session.messages);
    return fresh;
  };
  try {
    return await (navigator.locks ? navigator.locks.request(KEY, work) : work());
  } catch (error) {
    if (error.name !== "SecurityError") throw error;
    return work(); // storage is blocked in this frame, so no other tab shares the chat
  }
}

export const askProgress = (token) => ask("/api/chat/progress", { token });

export const askPhoneCode = (token) => ask("/api/chat/phone", { token, body: {} });

export const endSession = (token) => ask("/api/chat/session", { token, method: "DELETE", signal: endsAfter(5000) });

/* Sends until it is taken: the same client_message_id again is safe by contract. `early` is given the
   emergency text that comes with a 503. Throws Refused or a network error when all tries failed. */
export async function send(token, message, early) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask("/api/chat/messages", { token, body: message, signal: endsAfter(SLOWEST_MS) });
    } catch (error) {
      if (error instanceof Refused) early(error.messages);
      const passing = !(error instanceof Refused) || error.status === 503;
      if (!passing || attempt >= 2) throw error;
      await pause(1000 * 2 ** attempt);
    }
  }
}

export const readAfter = (token, seq, wait, signal) =>
  ask(`/api/chat/messages?after=${seq}&wait=${wait}`, { token, signal: endsAfter(SLOWEST_MS, signal) });

/* Cuts a stream's text into events; returns what is left over. */
export function cutEvents(text, take) {
  const parts = text.replace(/\r\n?/g, "\n").split("\n\n");
  const rest = parts.pop();
  for (const part of parts) {
    const data = part.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
    if (data.length) take(JSON.parse(data.join("\n")));
  }
  return rest;
}

async function readStream(token, seq, take, opened, signal) {
  const quiet = new AbortController();
  signal.addEventListener("abort", () => quiet.abort(), { once: true });
  let timer = setTimeout(() => quiet.abort(), STREAM_SILENT_MS);
  const answer = await fetch("/api/chat/stream", {
    headers: { Authorization: `Bearer ${token}`, "Last-Event-ID": String(seq()), Accept: "text/event-stream" },
    signal: quiet.signal, cache: "no-store", credentials: "omit",
  });
  if (!answer.ok) { clearTimeout(timer); throw new Refused(answer.status, null, 0); }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    clearTimeout(timer);
    if (done) return;
    opened();
    timer = setTimeout(() => quiet.abort(), 5 * STREAM_SILENT_MS);
    rest = cutEvents(rest + value, take);
  }
}

/* Follows the conversation for as long as `signal` lets it: by stream; where streams are blocked, by
   asking and waiting. `seq` says what was seen last, so nothing is lost and nothing comes twice. */
export async function follow(token, { seq, take, ended, online, signal }) {
  let failures = 0;
  let polls = 0;
  const opened = () => { failures = 0; online(true); };
  while (!signal.aborted) {
    const before = seq();
    try {
      if (failures < 2) {
        await readStream(token, seq, take, opened, signal);
        if (seq() === before) await pause(1000);
      } else {
        const { messages } = await readAfter(token, before, 20, signal);
        online(true);
        messages.forEach((message) => take(message));
        polls += 1;
        if (polls % POLLS_BEFORE_STREAM === 0) failures = 0;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.status === 401) { ended(); return; }
      failures += 1;
      if (failures > 3) online(false);
      await pause(Math.min(1000 * 2 ** Math.min(failures, 5), 20000) * (0.75 + Math.random() / 2));
      if (failures > 20) failures = 0;
    }
  }
}
