// Reveals a covered picture part by part, adds keys while the viewer has the focus, and counts the minutes in which
// something is uncovered. Everything else works with links alone.
"use strict";
(() => {
  const frame = document.querySelector("[data-frame]");
  const covered = frame && frame.querySelector(".covered");

  // --- one part at a time --------------------------------------------------------------------------------------
  if (covered) {
    for (const hint of document.querySelectorAll(".with-scripts")) hint.hidden = false;
    const lens = covered.cloneNode(false);
    lens.classList.remove("covered");
    lens.classList.add("lens", "grey");
    lens.alt = "";
    lens.style.clipPath = "circle(0)";
    frame.append(lens);
    const radius = 70;
    let at = null;
    let begun = false;
    const place = () => {
      lens.style.left = `${covered.offsetLeft}px`;
      lens.style.top = `${covered.offsetTop}px`;
      lens.style.width = `${covered.offsetWidth}px`;
      lens.style.height = `${covered.offsetHeight}px`;
      lens.style.clipPath = at ? `circle(${radius}px at ${at.x}px ${at.y}px)` : "circle(0)";
      if (at && !begun) {
        begun = true;
        count();
        setInterval(count, 60000);
      }
    };
    const move = (event) => {
      const box = frame.getBoundingClientRect();
      at = { x: event.clientX - box.left - covered.offsetLeft, y: event.clientY - box.top - covered.offsetTop };
      place();
    };
    const away = () => {
      at = null;
      place();
    };
    frame.addEventListener("pointermove", move);
    frame.addEventListener("pointerleave", away);
    frame.addEventListener("blur", away);
    frame.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-40, 0], ArrowRight: [40, 0], ArrowUp: [0, -40], ArrowDown: [0, 40] }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const from = at || { x: covered.offsetWidth / 2, y: covered.offsetHeight / 2 };
      at = {
        x: Math.min(Math.max(from.x + step[0], 0), covered.offsetWidth),
        y: Math.min(Math.max(from.y + step[1], 0), covered.offsetHeight),
      };
      place();
    });
  }

  // --- keys, only while the focus is in the viewer --------------------------------------------------------------
  const tools = { Escape: "cover", ArrowLeft: "previous", ArrowRight: "next", PageUp: "previous", PageDown: "next" };
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, video, audio, pre")) return;
    if (event.key !== "Escape" && event.target.closest("[data-frame]")) return; // there they scroll
    const link = document.querySelector(`[data-tool="${tools[event.key]}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  });

  // --- minutes for welfare ---------------------------------------------------------------------------------------
  const mark = document.querySelector("[data-minute]");
  const count = () => {
    if (document.visibilityState === "visible") fetch(mark.dataset.minute, { cache: "no-store" }).catch(() => {});
  };
  if (mark && document.querySelector("[data-shown]")) setInterval(count, 60000);
})();
