// Says three minutes before the end of an officer's time to write that it ends, and when it has ended. The page says until
// when without this script too. Typing extends it: htmx then puts a new time in the line, and the waiting starts again.
(() => {
  "use strict";
  const WARNING = 180; // seconds before the end
  const line = document.getElementById("writing");
  if (!line) return;
  let waiting = [];
  const start = () => {
    waiting.forEach((one) => clearTimeout(one));
    waiting = [];
    const until = line.querySelector("[data-left]");
    const said = line.querySelector("[data-soon]");
    if (!until || !said) return;
    const left = Number(until.dataset.left);
    const say = (seconds, words) => waiting.push(setTimeout(() => { said.textContent = words; until.hidden = true; }, Math.max(0, seconds) * 1000));
    say(left - WARNING, said.dataset.soon);
    say(left, said.dataset.over);
  };
  start();
  document.addEventListener("htmx:after:swap", start);
})();
