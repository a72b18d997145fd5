// Keys, ticking, and what is told to people who listen; everything else is plain links and forms (see docs).
"use strict";

const page = () => document.getElementById("page");
const points = () => document.getElementById("points");

function gcd(a, b) {
  return b ? gcd(b, a % b) : a;
}

// What the typed points are worth, beside the field: the server works it out again, exactly.
function tellPoints() {
  const field = points();
  if (!field) return;
  const told = document.getElementById("points-are");
  const share = field.value.trim().match(/^(\d{1,6})\s*\/\s*(\d{1,6})$/);
  const percent = field.value.trim().match(/^(\d{1,3}(?:[.,]\d+)?)\s*%$/);
  const most = Number(field.dataset.max);
  let worth = null;
  if (share && Number(share[2])) worth = (most * Number(share[1])) / Number(share[2]);
  if (percent) worth = (most * Number(percent[1].replace(",", "."))) / 100;
  told.textContent = worth === null ? "" : `= ${Number(worth.toFixed(4))} of ${field.dataset.max}`;
}

function countItems() {
  const boxes = [...page().querySelectorAll("input[name=item]")];
  const ticked = boxes.filter((box) => box.checked).length;
  const divisor = gcd(ticked, boxes.length) || 1;
  if (ticked === boxes.length) points().value = points().dataset.max;
  else points().value = ticked ? `${ticked / divisor}/${boxes.length / divisor}` : "0";
  tellPoints();
}

function usePoints(credit) {
  points().value = credit === "1" ? points().dataset.max : credit;
  tellPoints();
}

function useComment(text) {
  const field = document.getElementById("comment");
  if (!text) return;
  field.value = field.value.trim() ? `${field.value.trim()} ${text}` : text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function arrive() {
  const said = page().querySelector("[role=alert], [data-said]");
  document.getElementById("live").textContent = said && said.matches("[data-said]") ? said.textContent : "";
  const heading = page().querySelector("[data-focus]");
  if (heading) heading.focus({ preventScroll: true });
  tellPoints();
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[name=item]")) countItems();
});

document.addEventListener("input", (event) => {
  if (event.target.id === "points") tellPoints();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-points], button[data-comment], button[data-opens]");
  if (!button) return;
  if (button.dataset.opens) return document.getElementById(button.dataset.opens).showModal();
  if (button.dataset.points !== undefined) usePoints(button.dataset.points);
  if (button.dataset.comment !== undefined) useComment(button.dataset.comment);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("textarea, input:not([type=checkbox])");
  if (event.key === "Escape" && typing) return event.target.blur();
  if (document.getElementById("help").open) return;
  const form = document.getElementById("marking");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) {
    event.preventDefault();
    return form.requestSubmit();
  }
  // No letter is part of points: there they are keys as everywhere.
  const letter = event.target.id === "points" && /^[a-z?]$/.test(event.key);
  if ((typing && !letter) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  const wanted = page().querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!wanted && /^[0-9.]$/.test(event.key) && points() && !page().querySelector("input[name=item]")) {
    // Where there are no items to tick, a digit begins the points, and what stood there is replaced.
    points().value = "";
    return points().focus();
  }
  if (!wanted || wanted.disabled) return;
  event.preventDefault();
  if (wanted.matches("textarea, input:not([type=checkbox])")) {
    wanted.focus();
    if (wanted.select) wanted.select();
  } else {
    wanted.click();
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id === "page" || event.detail.elt.id === "page") arrive();
});
document.addEventListener("htmx:sendError", () => {
  document.getElementById("live").textContent = "";
  const told = document.createElement("p");
  told.className = "alert";
  told.setAttribute("role", "alert");
  told.textContent = "grader review does not answer. Is it still running in its terminal? Nothing was saved.";
  document.getElementById("main").prepend(told);
});
document.addEventListener("DOMContentLoaded", arrive);
