// The headline's inference again: the core, compiled to WebAssembly, on the sums that this page holds.
(() => {
  const data = document.getElementById("redo-data");
  if (!data) return;
  const $ = (id) => document.getElementById(id);
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const pause = () => new Promise((done) => setTimeout(done, 30));
  const table = $("redo-printed");

  let core = null;
  const load = async () => {
    const plain = new Blob([bytes(data.dataset.program)]).stream().pipeThrough(new DecompressionStream("gzip"));
    const made = await WebAssembly.instantiate(await new Response(plain).arrayBuffer());
    return made.instance.exports;
  };
  // A method as it is spelled, at a level (0: that of the run).
  const ask = async (method, level) => {
    core = core || (await load());
    const spelled = new TextEncoder().encode(method);
    const sums = bytes(data.dataset.sums);
    const size = 12 + spelled.length + sums.length;
    const at = core.room(size);
    const head = new DataView(core.memory.buffer, at, 12);
    head.setFloat64(0, level, true);
    head.setUint32(8, spelled.length, true);
    const room = new Uint8Array(core.memory.buffer, at, size);
    room.set(spelled, 12);
    room.set(sums, 12 + spelled.length);
    try {
      const length = core.redo();
      const answer = new Uint8Array(core.memory.buffer, core.answer(), length).slice();
      return JSON.parse(new TextDecoder().decode(answer));
    } catch (fault) {
      core = null;
      return { fault: { what: "the program stopped: " + fault.message, remedy: "try fewer draws" } };
    }
  };
  const told = (fault) => "It cannot be computed so: " + fault.what + ". " + (fault.remedy || "") ;

  // The numbers that stand in a printed text, each with half a unit of its last digit.
  const signs = { "\u207b": "-", "\u2070": 0, "\u00b9": 1, "\u00b2": 2, "\u00b3": 3, "\u2074": 4, "\u2075": 5, "\u2076": 6, "\u2077": 7, "\u2078": 8, "\u2079": 9 };
  const numbers = (text) => {
    const plain = text
      .replace(/\u2212/g, "-")
      .replace(/,(?=\d)/g, "")
      .replace(/ ?\u00d7 ?10([\u207b\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+)/g, (_, power) => "e" + Array.from(power, (c) => signs[c]).join(""));
    return Array.from(plain.matchAll(/-?\d+(?:\.(\d+))?(?:e(-?\d+))?/g), (m) => ({
      value: Number(m[0]),
      half: 0.5 * 10 ** (Number(m[2] || 0) - (m[1] || "").length),
    }));
  };
  // Whether a printed text says these values: numbers, "open" for an end that is not there, or null.
  const says = (text, values) => {
    const there = values.filter((v) => typeof v === "number");
    const found = numbers(text);
    if (found.length !== there.length || (text.match(/\u221e/g) || []).length !== values.filter((v) => v === "open").length) return false;
    return there.every((v, i) =>
      text.includes("<") ? v < found[i].value : Math.abs(v - found[i].value) <= found[i].half * (1 + 1e-9) + Math.abs(v) * 1e-15);
  };
  const same = (printed, found) => {
    if (printed === "") return found === null;
    if (printed === "open") return found === "open";
    return Number(printed) === found;
  };
  const short = (values) => values.map((v) => (v === null ? "none" : v === "open" ? "no end" : String(v))).join(" to ");

  // One printed row beside what was found: what differs, in words.
  const compare = (row, found) => {
    const wrong = [];
    let n = 0;
    for (const cell of row.querySelectorAll("[data-keys]")) {
      const keys = cell.dataset.keys.split(" ");
      const printed = cell.dataset.values.split(" ");
      const values = keys.map((key) => found[key]);
      n += printed.filter((p) => p !== "").length;
      if (!keys.every((_, i) => same(printed[i], values[i])) || !says(cell.textContent, values.filter((v) => v !== null))) {
        wrong.push(cell.dataset.name + " is " + short(values) + ", not " + cell.textContent.trim());
      }
    }
    if (row.hasAttribute("data-headline")) {
      for (const [id, name, values] of [
        ["key-estimate", "estimate", [found.estimate]],
        ["key-interval", "interval", [found.conf_low, found.conf_high]],
        ["key-p", "p-value", [found.p_value]],
      ]) {
        const key = $(id);
        if (key && !says(key.textContent, values.filter((v) => v !== null))) {
          wrong.push(name + " is " + short(values) + ", and at the top of the page stands " + key.textContent.trim());
        }
      }
    }
    return { wrong, n };
  };
  const say = (place, words, kind) => {
    place.textContent = words;
    place.className = "says " + kind;
  };
  const busy = (on) => {
    for (const button of document.querySelectorAll("button.act")) button.disabled = on;
  };

  $("redo-all").addEventListener("click", async () => {
    busy(true);
    const rows = Array.from(table.tBodies[0].rows);
    const methods = Array.from(new Set(rows.map((row) => row.dataset.method)));
    let n = 0;
    const wrong = [];
    const began = performance.now();
    try {
      for (const method of methods) {
        say($("redo-says"), "Computing " + method + " \u2026", "");
        await pause();
        const answer = await ask(method, 0);
        for (const row of rows.filter((row) => row.dataset.method === method)) {
          const found = answer.estimates && answer.estimates.find((e) => e.target === Number(row.dataset.target));
          const result = found ? compare(row, found) : { wrong: [answer.fault ? told(answer.fault) : "it was not found again"], n: 0 };
          n += result.n;
          wrong.push(...result.wrong);
          row.cells[row.cells.length - 1].textContent = result.wrong.length ? "differs: " + result.wrong.join("; ") : "same";
          row.classList.toggle("differs", result.wrong.length > 0);
        }
      }
      const took = ((performance.now() - began) / 1000).toFixed(1);
      if (wrong.length) say($("redo-says"), "Differs: " + wrong[0] + (wrong.length > 1 ? " (and " + (wrong.length - 1) + " more below)." : "."), "differ");
      else say($("redo-says"), "Same: all " + n + " printed numbers came out again, to the last digit (" + took + " s).", "same");
    } catch (fault) {
      say($("redo-says"), "This browser cannot run it: " + fault.message, "differ");
    }
    busy(false);
  });

  // Another way.
  const trials = Array.from(document.querySelectorAll(".trial"));
  const method = $("redo-method");
  const turn = () => {
    for (const trial of trials) trial.hidden = trial.dataset.method !== method.value;
  };
  method.addEventListener("change", turn);
  turn();
  const digits = (error) => (error > 0 ? Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(error)))) : 4);
  const shown = (value, d) => (value === null ? "\u2014" : value === "open" ? "no end" : value.toFixed(d).replace("-", "\u2212"));
  $("redo-try").addEventListener("click", async () => {
    busy(true);
    const trial = trials.find((t) => t.dataset.method === method.value);
    const chosen = [];
    let wrong = "";
    for (const field of trial.querySelectorAll("select, input")) {
      if (!field.checkValidity()) wrong = "Choose a whole number of draws from " + field.min + " to " + field.max + ".";
      if (field.value !== field.dataset.usual) chosen.push(field.name + "=" + field.value);
    }
    const percent = $("redo-level");
    if (!percent.checkValidity()) wrong = "Choose a level from " + percent.min + " to " + percent.max + " %.";
    const place = $("redo-tried");
    if (wrong) {
      say(place, wrong, "differ");
      busy(false);
      return;
    }
    const spelled = method.value + (chosen.length ? ":" + chosen.join(",") : "");
    const level = percent.value === percent.dataset.usual ? 0 : Number(percent.value) / 100;
    say(place, "Computing \u2026", "");
    await pause();
    try {
      const answer = await ask(spelled, level);
      const rows = Array.from(table.tBodies[0].rows);
      const main = rows.find((row) => row.hasAttribute("data-headline")) || rows[0];
      const e = answer.estimates && answer.estimates.find((e) => e.target === Number(main.dataset.target));
      if (!e) say(place, answer.fault ? told(answer.fault) : "It gives no answer for the main effect.", "differ");
      else {
        const d = digits(e.std_error);
        const bound = Math.min(1, Math.max(0.001, Math.ceil(1000 / (e.replicates || 1000)) / 1000));
        const p = e.p_value === null ? "\u2014" : e.p_value === 0 && e.replicates ? "<" + bound.toFixed(3) : e.p_value < 0.001 ? "<0.001" : e.p_value.toFixed(3);
        say(
          place,
          main.cells[0].textContent.trim() + " by " + spelled + ": " + shown(e.estimate, d) + ", " + percent.value + " % interval from " + shown(e.conf_low, d) +
            " to " + shown(e.conf_high, d) + ", p " + p + ", standard error " + shown(e.std_error, d) +
            (e.replicates ? ", " + e.replicates + " draws" : "") + ". " + answer.warnings.join(" "),
          "");
      }
    } catch (fault) {
      say(place, "This browser cannot run it: " + fault.message, "differ");
    }
    busy(false);
  });
  busy(false);
})();
