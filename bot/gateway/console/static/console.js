/* Keeps an open page true: asks for its fragment, which the server holds until something was written, and
   swaps in what changed. A page in the background asks now and then instead: browsers keep few lines open to
   one server. Pages work without it. No markup is made here: fragments come escaped from the server. */
"use strict";

const HELD_S = 3;
const EVERY_MS = 800;
const BACKGROUND_MS = 2000;
const LOST_AFTER_MS = 5500;
const GIVEN_UP_AFTER_MS = 9000;
const BEEP_EVERY_MS = 5000;
const SOUND_KEY = "spine-console-sound";

const state = { tag: null, lastGood: Date.now(), alarms: new Set(), title: document.title, audio: null, over: false, request: null };
const liveState = document.querySelector("[data-live-state]");
const lost = document.querySelector("[data-lost]");
const announce = document.querySelector("[data-announce]");
const soundButton = document.querySelector("[data-sound]");

function showLive(ok) {
  if (!liveState || liveState.classList.contains(ok ? "on" : "off")) return;
  liveState.className = "live " + (ok ? "on" : "off");
  liveState.textContent = ok ? "Live" : "Not live";
}

function showLost(text, link) {
  if (lost.hidden === false && lost.dataset.text === text) return;
  lost.dataset.text = text;
  lost.replaceChildren(document.createTextNode(text + " "));
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.text;
    lost.append(anchor);
  }
  lost.hidden = false;
}

/* A part in which somebody is typing stays as it is until they are done. */
function isBusy(part) {
  const inputs = part.querySelectorAll("input:not([type=hidden]), textarea, select");
  return [...inputs].some((input) => input === document.activeElement || input.value !== (input.defaultValue ?? ""));
}

function keepOpen(old, fresh) {
  for (const details of old.querySelectorAll("details[open][id]")) {
    const twin = fresh.querySelector("#" + CSS.escape(details.id));
    if (twin) twin.open = true;
  }
}

function focusKey(part) {
  const held = document.activeElement;
  if (!part.contains(held)) return null;
  return { row: held.dataset.row, action: held.closest("form")?.getAttribute("action") };
}

function restoreFocus(part, key) {
  if (!key) return;
  const link = key.row && part.querySelector(`[data-row="${CSS.escape(key.row)}"]`);
  const form = key.action && part.querySelector(`form[action="${CSS.escape(key.action)}"] button`);
  (link || form || document.getElementById("main")).focus({ preventScroll: true });
}

function swap(part, fresh) {
  if (part.outerHTML === fresh.outerHTML || isBusy(part)) return;
  const key = focusKey(part);
  const scroll = part.scrollTop;
  const atEnd = part.scrollHeight - part.clientHeight - scroll < 40;
  keepOpen(part, fresh);
  part.replaceWith(fresh);
  fresh.scrollTop = atEnd && scroll > 0 ? fresh.scrollHeight : scroll;
  restoreFocus(fresh, key);
}

function apply(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const fresh of page.querySelectorAll("[data-live]")) {
    const part = document.querySelector(`[data-live="${fresh.dataset.live}"]`);
    if (part) swap(part, document.importNode(fresh, true));
  }
  readAlarms();
}

function readAlarms() {
  const part = document.querySelector('[data-live="alarms"]');
  if (!part) return;
  const now = new Set(part.dataset.ids.split(" ").filter(Boolean));
  const fresh = [...now].filter((id) => !state.alarms.has(id));
  state.alarms = now;
  document.title = now.size ? `(${now.size}!) ${state.title}` : state.title;
  if (fresh.length) {
    announce.textContent = `${now.size} ${now.size === 1 ? "emergency" : "emergencies"} not acknowledged`;
    beep();
  }
}

/* Whether the server held it. A later call takes the place of one that still waits. */
async function refresh() {
  state.request?.abort();
  const request = (state.request = new AbortController());
  const patience = setTimeout(() => request.abort(), GIVEN_UP_AFTER_MS);
  try {
    return await ask(request.signal);
  } finally {
    clearTimeout(patience);
    if (state.request === request) state.request = null;
  }
}

async function ask(signal) {
  const headers = state.tag ? { "If-None-Match": state.tag } : {};
  if (!document.hidden) headers.Prefer = `wait=${HELD_S}`;
  const answer = await fetch(document.body.dataset.poll, { headers, signal, cache: "no-store", credentials: "same-origin" });
  if (answer.status === 401) {
    state.over = true;
    showLive(false);
    showLost("You are signed out: this page shows nothing new.", { href: "/console/login", text: "Sign in" });
    return false;
  }
  if (answer.status !== 200 && answer.status !== 304) throw new Error("status " + answer.status);
  if (answer.status === 200) {
    const html = await answer.text();
    if (signal.aborted) return false;
    state.tag = answer.headers.get("ETag");
    apply(html);
  }
  state.lastGood = Date.now();
  lost.hidden = true;
  showLive(true);
  return answer.headers.has("Preference-Applied");
}

async function loop() {
  let held = false;
  try {
    if (!state.request) held = await refresh();
  } catch {
    noticeLoss();
  }
  if (!state.over) setTimeout(loop, document.hidden ? BACKGROUND_MS : held ? 0 : EVERY_MS);
}

