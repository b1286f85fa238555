// Sends a file in parts that survive a broken connection (tus 1.0), and shows how far it has come. Without this script the
// same form sends the file in one go. Nothing is kept in the browser: what has arrived is listed by the page itself.
(() => {
  "use strict";
  const form = document.querySelector("form[data-resumable]");
  if (!form || !window.XMLHttpRequest || !Blob.prototype.slice) return;
  const PART = 4 * 1024 * 1024; // bytes of one request
  const LONGEST_WAIT = 30; // seconds between two tries
  const MOST_TRIES = 30; // in a row without a byte that arrived
  const PATIENCE = 120; // seconds for one request
  const input = form.querySelector("input[type=file]");
  const box = form.querySelector("[data-progress]");
  const bar = box && box.querySelector("progress");
  const told = box && box.querySelector("[role=status]");
  const cancel = box && box.querySelector("button");
  const token = form.querySelector("[name=csrfmiddlewaretoken]");
  if (!input || !bar || !told || !cancel || !token) return;
  let running = null; // the request that is on its way
  let address = ""; // of the upload
  let cancelled = false;
  let wake = () => {};

  const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const say = (words) => { if (told.textContent !== words) told.textContent = words; };
  const warn = (event) => event.preventDefault();
  const wait = (seconds) => new Promise((done) => { wake = done; setTimeout(done, seconds * 1000); });

  const ask = (method, url, headers, body, onProgress) => new Promise((done) => {
    const request = running = new XMLHttpRequest();
    request.open(method, url);
    request.timeout = PATIENCE * 1000;
    request.setRequestHeader("Tus-Resumable", "1.0.0");
    request.setRequestHeader("X-CSRFToken", token.value);
    Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
    if (onProgress) request.upload.onprogress = onProgress;
    request.onload = request.onerror = request.onabort = request.ontimeout = () => { running = null; done(request); };
    request.send(body || null);
  });

  const show = (sent, all) => {
    const percent = all ? Math.floor((100 * sent) / all) : 100;
    bar.value = percent;
    // A screen reader is told each tenth.
    say(box.dataset.sending.replace("{percent}", String(percent - (percent % 10))));
  };
  const leave = (problem) => {
    window.removeEventListener("beforeunload", warn);
    window.location.assign(form.dataset.list + (problem ? `?problem=${problem}` : ""));
  };
  const problemOf = (request) => (request && /^[a-z_]{1,30}$/.test(request.responseText) ? request.responseText : "interrupted");
  const offset = (request) => Number.parseInt(request.getResponseHeader("Upload-Offset") || "", 10);
  const refused = (request) => request.status === 507 || (request.status >= 400 && request.status < 500 && ![408, 409, 423, 429].includes(request.status));

  const begin = async (file) => {
    const before = JSON.parse(form.dataset.unfinished || "[]").find((one) => one.name === file.name && one.length === file.size);
    if (before) { address = before.url; return null; }
    const made = await ask("POST", form.dataset.resumable, { "Upload-Length": String(file.size), "Upload-Metadata": `filename ${encoded(file.name)}` });
    if (made.status === 201) address = made.getResponseHeader("Location");
    return made;
  };

  // Returns the answer that ended it: the last part's, or a refusal.
  const send = async (file) => {
    let tries = 0;
    let at = null; // bytes that the server has, or null before it was asked
    let last = null;
    while (!cancelled) {
      if (!address) {
        last = await begin(file);
        if (last === null) continue;
        if (address) at = 0;
      } else if (at === null) {
        last = await ask("HEAD", address, {});
        if (last.status === 200) at = offset(last);
      } else {
        const from = at;
        const headers = { "Upload-Offset": String(from), "Content-Type": "application/offset+octet-stream" };
        last = await ask("PATCH", address, headers, file.slice(from, from + PART), (event) => show(from + event.loaded, file.size));
        at = last.status === 204 ? offset(last) : null;
        if (at === file.size) return last;
        if (at > from) tries = 0;
      }
      if (refused(last)) return last;
      if (at !== null) continue;
      tries += 1;
      if (tries > MOST_TRIES) return last;
      say(box.dataset.waiting);
      await wait(Math.min(LONGEST_WAIT, 2 ** tries / 2));
    }
    return last;
  };

  window.addEventListener("online", () => wake());
  cancel.addEventListener("click", async () => {
    cancelled = true;
    if (running) running.abort();
    wake();
    if (address) await ask("DELETE", address, {});
    leave("");
  });
  form.addEventListener("submit", async (event) => {
    const file = input.files[0];
    if (!file) return; // the server says that none was chosen
    event.preventDefault();
    if (!box.hidden) return;
    box.hidden = false;
    form.querySelectorAll("button[type=submit]").forEach((one) => { one.disabled = true; });
    window.addEventListener("beforeunload", warn);
    cancel.focus();
    show(0, file.size);
    const end = await send(file);
    if (cancelled) return;
    leave(end && end.status === 204 ? "" : problemOf(end));
  });
})();
