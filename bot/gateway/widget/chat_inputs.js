/* How a question may be answered: buttons, boxes, or a field that fits; words are always taken too. */

import { byId, make } from "./chat_view.js";

/* By name of what is asked, the same table that the page without scripts uses. */
const INPUTS = JSON.parse(document.body.dataset.inputs || "{}");
const LABELS = { number: "Answer with a number", date: "Pick a date", tel: "Phone number", email: "E-mail address" };
const FILL_INS = { contact_phone: "tel", contact_name: "name", contact_email: "email", birth_date: "bday" };
const FEWEST_BOXES = 4;
const LONG_LABEL = 28;

const inputOf = (message) => INPUTS[message?.asks] ?? { kind: "" };

/* A safety question offers three buttons; "which of these" comes with more, as boxes. */
const takesSeveral = (message) => inputOf(message).kind === "several" && message.choices.length >= FEWEST_BOXES;

/* A field stands only beside a question for one thing. `pick` is given choices, `write` is given words. */
export function showAnswers(message, pick, write) {
  const form = byId("choices");
  const fitting = !message?.choices.length && !message?.also_asks && inputOf(message).kind in LABELS;
  form.replaceChildren();
  form.onsubmit = (event) => event.preventDefault();
  form.hidden = !message || !(message.choices.length || fitting);
  form.className = "";
  byId("words").autocomplete = FILL_INS[message?.asks] ?? "off";
  if (form.hidden) return;
  if (fitting) fillWithField(form, message.asks, write);
  else if (takesSeveral(message)) fillWithBoxes(form, message.choices, pick);
  else fillWithButtons(form, message, pick);
}

function fillWithButtons(form, message, pick) {
  const longest = Math.max(...message.choices.map((choice) => choice.label.length));
  form.classList.toggle("tall", longest > LONG_LABEL || message.kind === "times");
  for (const choice of message.choices) {
    const button = make("button", "", choice.label);
    button.type = "button";
    button.addEventListener("click", () => pick([choice]));
    form.append(button);
  }
}

function fillWithBoxes(form, choices, pick) {
  form.classList.add("tall");
  const boxes = choices.map((choice) => {
    const box = make("input");
    box.type = "checkbox";
    form.append(make("label", "box", box, make("span", "", choice.label)));
    return { box, choice, alone: /(^|-)c0$/.test(choice.id) || /^(none|no one)\b/i.test(choice.label) };
  });
  const button = submitButton("Send my answer");
  button.disabled = true;
  form.append(button);
  form.onchange = (event) => {
    const changed = boxes.find(({ box }) => box === event.target);
    if (changed?.box.checked) for (const other of boxes) if (other !== changed && (other.alone || changed.alone)) other.box.checked = false;
    button.disabled = !boxes.some(({ box }) => box.checked);
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const picked = boxes.filter(({ box }) => box.checked).map(({ choice }) => choice);
    if (picked.length) pick(picked);
  };
}

function fillWithField(form, asks, write) {
  const { kind, unit, min, max } = INPUTS[asks];
  const field = make("input");
  Object.assign(field, { type: kind, id: "fitting", required: true, autocomplete: FILL_INS[asks] ?? "off" });
  if (kind === "number") Object.assign(field, { min: min ?? "", max: max ?? "", step: "any" });
  if (kind === "date") field.max = new Date().toISOString().slice(0, 10);
  const label = make("label", "", unit ? `${LABELS[kind]}, in ${unit}` : LABELS[kind]);
  label.htmlFor = "fitting";
  form.classList.add("fitting");
  form.append(label, field, submitButton("Send this"));
  form.onsubmit = (event) => {
    event.preventDefault();
    write(inWords(field.value, kind, unit));
  };
}

/* "1968-04-12" is said as "April 12, 1968"; a number is said with its unit. */
function inWords(value, kind, unit) {
  if (kind === "date") {
    const [year, month, day] = value.split("-").map(Number);
    return new Intl.DateTimeFormat("en-US", { dateStyle: "long" }).format(new Date(year, month - 1, day));
  }
  return unit ? `${value} ${unit}` : value;
}

function submitButton(label) {
  const button = make("button", "", label);
  button.type = "submit";
  return button;
}
