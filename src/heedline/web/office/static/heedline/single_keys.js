// Presets fill the form in place. Single keys work only for officers who have turned them on (the list #single-keys is on
// the page then), and never while somebody types. Everything works without this script: presets are links.
(() => {
  "use strict";
  const fill = (link) => {
    const form = link.closest("form");
    if (!form) return false;
    for (const [name, value] of Object.entries(JSON.parse(link.dataset.fills))) {
      if (name === "danger") continue; // always answered by hand
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "radio") field.checked = field.value === value;
        else field.value = value;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
    for (const other of form.querySelectorAll("[data-fills]")) other.removeAttribute("aria-pressed");
    link.setAttribute("aria-pressed", "true");
    if (!form.querySelector("[name=danger]:checked")) {
      const danger = form.querySelector("[name=danger]");
      if (danger) danger.focus();
    }
    return true;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-fills]");
    if (link && !event.ctrlKey && !event.metaKey && fill(link)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => { // a link that acts as a button is pressed with the space bar too
    if (event.key === " " && event.target.matches && event.target.matches("a[data-fills]") && fill(event.target)) event.preventDefault();
  });

  const list = document.getElementById("single-keys");
  if (!list) return;
  const rows = () => [...document.querySelectorAll(".hl-queue tbody tr:not(.hl-queue__group)")];
  const current = () => rows().findIndex((row) => row.contains(document.activeElement));
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    const here = current();
    const to = all[here < 0 ? 0 : Math.min(all.length - 1, Math.max(0, here + by))];
    to.querySelector("th a").focus();
  };
  const inRow = (selector) => {
    const row = rows()[Math.max(0, current())];
    return row ? row.querySelector(selector) : null;
  };
  const press = (found) => { if (found) found.click(); };
  const queue = {
    j: () => move(1),
    k: () => move(-1),
    o: () => press(inRow("th a")),
    a: () => press(inRow("form[action$='/take/'] button")),
    x: () => press(inRow("input[type=checkbox]")),
    n: () => press(document.querySelector("a[rel=next]")),
  };
  const report = {
    d: () => { const first = document.getElementById("danger"); if (first) first.focus(); },
    a: () => press(document.querySelector("form[action$='/take/'] button")),
    n: () => press(document.querySelector("button[name=do][value=save-next]")),
  };
  // Other pages say in the list itself where a key goes. A key follows a link, presses a button that can be taken back,
  // and otherwise only moves the focus: nothing is decided or sent by one key.
  const goTo = (place) => {
    const found = place.matches("a, button, input, select, textarea") ? place : place.querySelector("a[href], button, input:not([type=hidden]), select, textarea") || place;
    const folded = found.closest("details");
    if (folded) folded.open = true;
    if (found.tabIndex < 0 && !found.hasAttribute("tabindex")) found.setAttribute("tabindex", "-1");
    found.focus();
  };
  const listed = (key) => {
    const row = list.querySelector(`[data-single="${CSS.escape(key)}"]`);
    const place = row && document.getElementById(row.dataset.goes || row.dataset.presses);
    if (!place) return false;
    if (row.dataset.presses || place.matches("a[href]")) place.click();
    else goTo(place);
    return true;
  };
  const keys = { queue, report }[list.dataset.keys] || {};
  // A report that is open for its assessment begins at the first question, and stays at the top of the page.
  const danger = list.dataset.keys === "report" && document.activeElement === document.body && document.getElementById("danger");
  if (danger) danger.focus({ preventScroll: true });
  const typing = (where) => where.isContentEditable || where.matches("textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=submit])");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (!(event.target instanceof Element) || typing(event.target)) return;
    if (event.key === "?") list.open = !list.open;
    else if (/^[1-9]$/.test(event.key) && list.dataset.keys === "report") press(document.querySelector(`a[data-key="${event.key}"]`));
    else if (Object.hasOwn(keys, event.key)) keys[event.key]();
    else if (!listed(event.key)) return;
    event.preventDefault();
  });
})();
