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
    place(element);
  };
  const place = (element) => {
    const at = element.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left + at.width / 2 - own.width / 2), innerWidth - own.width - 8);
    const above = at.top - own.height - 8;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = (above >= 8 ? above : at.bottom + 8) + "px";
  };
  // What the keyboard stands on goes on explaining itself.
  const kept = () => shownFor !== null && shownFor.matches(":focus-visible");
  const explained = (event) => (event.target.closest ? event.target.closest("[data-explain]") : null);
  document.addEventListener("pointerover", (event) => {
    const element = explained(event);
    if (element) show(element);
    else if (!tip.contains(event.target) && !kept()) hide();
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
  // The page scrolls to what the keyboard reaches: its explanation goes with it.
  const moved = () => {
    if (kept()) place(shownFor);
    else hide();
  };
  addEventListener("scroll", moved, { capture: true, passive: true });

  // Marks of figures say their numbers at once; in a saved figure they are titles again.
  for (const mark of document.querySelectorAll("svg .mark")) {
    const title = mark.querySelector("title");
    if (!title) continue;
    mark.dataset.explain = title.textContent;
    title.remove();
  }

  // Figures are saved from what the page holds.
  const SVG = "http://www.w3.org/2000/svg";
  const element = (name, attributes, words) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (words !== undefined) made.textContent = words;
    return made;
  };
  const lines = (words, most) => {
    const out = [""];
    for (const word of words.split(/\s+/)) {
      const line = out[out.length - 1];
      if (line && line.length + word.length >= most) out.push(word);
      else out[out.length - 1] = line ? line + " " + word : word;
    }
    return out;
  };
  // The drawing by itself, on white paper, with its title, in colours that need no style sheet.
  const alone = (figure) => {
    const source = figure.querySelector("svg.wide").cloneNode(true);
    const [, , width, height] = source.getAttribute("viewBox").split(" ").map(Number);
    const heading = lines(figure.querySelector("h3").textContent, 72);
    const top = 14 + 21 * heading.length;
    const size = { viewBox: `0 0 ${width} ${height + top}`, width, height: height + top };
    const out = element("svg", { ...size, role: "img", "font-family": "DejaVu Sans, Verdana, Geneva, sans-serif" });
    out.append(element("title", {}, heading.join(" ")), element("rect", { width, height: height + top, fill: "#ffffff" }));
    heading.forEach((line, ix) => {
      out.append(element("text", { x: 20, y: 12 + 21 * (ix + 1), "font-size": 16, "font-weight": 700, fill: "#1b1f24" }, line));
    });
    for (const mark of source.querySelectorAll("[data-explain]")) {
      mark.prepend(element("title", {}, mark.dataset.explain));
      mark.removeAttribute("data-explain");
      mark.removeAttribute("aria-describedby");
    }
    const body = element("g", { transform: `translate(0 ${top})` });
    body.append(...source.childNodes);
    out.append(body);
    const text = new XMLSerializer().serializeToString(out).replace(/var\(--fig-[a-z0-9]+, ?(#[0-9a-f]+)\)/g, "$1");
    return { text, width, height: height + top };
  };
  const picture = async ({ text, width, height }) => {
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
    await image.decode();
    const scale = 2.5;
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(width * scale);
    canvas.height = Math.ceil(height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/png"));
  };
  const content = async (kind, box) => {
    const figure = box.closest("figure");
    if (kind === "svg") return new Blob([alone(figure).text + "\n"], { type: "image/svg+xml" });
    if (kind === "png") return picture(alone(figure));
    const held = box.querySelector(`template[data-kind="${kind}"]`).content.textContent;
    if (kind === "csv") return new Blob([held], { type: "text/csv" });
    return new Blob([held + "\n"], { type: "application/json" });
  };
  for (const box of document.querySelectorAll(".save")) box.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-save]");
    if (!button) return;
    const box = button.closest(".save");
    const told = box.querySelector(".saved");
    const name = `${box.dataset.file}.${button.dataset.save}`;
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await content(button.dataset.save, box));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      told.textContent = `${name} is saved.`;
    } catch {
      told.textContent = `${name} could not be made in this browser; the run's folder holds it (figures).`;
    }
  });

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
    const rows = Array.from(long.get(body)?.rows ?? body.rows, (row) => [value(row, heading.cellIndex), row]);
    rows.sort(([a], [b]) => (falls && a !== null && b !== null ? compare(b, a) : compare(a, b)));
    lay(body, rows.map(([, row]) => row));
  });

  // Of a long table only as many rows are laid out as a reader has come to; the others wait.
  const STEP = 300;
  const long = new Map();
  const put = (body, rows) => {
    // Out of the page while its rows change: that is much faster.
    const table = body.parentNode;
    body.remove();
    body.replaceChildren(...rows);
    table.append(body);
  };
  const tell = (held) => {
    const { rows, shown, told } = held;
    told.hidden = shown >= rows.length;
    told.firstChild.textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows are shown; scroll on, or `;
  };
  const lay = (body, rows) => {
    const held = long.get(body);
    if (!held) return put(body, rows);
    held.rows = rows;
    put(body, rows.slice(0, held.shown));
  };
  const showTo = (body, to) => {
    const held = long.get(body);
    if (!held || held.shown >= held.rows.length) return;
    const from = held.shown;
    held.shown = Math.min(to, held.rows.length);
    body.append(...held.rows.slice(from, held.shown));
    tell(held);
  };
  for (const body of document.querySelectorAll("table > tbody")) {
    if (body.rows.length <= 2 * STEP) continue;
    const rows = Array.from(body.rows);
    const box = body.closest(".scroll");
    const told = document.createElement("p");
    const all = document.createElement("button");
    all.type = "button";
    all.textContent = "show all";
    told.className = "more";
    told.append("", all);
    box.after(told);
    const held = { rows, shown: STEP, told };
    long.set(body, held);
    body.parentNode.setAttribute("aria-rowcount", rows.length + 1);
    lay(body, rows);
    tell(held);
    all.addEventListener("click", () => showTo(body, held.rows.length));
    box.addEventListener("scroll", () => {
      if (box.scrollTop + 2 * box.clientHeight > box.scrollHeight) showTo(body, held.shown + STEP);
    }, { passive: true });
  }

  // On paper everything is open.
  let opened = [];
  addEventListener("beforeprint", () => {
    for (const [body, held] of long) showTo(body, held.rows.length);
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
