/* The work queue without reloads: opening a task, sending its forms, keys. Uses console.js (state, refresh). */
"use strict";

/* Where the opened task stands in place of the list, below what is pinned (work.css). */
const NARROW = matchMedia("(max-width: 900px)");

const live = () => new URL(document.body.dataset.poll, location.href);

function look(change) {
  const address = live();
  change(address.searchParams);
  document.body.dataset.poll = address.pathname + address.search;
  history.replaceState(null, "", "/console/queue?" + address.searchParams);
  state.tag = null;
  return refresh();
}

const choose = (task) => look((asked) => (task ? asked.set("task", task) : asked.delete("task")));
const panel = () => document.querySelector("[data-panel]");

function calm(form) {
  form.reset();
  document.activeElement?.blur();
}

function complain(text) {
  const place = panel()?.querySelector("[data-problem]");
  if (!place) return;
  place.textContent = text;
  place.hidden = false;
}

/* The row that takes the place of one that goes: the next below, else the one above. */
function neighbour(task) {
  const rows = [...document.querySelectorAll("[data-task]")];
  const place = rows.findIndex((row) => row.dataset.task === task);
  return (rows[place + 1] ?? rows[place - 1])?.dataset.task ?? null;
}

async function send(form) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
  if (answer.type !== "opaqueredirect") {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    complain(page.querySelector("[data-message]")?.textContent.trim() || "This was not done. Try again.");
    return;
  }
  if (form.dataset.opens) return choose(form.dataset.opens);
  const task = panel()?.dataset.panel;
  const next = "closes" in form.dataset || form.action.includes("/try") ? neighbour(task) : task;
  const gone = form.querySelector('[name="again"]')?.value || "closes" in form.dataset;
  panel()?.querySelectorAll("form").forEach(calm);
  await choose(gone ? next : task);
  focusRow(gone ? next : task);
}

/* Not away from a field: whoever was quicker than the answer is writing there. */
function focusRow(task) {
  if (document.activeElement?.matches("input, textarea, select")) return;
  document.querySelector(`[data-task="${CSS.escape(task ?? "")}"]`)?.focus({ preventScroll: true });
}

document.addEventListener("submit", (event) => {
  if (!("quiet" in event.target.dataset)) return;
  event.preventDefault();
  send(event.target).catch(() => complain("Not live: nothing was sent. Check the connection."));
});

document.addEventListener("click", async (event) => {
  const row = event.target.closest("[data-task]");
  const back = event.target.closest("[data-unselect]");
  if ((!row && !back) || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const before = panel()?.dataset.panel;
  panel()?.querySelectorAll("form").forEach(calm);
  await choose(row ? row.dataset.task : null);
  focusRow(row ? row.dataset.task : before);
  if (row && NARROW.matches) panel()?.scrollIntoView();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel()) {
    panel().querySelector("[data-unselect]").click();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const aimed = panel()?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  const row = document.activeElement?.closest("[data-task]");
  if (event.key === "o" && panel()) panel().querySelector("[data-case]").click();
  else if (aimed) aimed.tagName === "BUTTON" ? aimed.click() : aimed.focus();
  else if (row && row.dataset.task !== panel()?.dataset.panel && "ctpxn".includes(event.key)) {
    choose(row.dataset.task).then(() => panel()?.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.focus());
  } else return;
  event.preventDefault();
});
