/* The conversation: joins the line, the view and the person. */

import { byId, dayElement, isUrgent, make, messageElement, showState, showUrgent, trouble } from "./chat_view.js";
import { showAnswers } from "./chat_inputs.js";
import { askPhoneCode, askProgress, endSession, enter, follow, memory, pause, readAfter, Refused, send } from "./chat_line.js";
import { goOnByText, joinDialogs, offerChanges, saveCopy, showProgress } from "./chat_menu.js";

const body = document.body;
const framed = body.dataset.mode === "frame" && window.parent !== window;
const log = byId("log");
const scroller = byId("scroller");
const words = byId("words");
const NO_PROGRESS = { left: null, changeable: [], company: byId("company").textContent, held: false };
const PROGRESS_PAUSE_MS = 150;

let session = null;   // {token, reference, outbox: [{client_message_id, text | choice, label}]}
let seen = 0;         // the highest seq below which everything was shown
let numbers = new Set();
let unsaved = new Set();  // emergency texts that came without a number
let mine = [];        // elements of messages sent from here, not yet known by number
let question = null;  // the newest message of ours that asks, until it is answered
let status = "open";
let progress = NO_PROGRESS;
let progressTimer = null;
let sending = Promise.resolve();
let busy = 0;
let starting = true;  // nobody has said anything yet that could be answered
let life = new AbortController();
let parentOrigin = null;
let unread = 0;
let looking = true;

// --- showing -----------------------------------------------------------------------------------

let restedAt = 0;  // where the last look at the end left off; a person who reads back has moved on from there

const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80 || Math.abs(scroller.scrollTop - restedAt) < 2;

/* The end, but no further than where the reply begins: a long one is read from its first line. */
function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  const begin = replyBegins();
  const above = begin ? scroller.getBoundingClientRect().top + 8 - begin.getBoundingClientRect().top : 0;
  if (above > 0) scroller.scrollTop -= above;
  restedAt = scroller.scrollTop;
}

/* The first message since the patient's last; null once a person writes, whose newest words count. */
function replyBegins() {
  const all = [...log.querySelectorAll(".message:not(.pinned)")];
  const reply = all.slice(all.findLastIndex((one) => one.classList.contains("patient")) + 1);
  return reply.some((one) => one.classList.contains("staff")) ? null : reply[0] ?? null;
}

/* Where the hands go on: the field, but on a phone its keyboard would hide the answers. */
const rest = () => (matchMedia("(pointer: coarse)").matches ? scroller : words).focus({ preventScroll: true });

function place(element, message) {
  byId("starting")?.remove();
  const follows = atEnd() || message.from === "patient";
  element.dataset.seq = message.seq ?? "";
  element.dataset.at = message.at;
  const after = [...log.children].findLast((other) => other.dataset.seq && message.seq && Number(other.dataset.seq) < message.seq);
  const first = [...log.children].find((other) => other.dataset.seq && message.seq && Number(other.dataset.seq) > message.seq);
  if (first && after) after.after(element);
  else if (first) first.before(element);
  else log.insertBefore(element, message.seq === null || message.from === "patient" ? null : firstWaiting());
  markDay(element);
  if (follows) toEnd();
}

/* Mine that have no number yet stay last. */
const firstWaiting = () => log.querySelector('.message.waiting[data-seq=""]');

function markDay(element) {
  const at = new Date(element.dataset.at);
  let before = element.previousElementSibling;
  while (before && !before.dataset.at) before = before.previousElementSibling;
  if (!before || new Date(before.dataset.at).toDateString() !== at.toDateString()) element.before(dayElement(at));
}

function take(message, { fresh = true } = {}) {
  if (message.seq === null) {
    if (unsaved.has(message.text)) return;
    unsaved.add(message.text);
  } else {
    if (numbers.has(message.seq)) return;
    numbers.add(message.seq);
    while (numbers.has(seen + 1)) seen += 1;
  }
  lookAtProgress();
  if (message.from === "patient" && adopt(message)) return;
  const element = messageElement(message);
  if (fresh) element.classList.add("new");
  place(element, message);
  const follows = isUrgent(message) && atEnd();
  if (isUrgent(message)) pin(message, element);
  if (follows) toEnd();
  if (message.from === "patient") question = null;
  else if (message.choices.length || message.asks) question = message;
  showOpenQuestion();
  if (fresh && message.from !== "patient") countUnread();
}

/* Above the conversation; the log keeps the words for who listens to it, but shows them once. */
function pin(message, element) {
  showUrgent(message);
  log.querySelector(`.pinned.${message.kind}`)?.classList.remove("pinned");
  element.classList.add("pinned");
}

