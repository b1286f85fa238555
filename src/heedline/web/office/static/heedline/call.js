// Saves the draft of a call every twenty seconds while something changes. Everything works without it: each button saves.
(() => {
  "use strict";
  const form = document.getElementById("call-form");
  const said = document.getElementById("call-saved");
  if (!form || !said || !window.fetch) return;
  let changed = false;
  let busy = false;
  let stopped = false;
  form.addEventListener("input", () => { changed = true; });
  let waiting = null;
  form.addEventListener("submit", (event) => {
    if (busy) { // a save is on its way: what is posted must know of it
      event.preventDefault();
      waiting = event.submitter;
    } else {
      stopped = true;
    }
  });

  const tell = (words) => {
    if (said.textContent !== words) said.textContent = words;
  };
  const save = async () => {
    if (!changed || busy || stopped) return;
    busy = true;
    changed = false;
    try {
      // `manual`: a redirect means that nobody is signed in any more
      const answer = await fetch(form.dataset.save, {
        method: "POST", body: new FormData(form), redirect: "manual", cache: "no-store",
      });
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        tell("Not saved: you are signed out. Go on typing, then press Save draft. Your words are kept while you sign in.");
        stopped = true;
      } else {
        const kept = await answer.json();
        if (answer.ok && !stopped) {
          form.elements.edition.value = kept.edition;
          form.elements.call.value = kept.call;
        }
        if (answer.status === 409) stopped = true;
        tell(kept.said);
      }
    } catch {
      changed = true;
      tell("Not saved just now. It is tried again by itself.");
    }
    busy = false;
    if (waiting) form.requestSubmit(waiting);
  };
  window.setInterval(save, 20000);
})();
