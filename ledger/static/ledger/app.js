// Small comforts only: every page works without this file.
"use strict";

// Menus close on Escape and on a click elsewhere.
const openMenus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  openMenus().forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  openMenus().forEach((menu) => { menu.removeAttribute("open"); menu.querySelector("summary").focus(); });
});

// After a refused form the summary of faults takes the focus, so that it is read out.
document.getElementById("faults")?.focus();

// A form is sent once; coming back by the browser's history frees its buttons.
const free = (form) => form.querySelectorAll("button[disabled]").forEach((button) => { button.disabled = false; });
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  setTimeout(() => form.querySelectorAll("button:not([type=button])").forEach((button) => { button.disabled = true; }));
  if (form.querySelector("input[type=file]") && [...form.querySelectorAll("input[type=file]")].some((one) => one.files.length)) upload(event, form);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(free));

// Files go up with a progress bar; the answer replaces the page as an ordinary post would.
function upload(event, form) {
  event.preventDefault();
  const bar = document.createElement("progress");
  const words = form.dataset.uploading || "";
  bar.max = 100;
  bar.setAttribute("aria-label", words);
  form.append(bar);
  const body = new FormData(form, event.submitter || undefined);
  const sending = new XMLHttpRequest();
  sending.upload.addEventListener("progress", (step) => { if (step.lengthComputable) bar.value = 100 * step.loaded / step.total; });
  sending.addEventListener("load", () => {
    if (sending.responseURL && sending.responseURL !== form.action && sending.status < 400) { location.assign(sending.responseURL); return; }
    const page = new DOMParser().parseFromString(sending.responseText, "text/html");
    document.title = page.title;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.getElementById("faults")?.focus();
    window.scrollTo(0, 0);
  });
  sending.addEventListener("error", () => { bar.remove(); free(form); form.querySelector("[data-failed]")?.removeAttribute("hidden"); });
  sending.open("POST", form.action);
  sending.send(body);
}

// Copying a secret or a code.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || !navigator.clipboard) return;
  navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  button.querySelector("[role=status]").textContent = button.dataset.copied;
});

// Filters apply as they are ticked.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-live]");
  if (form) form.requestSubmit();
});

// Tables of inputs grow by a row.
document.querySelectorAll("[data-add]").forEach((button) => { button.hidden = false; });
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add]");
  if (!button) return;
  const body = document.querySelector(`[data-rows="${button.dataset.add}"]`);
  const row = body.rows[body.rows.length - 1].cloneNode(true);
  row.querySelectorAll("input, select").forEach((one) => {
    one.value = "";
    one.name = one.name.replace(/\[\d+\]/, `[${body.rows.length}]`);
    one.setAttribute("aria-label", one.getAttribute("aria-label").replace(/\d+$/, body.rows.length + 1));
  });
  body.append(row);
  row.querySelector("input").focus();
});