/* Also by the clock: on a line that went dead a request fails only much later. */
function noticeLoss() {
  if (state.over || Date.now() - state.lastGood <= LOST_AFTER_MS) return;
  const time = new Date(state.lastGood).toLocaleTimeString();
  showLive(false);
  showLost(`Not live since ${time}: new emergencies are not shown. Check the connection.`);
}

/* --- sound ---------------------------------------------------------------------------------- */
/* On for who works on cases until they turn it off here: an emergency is never silent by default. */
const soundIsOn = () => (localStorage.getItem(SOUND_KEY) ?? soundButton?.dataset.sound) === "on";

function showSound() {
  if (!soundButton) return;
  const waits = soundIsOn() && state.audio?.state !== "running";
  soundButton.hidden = false;
  soundButton.setAttribute("aria-pressed", String(soundIsOn()));
  soundButton.textContent = !soundIsOn() ? "Sound off" : waits ? "Sound waits for a click" : "Sound on";
}

async function wakeAudio() {
  if (!soundIsOn() || state.audio?.state === "running") return;
  state.audio ??= new AudioContext();
  await state.audio.resume();
  showSound();
}

function beep() {
  if (!soundIsOn() || state.audio?.state !== "running") return;
  const start = state.audio.currentTime;
  for (const [offset, pitch] of [[0, 880], [0.22, 660]]) {
    const tone = state.audio.createOscillator();
    const volume = state.audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, start + offset);
    volume.gain.exponentialRampToValueAtTime(0.001, start + offset + 0.2);
    tone.connect(volume).connect(state.audio.destination);
    tone.start(start + offset);
    tone.stop(start + offset + 0.2);
  }
}

/* A click on sound that waits starts it. */
soundButton?.addEventListener("click", async () => {
  const waits = soundIsOn() && state.audio?.state !== "running";
  if (!waits) localStorage.setItem(SOUND_KEY, soundIsOn() ? "off" : "on");
  showSound();
  await wakeAudio();
  beep();
});
/* Not under the button itself: it would change its width under the finger, and the click would miss it. */
const wakeElsewhere = (event) => soundButton?.contains(event.target) || wakeAudio();
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, wakeElsewhere);
setInterval(() => state.alarms.size && beep(), BEEP_EVERY_MS);

/* --- writing to the patient ------------------------------------------------------------------- */
/* A ready text is put into the box, to be read and changed before it is sent. */
document.addEventListener("change", (event) => {
  const box = event.target.matches("[data-canned]") && event.target.form.querySelector("[data-send]");
  if (!box || !event.target.value) return;
  const text = event.target.selectedOptions[0].textContent;
  box.value = box.value.trim() ? `${box.value.trim()} ${text}` : text;
  event.target.value = "";
  box.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-send]")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

/* --- keyboard: what there is stands in base.html -------------------------------------------------------------------------------- */
const PLACES = { w: "/console/queue", q: "/console/", f: "/console/find" };

function showKeys() {
  const list = document.getElementById("keyboard");
  list.open = !list.open;
  list.querySelector("summary").focus();
}

/* Through the page's own list; emergencies that are only pinned above it are reached by Tab. */
const PINNED_ONLY = document.body.dataset.poll === "/console/alarms/live";

function moveRow(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => !PINNED_ONLY || !row.closest(".alarms"));
  const place = rows.indexOf(document.activeElement);
  const next = place < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(place + step, 0), rows.length - 1);
  rows[next]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const search = document.querySelector("[data-search]");
  if (event.key === "j") moveRow(1);
  else if (event.key === "k") moveRow(-1);
  else if (event.key === "/" && search) search.focus();
  else if (event.key in PLACES) window.location.assign(PLACES[event.key]);
  else if (event.key === "?") showKeys();
  else return;
  event.preventDefault();
});

/* A long list is narrowed down while somebody types; Enter goes to the first that is left. */
const filter = document.querySelector("[data-filter]");
if (filter) {
  const items = [...document.querySelectorAll(filter.dataset.filter)];
  filter.closest("[data-filter-field]").hidden = false;
  filter.addEventListener("input", () => {
    const words = filter.value.trim().toLowerCase();
    for (const item of items) item.hidden = !item.textContent.toLowerCase().includes(words);
  });
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Enter") items.find((item) => !item.hidden)?.querySelector("a")?.click();
  });
}

/* Beside the case the conversation scrolls by itself: the case stays where it is. */
function showMessage(message) {
  const box = message.closest(".transcript");
  if (box.scrollHeight > box.clientHeight) box.scrollTop = message.offsetTop - box.clientHeight / 3;
  else message.scrollIntoView({ block: "center" });
}

document.addEventListener("click", (event) => {
  const message = event.target.closest('a[href^="#m-"]') && document.querySelector(event.target.closest("a").hash);
  if (!message) return;
  event.preventDefault();
  showMessage(message);
  message.focus({ preventScroll: true });
});

const transcript = document.querySelector(".transcript");
const chosen = document.querySelector(".message.chosen");
if (chosen) showMessage(chosen);
else if (transcript && !location.hash) transcript.scrollTop = transcript.scrollHeight;

/* Whoever signs out has not lost the line. */
document.querySelector('form[action="/console/logout"]')?.addEventListener("submit", () => {
  state.over = true;
  state.request?.abort();
});

showSound();
if (document.body.dataset.poll) {
  readAlarms();
  loop();
  setInterval(noticeLoss, 1000);
} else if (liveState) liveState.hidden = true;
