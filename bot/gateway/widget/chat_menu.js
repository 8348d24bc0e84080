/* Around the conversation: how far it is, changing an answer, keeping a copy, ending it. */

import { byId, make } from "./chat_view.js";

const STATES = {
  open: "About five minutes in all",
  waiting_for_staff: "Our team has been told",
  booked: "Your visit is booked",
  callback: "Our team will call you",
  emergency: "Please get help now",
  closed: "This chat is over",
};

const STEPS = { confirm_summary: "Almost done", choose_time: "One last step", confirm_time: "One last step" };

/* Not a live region: nobody wants it read out after every answer. */
export function showProgress({ left, changeable, company, held }, status, asks) {
  const safety = /^G([1-6])$/.exec(asks ?? "");
  const told = left === 1 ? "About 1 more question" : `About ${left} more questions`;
  byId("left").textContent = held ? "The helper is off for now" : safety ? `Safety question ${safety[1]} of 6` : left ? told : STEPS[asks] ?? STATES[status] ?? "";
  byId("change-open").hidden = changeable.length === 0;
  byId("company").textContent = company;
  byId("company").classList.toggle("person", held);
}

const plain = (element) => element.querySelector(".bubble").innerText.trim();

/* The answers that may be changed, newest first, each with the question before it. */
export function offerChanges(log, changeable, change) {
  const list = byId("changes");
  list.replaceChildren();
  for (const seq of [...changeable].reverse()) {
    const answer = log.querySelector(`.message.patient[data-seq="${seq}"]`);
    if (!answer) continue;
    const button = make("button", "", make("span", "asked", questionBefore(answer)), make("strong", "", plain(answer)));
    button.type = "button";
    button.addEventListener("click", () => { byId("change").close(); change(seq); });
    list.append(make("li", "", button));
  }
  byId("change").showModal();
}

function questionBefore(answer) {
  let element = answer.previousElementSibling;
  while (element && !element.classList.contains("question")) element = element.previousElementSibling;
  return element ? plain(element).replace(/\s+/g, " ") : "";
}

const WHO = { patient: "You", staff: "Clinic team", bot: "Helper" };
const stamp = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short" });

/* The whole conversation as a text file, made here: nothing is sent anywhere. */
export function saveCopy(log, title, reference) {
  const parts = [...log.querySelectorAll(".message")].map((element) => {
    const who = Object.keys(WHO).find((name) => element.classList.contains(name));
    return `${WHO[who]}, ${stamp.format(new Date(element.dataset.at))}\n${plain(element)}\n`;
  });
  const file = new Blob([`${title}\nYour code: ${reference}\n\n${parts.join("\n")}`], { type: "text/plain" });
  const link = make("a");
  link.href = URL.createObjectURL(file);
  link.download = "chat.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/* A one-time code takes this chat to the patient's phone; on a phone the link writes that text. */
export async function goOnByText(askCode) {
  const how = byId("by-text-how");
  how.hidden = false;
  try {
    const { number, code, link, minutes } = await askCode();
    const shown = number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "$1-$2-$3");
    const text = make("a", "", `Text "Continue ${code}" to ${shown}`);
    text.href = link;
    how.replaceChildren(text, ` from your phone in the next ${minutes} minutes. We go on there.`);
  } catch {
    how.replaceChildren("That did not work. Please try again in a minute.");
  }
  how.focus();
}

/* Buttons with `data-opens` open that dialog; those with `data-closes` close theirs. */
export function joinDialogs() {
  for (const button of document.querySelectorAll("[data-opens]")) button.addEventListener("click", () => byId(button.dataset.opens).showModal());
  for (const button of document.querySelectorAll("[data-closes]")) button.addEventListener("click", () => button.closest("dialog").close());
}
