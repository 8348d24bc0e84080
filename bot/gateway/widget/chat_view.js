/* What is seen. Words become text nodes only; nothing that anybody wrote is ever read as markup. */

/* An address first: the digits in it are no phone number. */
const LINKED = /https?:\/\/[^\s<>]+[^\s<>.,;:!?)]|(?<![\w-])(?:911|988|(?:1-)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])/g;
const TITLES = { summary: "Please check this", times: "Pick a time", booked: "You are booked", callback: "Our team will call you" };
const WIDE = new Set(["emergency", "crisis", "same_day", "summary", "times", "booked", "callback"]);
const URGENT = { emergency: "Get help now", crisis: "Get help now" };
const CALLS = {
  emergency: [["Call 911", "tel:911"]],
  crisis: [["Call 988", "tel:988"], ["Text 988", "sms:988"], ["Call 911", "tel:911"]],
};

export const byId = (id) => document.getElementById(id);

export function make(tag, name, ...inside) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...inside);
  return element;
}

function withLinks(text) {
  const parts = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(LINKED)) {
    parts.append(text.slice(from, match.index), linkTo(match[0]));
    from = match.index + match[0].length;
  }
  parts.append(text.slice(from));
  return parts;
}

/* A number to call, or a page of ours beside the chat; other people's addresses stay words. */
function linkTo(words) {
  const page = words.startsWith("http");
  if (page && !words.startsWith(`${location.origin}/`)) return words;
  const link = make("a", "", words);
  link.href = page ? words : `tel:${words.replace(/\D/g, "")}`;
  if (page) { link.target = "_blank"; link.rel = "noopener"; }
  return link;
}

/* Lines to paragraphs, "- " lines to a list. */
function fillWithLines(box, text) {
  let list = null;
  for (const line of text.split("\n").map((item) => item.trim()).filter(Boolean)) {
    const bullet = /^[-•*]\s+(.*)$/.exec(line);
    if (!bullet) { list = null; box.append(make("p", "", withLinks(line))); continue; }
    if (!list) { list = make("ul"); box.append(list); }
    list.append(make("li", "", withLinks(bullet[1])));
  }
}

/* The summary's "1. Label: value" lines, as rows. */
function fillWithFacts(box, text) {
  let rows = null;
  for (const line of text.split("\n").map((item) => item.trim()).filter(Boolean)) {
    const fact = /^(\d+\.\s*)?([^:]{1,60}):\s+(.+)$/.exec(line);
    if (!fact || (!fact[1] && !rows)) { rows = null; box.append(make("p", "", withLinks(line))); continue; }
    if (!rows) { rows = make("div", "row-of-facts"); box.append(rows); }
    rows.append(make("p", "", make("b", "", `${fact[1] ?? ""}${fact[2]}:`), " ", fact[3]));
  }
}

const clock = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric" });

function sender(message) {
  if (message.from === "patient") return make("span", "unseen", "You: ");
  if (message.from === "staff") return make("div", "name", "Clinic team");
  return make("span", "unseen", "Helper: ");
}

export function messageElement(message) {
  const element = make("div", `message ${message.from} ${message.kind}`);
  if (message.from !== "patient" && WIDE.has(message.kind)) element.classList.add("wide");
  const bubble = make("div", "bubble");
  if (message.from === "patient") bubble.append(message.text);
  else {
    if (TITLES[message.kind]) bubble.append(make("p", "title", TITLES[message.kind]));
    (message.kind === "summary" ? fillWithFacts : fillWithLines)(bubble, message.text);
  }
  const at = new Date(message.at);
  const time = make("time", "", clock.format(at));
  time.dateTime = message.at;
  const meta = make("div", "meta", make("span", "state", time));
  if (message.from === "patient") meta.append(delivered());
  element.append(sender(message), bubble, meta);
  return element;
}

/* Seen beside the time once the service has the message; a screen reader hears the reply instead. */
function delivered() {
  const mark = make("span", "taken", "Delivered");
  mark.ariaHidden = "true";
  return mark;
}

/* What stands in place of the time while a message is not delivered; empty puts the time back. */
export function showState(element, words) {
  const state = element.querySelector(".state");
  state.dataset.words = words;
  state.firstElementChild.hidden = Boolean(words);
  [...state.childNodes].slice(1).forEach((node) => node.remove());
  if (words) state.append(words);
}

export function dayElement(at) {
  const today = new Date().toDateString() === at.toDateString();
  return make("div", "day", today ? "Today" : calendar.format(at));
}

/* Emergency and crisis texts stay above the conversation; later messages cannot scroll them away. */
export function showUrgent(message) {
  const box = byId("urgent");
  const old = box.querySelector(`.${message.kind}`);
  const article = make("article", message.kind, make("h2", "", URGENT[message.kind]));
  const calls = make("div", "calls");
  for (const [label, address] of CALLS[message.kind]) {
    const link = make("a", "", label);
    link.href = address;
    calls.append(link);
  }
  article.append(calls);
  fillWithLines(article, message.text);
  old?.remove();
  box.prepend(article);
  box.hidden = false;
  box.scrollTop = 0;
}

export const isUrgent = (message) => message.from === "bot" && message.kind in URGENT;

export function trouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}
