// Conveniences only: every page works without. A picture that fails says so, the slider shows its value,
// filters apply at once, arrow keys go from picture to picture.
"use strict";

function say(image) {
  const words = document.createElement("span");
  words.className = "none";
  words.setAttribute("role", "img");
  words.textContent = image.dataset.missing || "This picture could not be loaded.";
  words.setAttribute("aria-label", `${words.textContent} ${image.alt}`);
  image.replaceWith(words);
}

addEventListener("error", (event) => {
  if (event.target instanceof HTMLImageElement) say(event.target);
}, true);
for (const image of document.images) {
  if (image.complete && image.naturalWidth === 0 && image.loading !== "lazy") say(image);
}

const drawer = document.querySelector("details.filters");
if (drawer && matchMedia("(max-width: 860px)").matches) drawer.open = false;

const filters = document.getElementById("filters");
if (filters) {
  filters.classList.add("live");
  const slider = document.getElementById("min");
  slider.addEventListener("input", () => {
    document.getElementById("min-shown").textContent = Number(slider.value).toFixed(2);
  });
  filters.addEventListener("change", () => filters.requestSubmit());
  filters.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "" || (name === "min" && Number(value) === 0) || (name === "order" && value === "best")) {
        event.formData.delete(name);
      }
    }
  });
}

function cards() {
  return [...document.querySelectorAll(".card .open")];
}

function below(all, at, rows) {
  const step = all.findIndex((card) => card.getBoundingClientRect().top > all[0].getBoundingClientRect().top + 1);
  return at + rows * (step < 1 ? all.length : step);
}

function move(key) {
  const all = cards();
  const at = all.indexOf(document.activeElement);
  if (!all.length) return false;
  const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: below(all, at, 1), ArrowUp: below(all, at, -1) };
  const target = all[at < 0 ? 0 : steps[key]];
  if (target) target.focus();
  return Boolean(target);
}

addEventListener("keydown", (event) => {
  const inMenu = event.target.closest("select, input[type=range], input[type=checkbox]");
  const typing = event.target.closest("input, select, textarea") && !(inMenu && event.key === "/");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    document.getElementById("q").focus();
    event.preventDefault();
  } else if (event.key === "n" || event.key === "p") {
    document.querySelector(event.key === "n" ? "a[rel=next]" : "a[rel=prev]")?.click();
  } else if (event.key.startsWith("Arrow")) {
    // Up and down scroll the page until a picture has been chosen.
    const chosen = cards().includes(document.activeElement);
    if ((chosen || event.key === "ArrowRight") && move(event.key)) event.preventDefault();
  }
});