/* My own message comes back with its number: it is the same one, not another. */
function adopt(message) {
  const at = mine.findIndex((own) => own.text === message.text || own.choice);
  if (at < 0) return false;
  const [own] = mine.splice(at, 1);
  own.element.dataset.seq = message.seq;
  return true;
}

function showOpenQuestion() {
  const follows = atEnd();
  showAnswers(busy === 0 && isOpen(question) ? question : null, choose, speak);
  if (follows) toEnd();
}

/* While a person has the chat, what the helper asked before waits; an emergency's answers do not. */
const isOpen = (asked) => asked && (!progress.held || isUrgent(asked));

function setBusy(change) {
  busy += change;
  const follows = atEnd();
  byId("typing").hidden = busy === 0 || starting;
  showOpenQuestion();
  if (follows) toEnd();
}

// --- how far it is -----------------------------------------------------------------------------

/* Once after all that arrived together. */
function lookAtProgress() {
  clearTimeout(progressTimer);
  progressTimer = setTimeout(async () => {
    if (!session || busy) return;
    const before = progress.held;
    try { progress = await askProgress(session.token); } catch { return; /* the next turn asks again */ }
    byId("reference").textContent = progress.reference;
    showProgress(progress, status === "open" && numbers.size > 2 ? "" : status, question?.asks);
    if (progress.held !== before) showOpenQuestion();  // else it stays: somebody may be typing into it
  }, PROGRESS_PAUSE_MS);
}

/* A number that the service no longer takes is refused there, and the patient writes the change instead. */
const change = (seq) => { deliver({ client_message_id: newId(), choice: `change-${seq}`, label: "I want to change my answer" }); rest(); };

// --- sending -----------------------------------------------------------------------------------

const newId = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");

function choose(choices) {
  const ids = choices.map((choice) => choice.id);
  deliver({ client_message_id: newId(), choice: ids.length === 1 ? ids[0] : ids, label: choices.map((choice) => choice.label).join("; ") });
  rest();
}

function speak(text) {
  deliver({ client_message_id: newId(), text });
  rest();
}

function write(event) {
  event.preventDefault();
  const text = words.value.trim();
  if (!text || !session) return;
  words.value = "";
  grow();
  deliver({ client_message_id: newId(), text });
}

/* One after the other, in the order they were said. */
function deliver(item, element = null) {
  trouble("");
  question = null;
  const shown = element ?? showMine(item);
  memory.change(session, (outbox) => [...without(outbox, item), item]);
  setBusy(1);
  sending = sending.then(() => attempt(item, shown)).finally(() => { setBusy(-1); lookAtProgress(); });
}

const without = (outbox, item) => outbox.filter((other) => other.client_message_id !== item.client_message_id);

function showMine(item) {
  const text = item.text ?? item.label;
  const element = messageElement({ from: "patient", kind: "answer", text, at: new Date().toISOString() });
  element.classList.add("waiting", "new");
  place(element, { from: "patient", seq: null, at: new Date().toISOString() });
  mine.push({ element, text, choice: "choice" in item });
  return element;
}

/* After a reload: the service may have had it already, then its words are on the page. */
const alreadyShown = (item) =>
  [...log.querySelectorAll(".message.patient[data-seq]")].findLast((one) => one.querySelector(".bubble").textContent === (item.text ?? item.label)) ?? null;

async function attempt(item, element) {
  if (!session) return;
  const { label, ...message } = item;
  element.classList.remove("failed");
  element.classList.add("waiting");
  element.querySelector(".again")?.remove();
  try {
    const reply = await send(session.token, message, (early) => early.forEach((one) => take(one)));
    element.classList.remove("waiting");
    showState(element, "");
    release(item);
    status = reply.status;
    reply.messages.forEach((one) => take(one));
  } catch (error) {
    element.classList.remove("waiting");
    failed(error, item, element);
  }
}

function failed(error, item, element) {
  if (!session) return undefined;
  const code = error instanceof Refused ? error.status : 0;
  if (code === 401) { release(item); showState(element, "Not sent: this chat was over."); return ended(); }
  element.classList.add("failed");
  if ([400, 409, 413, 422].includes(code)) {
    release(item);
    mine = mine.filter((own) => own.element !== element);
    showState(element, "Not sent. Please write it again in other words.");
    catchUp();
    return undefined;
  }
  showState(element, code === 429 ? "Not sent yet: too many messages. Wait a minute." : "Not sent.");
  const button = make("button", "again", "Try again");
  button.type = "button";
  button.addEventListener("click", () => { showState(element, "Sending"); deliver(item, element); rest(); });
  element.append(button);
  if (atEnd()) toEnd();
  return undefined;
}

const release = (item) => { if (session) memory.change(session, (outbox) => without(outbox, item)); };

// --- the session's life ------------------------------------------------------------------------

