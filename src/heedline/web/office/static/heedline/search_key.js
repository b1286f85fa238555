// "/" moves to the search box of the page, only for officers who have turned on single keys (the script is on no page for
// others), and never while they type.
(() => {
  const box = document.getElementById("site-search");
  if (!box) return;
  const typing = (where) => where.isContentEditable || where.matches("textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=submit])");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (!(event.target instanceof Element) || typing(event.target)) return;
    box.focus();
    event.preventDefault();
  });
})();
