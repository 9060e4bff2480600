// Keys press the buttons that stand on the page, pictures are chosen, boxes are drawn. What is sent is a form.
"use strict";

const queue = document.getElementById("queue");
if (queue) queue.addEventListener("change", () => queue.form.requestSubmit());

let leaving = false; // a second key before the next page is there must not press what it did not mean
addEventListener("submit", (event) => {
  if (leaving) event.preventDefault();
  leaving = true;
});
addEventListener("pageshow", () => { leaving = false; });

function press(key) {
  const target = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  if (target) target.click();
  return Boolean(target);
}

// The button that a field names by its value, else the form's first: a form that no button sent would not say what for.
function enter(field) {
  const buttons = [...field.form.elements].filter((one) => one.type === "submit");
  (buttons.find((one) => one.value === field.dataset.enter) ?? buttons[0])?.click();
}

// What is typed and not kept yet stays a draft of this window: neither Escape nor a key that leads on loses it.
const DRAFT = "draft ";
const draftOf = (field) => `${DRAFT}${field.form.elements.id?.value ?? ""} ${field.id}`;

// As the server keeps a text: in one line, without letters that show nothing.
const plain = (text) => text.replace(/[\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu, "").split(/[\s\p{Cc}]+/u).filter(Boolean).join(" ");

function tellOfDraft(field) {
  const is = plain(field.value) !== plain(field.defaultValue);
  if (is) sessionStorage.setItem(draftOf(field), field.value);
  else sessionStorage.removeItem(draftOf(field));
  const words = document.getElementById(`${field.id}-draft`);
  if (words) words.textContent = is ? words.dataset.words : "";
}

for (const field of document.querySelectorAll("[data-draft]")) {
  const kept = sessionStorage.getItem(draftOf(field));
  if (kept !== null) field.value = kept;
  tellOfDraft(field); // a draft goes when a page shows it kept, not when it is sent: that may be refused
  field.addEventListener("input", () => tellOfDraft(field));
}

const waiting = document.getElementById("waiting");
if (waiting) {
  const here = document.querySelector("[data-draft]")?.form.elements.id?.value;
  const ids = Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT)).map((key) => key.split(" ")[1]);
  for (const id of new Set(ids.filter((one) => one && one !== here))) {
    const link = document.createElement("a");
    link.href = `/edit?at=${encodeURIComponent(id)}`;
    link.textContent = id;
    waiting.append(waiting.childNodes.length ? ", " : "Typed and not kept yet: ", link);
  }
}

addEventListener("keydown", (event) => {
  const typed = event.target.closest("textarea, input:not([type=checkbox])");
  if (event.key === "Enter" && !event.isComposing && typed?.form && (event.ctrlKey || event.metaKey || typed.dataset.enter)) {
    enter(typed);
    event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (leaving) return;
  const field = [...document.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === event.key);
  if (field) {
    field.focus();
    field.select();
    event.preventDefault();
  } else if (event.key === "ArrowRight" && !document.querySelector(".card")) {
    document.querySelector("a[rel=next]")?.click();
  } else if (event.key === "ArrowLeft" && !document.querySelector(".card")) {
    document.querySelector("a[rel=prev]")?.click();
  } else if (press(event.key)) {
    event.preventDefault();
  }
});

const chosen = document.getElementById("chosen");
if (chosen) {
  const boxes = () => [...document.querySelectorAll("input[form=chosen]")];
  const count = () => {
    const number = boxes().filter((box) => box.checked).length;
    chosen.classList.toggle("some", number > 0); // else it would cover a third of a phone
    document.getElementById("count").textContent = number ? `${number} chosen` : "Choose pictures";
  };
  addEventListener("change", count);
  addEventListener("pageshow", count);
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input[form=chosen]")) event.preventDefault();
    const card = event.target.closest(".card");
    if (event.key !== " " || !card || event.target.matches("input")) return;
    card.querySelector("input[form=chosen]")?.click();
    event.preventDefault();
  });
}

const canvas = document.getElementById("canvas");
if (canvas) {
  const edges = ["x0", "y0", "x1", "y1"].map((name) => document.getElementById(name));
  const list = document.getElementById("drawn");
  const within = (value) => Math.min(1, Math.max(0, value));

  function place(frame, box) {
    frame.style.left = `${100 * box[0]}%`;
    frame.style.top = `${100 * box[1]}%`;
    frame.style.width = `${100 * (box[2] - box[0])}%`;
    frame.style.height = `${100 * (box[3] - box[1])}%`;
  }

  function frameOf(box) {
    const frame = document.createElement("div");
    frame.className = "frame";
    place(frame, box);
    canvas.append(frame);
    return frame;
  }

  function add(box) {
    if (box.some(Number.isNaN) || box[2] - box[0] < 0.005 || box[3] - box[1] < 0.005) return false;
    const frame = frameOf(box);
    const item = document.createElement("li");
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "box";
    field.value = box.map((value) => value.toFixed(5)).join(",");
    const words = document.createElement("span");
    words.textContent = box.map((value) => `${(100 * value).toFixed(1)} %`).join(", ");
    const away = document.createElement("button");
    away.type = "button";
    away.textContent = "Take away";
    away.addEventListener("click", () => { item.remove(); frame.remove(); });
    item.append(field, words, " ", away);
    list.append(item);
    return true;
  }

  document.getElementById("add").addEventListener("click", () => {
    const [x0, y0, x1, y1] = edges.map((edge) => within(edge.valueAsNumber / 100));
    const added = add([Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)]);
    const said = document.getElementById("unadded");
    said.textContent = added ? "" : said.dataset.words;
  });

  let start = null;
  let live = null;
  const at = (event) => {
    const area = document.getElementById("sheet").getBoundingClientRect();
    return [within((event.clientX - area.left) / area.width), within((event.clientY - area.top) / area.height)];
  };
  const span = (end) => [
    Math.min(start[0], end[0]), Math.min(start[1], end[1]), Math.max(start[0], end[0]), Math.max(start[1], end[1]),
  ];
  canvas.addEventListener("pointerdown", (event) => {
    start = at(event);
    live = frameOf(span(start));
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => { if (start) place(live, span(at(event))); });
  canvas.addEventListener("pointerup", (event) => {
    if (!start) return;
    const box = span(at(event));
    live.remove();
    start = null;
    add(box);
    edges.forEach((edge, place) => { edge.value = (100 * box[place]).toFixed(1); });
  });
}
