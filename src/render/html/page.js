"use strict";
(() => {
  // Explanations on hover and focus.
  const tip = document.getElementById("tip");
  let shownFor = null;
  const hide = () => {
    if (!shownFor) return;
    shownFor.removeAttribute("aria-describedby");
    shownFor = null;
    tip.hidden = true;
  };
  const show = (element) => {
    if (shownFor === element) return;
    hide();
    shownFor = element;
    tip.textContent = element.dataset.explain;
    tip.hidden = false;
    element.setAttribute("aria-describedby", "tip");
    const at = element.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left + at.width / 2 - own.width / 2), innerWidth - own.width - 8);
    const above = at.top - own.height - 8;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = (above >= 8 ? above : at.bottom + 8) + "px";
  };
  const explained = (event) => (event.target.closest ? event.target.closest("[data-explain]") : null);
  document.addEventListener("pointerover", (event) => {
    const element = explained(event);
    if (element) show(element);
    else if (!tip.contains(event.target)) hide();
  });
  document.addEventListener("focusin", (event) => {
    const element = explained(event);
    if (element) show(element);
    else hide();
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  addEventListener("scroll", hide, { capture: true, passive: true });

  // Tables sort by a click on a heading; what has no value comes last.
  const order = new Intl.Collator("en", { numeric: true }).compare;
  const value = (row, ix) => {
    const cell = row.cells[ix];
    const sort = cell.dataset.sort;
    if (sort === undefined) return cell.textContent;
    return sort === "" ? null : Number(sort);
  };
  const compare = (a, b) => {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a === "number" && typeof b === "number") return a < b ? -1 : a > b ? 1 : 0;
    return order(String(a), String(b));
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.sort");
    if (!button) return;
    const heading = button.closest("th");
    const body = heading.closest("table").tBodies[0];
    const falls = heading.getAttribute("aria-sort") === "ascending";
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", falls ? "descending" : "ascending");
    const rows = Array.from(body.rows, (row) => [value(row, heading.cellIndex), row]);
    rows.sort(([a], [b]) => (falls && a !== null && b !== null ? compare(b, a) : compare(a, b)));
    body.append(...rows.map(([, row]) => row));
  });

  // On paper everything is open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
