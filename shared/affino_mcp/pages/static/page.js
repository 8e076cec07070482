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

// A moment in the reader's own zone; its text in UTC is kept as its title, and what says that times are UTC is taken away.
const moments = document.querySelectorAll("time[data-local]");
moments.forEach((time) => {
  const text = time.textContent.trim();
  time.title = text.endsWith("UTC") ? text : `${text} UTC`;
  const timeStyle = /:[0-9]{2}:[0-9]{2}/.test(text) ? "medium" : "short";
  time.textContent = new Date(time.dateTime).toLocaleString("en-GB", { dateStyle: "medium", timeStyle });
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