async function start() {
  life = new AbortController();
  starting = true;
  setBusy(1);
  try {
    session = await enter((messages) => messages.forEach((message) => take(message)));
    byId("reference").textContent = session.reference ?? "-";
    await loadAll();
  } catch (error) {
    setBusy(-1);
    if (error instanceof Refused && error.status === 401) return ended();
    return cannotStart();
  }
  starting = false;
  setBusy(-1);
  trouble("");
  for (const item of [...session.outbox]) deliver(item, alreadyShown(item));
  follow(session.token, { seq: () => seen, take, ended, online, signal: life.signal });
  return undefined;
}

async function loadAll() {
  for (;;) {
    const page = await readAfter(session.token, seen, 0, life.signal);
    status = page.status;
    page.messages.forEach((message) => take(message, { fresh: false }));
    if (page.messages.length < 100) break;
  }
  toEnd();
}

async function catchUp() {
  try { (await readAfter(session.token, seen, 0, life.signal)).messages.forEach((message) => take(message)); } catch { /* the stream brings it */ }
}

function online(yes) { trouble(yes ? "" : "No connection. We keep trying. In an emergency, call 911."); }

function cannotStart() {
  session = null;
  trouble("The chat cannot be reached right now. We keep trying. You can also call us.");
  pause(5000).then(() => { if (!session && !life.signal.aborted) start(); });
}

function reset() {
  life.abort();
  session = null; seen = 0; numbers = new Set(); unsaved = new Set(); mine = []; question = null; progress = NO_PROGRESS; status = "open";
  log.replaceChildren();
  byId("urgent").replaceChildren();
  byId("urgent").hidden = true;
  byId("reference").textContent = "-";
  showProgress(progress, status);
  showOpenQuestion();
}

/* The token is over: what was said stays readable until a new chat is wanted. */
function ended() {
  life.abort();
  memory.clear();
  session = null;
  showEnd("This chat has ended. What was delivered is with the clinic.");
}

function showEnd(text) {
  if (log.querySelector(".ended")) return;
  const button = make("button", "", "Start a new chat");
  button.type = "button";
  button.addEventListener("click", () => { reset(); start(); });
  log.append(make("div", "plain ended", make("p", "", text), button));
  question = null;
  showProgress(NO_PROGRESS, "closed");
  showOpenQuestion();
  toEnd();
}

/* Given back first; where that fails (no line), it is forgotten here all the same. */
async function endAndForget() {
  byId("about").close();
  const token = session?.token;
  memory.clear();
  reset();
  showEnd("This chat has ended, and nothing of it is left on this device. What you sent is with the clinic.");
  log.querySelector(".ended button").focus();
  if (token) await endSession(token).catch(() => {});
}

// --- the frame around us -----------------------------------------------------------------------

const allowed = new Set([location.origin, ...body.dataset.origins.split(" ").filter(Boolean)]);

function tellParent(message) {
  if (parentOrigin) window.parent.postMessage({ source: "spine-intake", ...message }, parentOrigin);
}

function heard(event) {
  if (event.source !== window.parent || !allowed.has(event.origin)) return;
  const data = event.data;
  if (typeof data !== "object" || data === null || data.source !== "spine-intake") return;
  if (data.type === "hello") parentOrigin = event.origin;
  if (data.type === "hello" || data.type === "opened") { looking = true; unread = 0; rest(); toEnd(); }
  if (data.type === "closed") looking = false;
}

function countUnread() {
  if (!framed || looking) return;
  unread += 1;
  tellParent({ type: "unread", count: unread });
}

// --- the person's hands ------------------------------------------------------------------------

function grow() {
  words.rows = Math.min(5, Math.max(1, words.value.split("\n").length + Math.floor(words.value.length / 60)));
}

byId("composer").addEventListener("submit", write);
words.addEventListener("input", grow);
words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId("composer").requestSubmit();
});
joinDialogs();
byId("change-open").addEventListener("click", () => offerChanges(log, progress.changeable, change));
byId("print").addEventListener("click", () => { byId("about").close(); window.print(); });
byId("save").addEventListener("click", () => saveCopy(log, document.title, byId("reference").textContent));
byId("by-text").hidden = body.dataset.texting !== "texting";
byId("by-text").addEventListener("click", () => { if (session) goOnByText(() => askPhoneCode(session.token)); });
byId("end").addEventListener("click", endAndForget);
memory.whenClearedElsewhere(() => { if (session) { reset(); showEnd("This chat was ended in another window."); } });
if (framed) {
  byId("close").hidden = false;
  byId("close").addEventListener("click", () => tellParent({ type: "close" }));
  addEventListener("message", heard);
  addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector("dialog[open]")) tellParent({ type: "close" }); });
}
start();
