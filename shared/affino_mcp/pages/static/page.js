// Comfort only: every page works without this file.
"use strict";

document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) { return; }
  button.hidden = false;
  const word = button.firstElementChild || button;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.textContent.trim());
    word.textContent = "Copied";
    setTimeout(() => { word.textContent = "Copy"; }, 2000);
  });
});

// The browser's zone, for pages of people who have said none: the next page shows its times in it, and reads days by it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && document.documentElement.hasAttribute("data-zone")) {
  const safe = window.location.protocol === "https:" ? "; secure" : "";
  document.cookie = `affino-zone=${zone}; path=/; max-age=31536000; samesite=strict${safe}`;
}

// This page's moments, where the server did not know the zone; UTC stays in their titles.
const sayDay = (at) => {
  const day = new Date(at).setHours(0, 0, 0, 0);
  const today = new Date().setHours(0, 0, 0, 0);
  if (day === today) { return "today"; }
  if (day === new Date(new Date().setDate(new Date().getDate() - 1)).setHours(0, 0, 0, 0)) { return "yesterday"; }
  return new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
};
const moments = document.querySelectorAll("time[data-local]");
moments.forEach((time) => {
  const text = time.textContent.trim();
  const seconds = /:[0-9]{2}:[0-9]{2}/.test(text) ? { second: "2-digit" } : {};
  const at = new Date(time.dateTime);
  if (!time.title) { time.title = text; }
  time.textContent = `${sayDay(at)}, ${at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...seconds })}`;
});
if (moments.length) {
  document.querySelectorAll("[data-utc]").forEach((said) => { said.hidden = true; });
  document.querySelectorAll('[data-label$=" (UTC)"]').forEach((cell) => {
    cell.dataset.label = cell.dataset.label.replace(" (UTC)", "");
  });
}

// A sum of the ticked boxes' prices, beside the form that they stand in.
document.querySelectorAll("[data-sum]").forEach((output) => {
  const boxes = document.querySelectorAll(output.dataset.sum);
  const add = () => {
    let sum = Number(output.dataset.start || 0);
    boxes.forEach((box) => { if (box.checked) { sum += Number(box.dataset.price || 0); } });
    output.textContent = sum.toLocaleString("en-GB");
  };
  boxes.forEach((box) => box.addEventListener("change", add));
  add();
});

// The token of a link stands behind the # of the address, which no server sees: it goes into the form, and out of the address.
document.querySelectorAll("[data-fragment]").forEach((field) => {
  const token = window.location.hash.slice(1);
  if (!/^[0-9]+\.[0-9a-f-]{36}$/.test(token)) { return; }
  window.history.replaceState(null, "", window.location.pathname);
  field.value = token;
  field.form.requestSubmit();
});

// Work in steps goes on by itself; without this file, by its button.
document.querySelectorAll("form[data-go-on]").forEach((form) => { form.requestSubmit(); });
