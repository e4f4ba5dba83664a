// The desk's own script: keys, and a table that scrolls through a million cells. Without it every page still works.
"use strict";
(() => {
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const one = (what, where = document) => where.querySelector(what);
  document.documentElement.classList.add("script");

  // ---- keys -------------------------------------------------------------------------------------------------------
  const typing = (target) => target.matches?.("input:not([type=checkbox]), textarea, select") || target.isContentEditable;
  const keyed = (key) => all("[data-key]").find((item) => item.dataset.key === key && item.offsetParent !== null);

  const press = (key) => { const box = keyed(key); if (box && !box.disabled) box.click(); };

  // j and k: through files of a request, or lines of a list.
  function along(step) {
    const files = all("[data-file]");
    if (files.length) {
      const at = files.findIndex((file) => file.hasAttribute("aria-current"));
      const to = files[at + step];
      if (to) to.click();
      return;
    }
    const lines = all("[data-list] tbody tr");
    const at = lines.findIndex((line) => line.classList.contains("on"));
    const to = lines[Math.min(lines.length - 1, Math.max(0, at + step))];
    if (!to) return;
    lines.forEach((line) => line.classList.toggle("on", line === to));
    one("th a", to)?.focus();
  }

  // n and p: through findings, with the row that each lies in.
  function finding(step) {
    const found = all(".found > li");
    const at = found.findIndex((item) => item.classList.contains("on"));
    const to = found[at < 0 && step < 0 ? found.length - 1 : at + step];
    if (!to) return;
    found.forEach((item) => item.classList.toggle("on", item === to));
    to.focus();
    to.scrollIntoView({ block: "nearest" });
    if (to.dataset.boxed !== undefined) found_in_picture(to.id.slice(1));
    if (to.dataset.row !== undefined && sheet && Number(to.dataset.table) === sheet.table) sheet.show(Number(to.dataset.row), to.id.slice(1));
    else if (to.dataset.row !== undefined) one(".place a", to)?.click();
  }

  // Whether this may be decided as things stand; where a reason is demanded and missing, that is where to go on.
  function reasoned(reason, button) {
    const needed = (reason?.dataset.needed ?? "").split(" ").filter(Boolean);
    if (!needed.includes(button.value) || reason.value.trim()) return true;
    reason.setAttribute("aria-invalid", "true");
    reason.focus();
    return false;
  }

  // d and D: through the rows in which something changed since the earlier round, wherever the sheet is.
  function change(step) {
    const rows = (one("[data-sheet]")?.dataset.changes || "").split(" ").filter(Boolean).map(Number);
    if (!rows.length || !sheet) return;
    const at = change.at ?? (step > 0 ? -1 : Infinity);
    const to = step > 0 ? rows.find((row) => row > at) ?? rows[0] : rows.findLast((row) => row < at) ?? rows.at(-1);
    change.at = to;
    sheet.show(to, "");
  }
  one("[data-next-change]")?.addEventListener("click", (event) => { if (sheet) { event.preventDefault(); change(1); } });

  function decide(button) {
    if (button.disabled) return;
    if (!reasoned(one("#reason"), button)) return;
    button.click();
  }

  document.addEventListener("keydown", (event) => {
    const key = event.key;
    if ((event.ctrlKey || event.metaKey) && key === "Enter" && event.target.form) {
      one("[data-send]", event.target.form)?.click();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (typing(event.target)) {
      if (key === "Escape") event.target.blur();
      return;
    }
    const keys = one("[data-keys]");
    if (keys?.open) return;
    const does = {
      j: () => along(1), k: () => along(-1), n: () => finding(1), p: () => finding(-1),
      "/": () => { const box = keyed("/"); box?.focus(); box?.select?.(); },
      "?": () => keys?.showModal(),
      c: () => one("#comment, [data-words]")?.focus(),
      e: () => one("#reason, [data-words]")?.focus(),
      t: () => one("[data-sheet]")?.focus(),
      q: () => (keyed("q") ?? one(".top nav a"))?.click(),
      f: () => press("f"), w: () => press("w"), d: () => change(1), D: () => change(-1),
      z: () => zoom((at) => (at + 1) % SIZES.length), "+": () => zoom((at) => at + 1), "-": () => zoom((at) => at - 1), 0: () => zoom(() => 0),
    }[key];
    if (does) { event.preventDefault(); does(); return; }
    const button = keyed(key);
    if (button?.matches("button")) { event.preventDefault(); decide(button); }
  });
  one("[data-keys-open]")?.addEventListener("click", () => one("[data-keys]").showModal());

  // A reason that is demanded is asked for before the form is sent; a key in it sends with Ctrl+Enter.
  for (const form of all("form.decide")) {
    form.addEventListener("submit", (event) => {
      if (event.submitter && !reasoned(one("#reason", form), event.submitter)) event.preventDefault();
    });
  }
  for (const box of all('.tools input[type="checkbox"]')) box.addEventListener("change", () => box.form.requestSubmit());

  // The part of a long list of files that is looked at is in sight.
  one("[data-file][aria-current]")?.scrollIntoView({ block: "nearest" });

  // ---- a draft is kept while it is written, so that it outlives the session ------------------------------------------
  for (const form of all("form[data-draft]")) {
    let later;
    const keep = () => {
      const sent = new URLSearchParams(new FormData(form));
      sent.set("then", "keep");
      fetch(form.action, { method: "POST", body: sent, headers: { "hx-request": "true" } }).catch(() => {});
    };
    form.addEventListener("input", () => { clearTimeout(later); later = setTimeout(keep, 1000); });
    form.addEventListener("submit", (event) => {
      clearTimeout(later);
      // Once is enough; a page that is gone back to may send again.
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
    });
    addEventListener("pageshow", () => { delete form.dataset.sent; });
  }

  // ---- the reason of a flagged cell, and the whole of a long one, on focus and under the pointer ---------------------
  let tip;
  function tell(item) {
    untell();
    if (item.title) { item.dataset.why = item.title; item.removeAttribute("title"); }
    const cell = item.closest("td.long");
    const whole = cell && (cell === item ? cell : item).firstChild?.textContent;
    const words = [whole, item.dataset.why].filter(Boolean).join("\n\n");
    if (!words) return;
    tip = document.createElement("div");
    tip.className = "tip";
    tip.id = "tip";
    tip.setAttribute("role", "tooltip");
    tip.textContent = words;
    one("main").append(tip);
    item.setAttribute("aria-describedby", "tip");
    tip.of = item;
    const box = item.getBoundingClientRect();
    tip.style.left = Math.max(8, Math.min(box.left, innerWidth - tip.offsetWidth - 8)) + "px";
    tip.style.top = Math.max(8, box.bottom + 8 + tip.offsetHeight < innerHeight ? box.bottom + 8 : box.top - tip.offsetHeight - 8) + "px";
  }
  function untell() { tip?.of?.removeAttribute("aria-describedby"); tip?.remove(); tip = undefined; }
  for (const [show, hide] of [["focusin", "focusout"], ["mouseover", "mouseout"]]) {
    document.addEventListener(show, (event) => {
      const item = event.target.closest?.(".grid .flag a, .grid td.long:not(.flag)");
      if (item) tell(item);
    });
    document.addEventListener(hide, untell);
  }
  document.addEventListener("scroll", untell, true);

  // ---- columns as wide as they are wanted: by hand, or with Shift and the arrows on a header --------------------------
  class Widths {
    constructor(box) {
      this.key = "widths " + location.pathname + box.dataset.rows;
      this.rules = new CSSStyleSheet();
      document.adoptedStyleSheets.push(this.rules);
      this.all = this.kept();
      this.draw();
      for (const head of all("thead th:not(.corner)", box)) this.grip(head);
      box.addEventListener("keydown", (event) => {
        const head = event.target.closest("thead th:not(.corner)");
        const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
        if (!head || !step || !event.shiftKey) return;
        event.preventDefault();
        this.set(head, head.offsetWidth + step);
      });
    }
    // What a browser keeps for the session is numbers alone.
    kept() {
      try { return JSON.parse(sessionStorage.getItem(this.key)) ?? {}; } catch { return {}; }
    }
    grip(head) {
      const grip = document.createElement("span");
      grip.className = "grip";
      grip.setAttribute("aria-hidden", "true");
      head.append(grip);
      let from;
      grip.addEventListener("pointerdown", (event) => {
        from = head.offsetWidth - event.clientX;
        grip.setPointerCapture(event.pointerId);
        grip.classList.add("held");
      });
      grip.addEventListener("pointermove", (event) => { if (from !== undefined) this.set(head, from + event.clientX); });
      for (const end of ["pointerup", "pointercancel"]) grip.addEventListener(end, () => { from = undefined; grip.classList.remove("held"); });
      grip.addEventListener("dblclick", () => this.set(head));
    }
    set(head, width) {
      if (width === undefined) delete this.all[head.cellIndex];
      else this.all[head.cellIndex] = Math.round(Math.min(1200, Math.max(48, width)));
      this.draw();
      try { sessionStorage.setItem(this.key, JSON.stringify(this.all)); } catch { /* kept for this page alone */ }
    }
    draw() {
      const rule = ([at, width]) => {
        const cell = `[data-sheet] tr > :nth-child(${Number(at) + 1})`, size = `${Number(width)}px`;
        return `${cell} { min-width: ${size} !important; width: ${size}; max-width: ${size} !important; } ${cell} .name { max-width: none; }`;
      };
      this.rules.replaceSync(Object.entries(this.all).map(rule).join("\n"));
    }
  }

  // ---- pictures: three sizes, by key and by link, and moved by hand --------------------------------------------------
  const SIZES = ["fit", "100", "200"];
  function zoom(to) {
    const picture = one("[data-picture]"), drawing = picture && one(".drawing", picture);
    const links = all("[data-zoom]");
    if (!drawing || !links.length) return;
    const at = SIZES.indexOf(links.find((link) => link.hasAttribute("aria-current"))?.dataset.zoom ?? "fit");
    const next = SIZES[Math.min(SIZES.length - 1, Math.max(0, to(at)))];
    const times = next === "200" ? 2 : 1;
    picture.classList.toggle("fit", next === "fit");
    for (const name of ["width", "height"]) drawing.setAttribute(name, drawing.dataset[name] * times);
    for (const link of links) {
      if (link.dataset.zoom === next) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
  }
  for (const link of all("[data-zoom]")) {
    link.addEventListener("click", (event) => { event.preventDefault(); zoom(() => SIZES.indexOf(link.dataset.zoom)); });
  }
  for (const picture of all("[data-picture]")) {
    let held;
    picture.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch" || event.target.closest("a")) return;
      held = { x: event.clientX + picture.scrollLeft, y: event.clientY + picture.scrollTop };
      picture.setPointerCapture(event.pointerId);
      picture.classList.add("held");
    });
    picture.addEventListener("pointermove", (event) => {
      if (held) picture.scrollTo(held.x - event.clientX, held.y - event.clientY);
    });
    for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => { held = undefined; picture.classList.remove("held"); });
    picture.addEventListener("click", (event) => {
      const box = event.target.closest("[data-box]");
      if (box) found_in_picture(box.dataset.box);
    });
  }
  // The box of a finding, in sight and marked.
  function found_in_picture(n) {
    for (const box of all("[data-box]")) box.classList.toggle("on", box.dataset.box === n);
    one('[data-box="' + n + '"]')?.scrollIntoView({ block: "center", inline: "center" });
  }

  // ---- the sheet: only the rows in sight are in the page --------------------------------------------------------------
  const ROW = 24;            // as the style sheet has it
  const TALLEST = 12_000_000; // browsers draw no taller
  const AHEAD = 40;

  class Sheet {
    constructor(box) {
      this.box = box;
      this.body = one("tbody", box);
      this.address = box.dataset.rows;
      this.table = Number(new URL(this.address, location.href).searchParams.get("table"));
      this.total = Number(box.dataset.total);
      this.asked = 0;
      this.first = Number(box.dataset.from);
      this.loaded = this.body.rows.length;
      this.columns = one("thead tr", box).cells.length;
      if (this.total <= this.loaded) { this.draw_strip(); return; }
      this.height = Math.min(this.total * ROW, TALLEST);
      this.above = this.spacer();
      this.below = this.spacer();
      this.body.before(this.above.parent);
      this.body.after(this.below.parent);
      // Columns keep their width while rows come and go.
      for (const head of one("thead tr", box).cells) head.style.minWidth = Math.min(320, Math.ceil(head.getBoundingClientRect().width)) + "px";
      this.place();
      this.settling = true;
      box.scrollTop = this.top_of(this.first);
      box.addEventListener("scroll", () => this.scrolled(), { passive: true });
      new ResizeObserver(() => this.scrolled()).observe(box);
      this.draw_strip();
    }
    spacer() {
      const parent = document.createElement("tbody");
      parent.setAttribute("aria-hidden", "true");
      const cell = parent.insertRow().insertCell();
      cell.colSpan = this.columns;
      cell.style.padding = "0"; cell.style.border = "0";
      return { parent, cell };
    }
    top_of(row) { return (row / this.total) * this.height; }
    row_at(top) { return Math.floor((top / this.height) * this.total); }
    place() {
      const above = this.top_of(this.first);
      const rows = this.loaded * ROW;
      this.above.cell.style.height = above + "px";
      this.above.parent.hidden = above === 0;
      this.below.cell.style.height = Math.max(0, this.height - above - rows) + "px";
    }
    scrolled() {
      const head = one("thead", this.box).offsetHeight;
      const seen = Math.ceil((this.box.clientHeight - head) / ROW) + 1;
      const first = Math.max(0, this.row_at(this.box.scrollTop));
      const last = Math.min(this.total, first + seen);
      if (first >= this.first && last <= this.first + this.loaded) { this.tell(first, last); return; }
      this.load(Math.max(0, first - AHEAD), Math.min(200, seen + 2 * AHEAD), first, last);
    }
    async load(from, count, first, last) {
      const turn = ++this.asked;
      const address = new URL(this.address, location.href);
      for (const name of ["find", "flagged", "changed", "order"]) if (this.box.dataset[name]) address.searchParams.set(name, this.box.dataset[name]);
      address.searchParams.set("from", from);
      address.searchParams.set("count", count);
      this.stop?.abort();
      this.stop = new AbortController();
      try {
        const answer = await fetch(address, { signal: this.stop.signal, headers: { "hx-request": "true" } });
        if (!answer.ok) { if (answer.status === 401) location.reload(); return; }
        const text = await answer.text();
        if (turn !== this.asked) return;
        this.fill(text);
        this.first = from;
        this.loaded = this.body.rows.length;
        this.place();
        this.tell(first, last);
        this.after?.();
        this.after = undefined;
      } catch (error) { if (error.name !== "AbortError") throw error; }
    }
    // Our own server's rows, every text of which it has escaped.
    fill(text) {
      const rows = new DOMParser().parseFromString("<table><tbody>" + text + "</tbody></table>", "text/html");
      this.body.replaceChildren(...one("tbody", rows).children);
    }
    tell(first, last) {
      const range = one("#range");
      if (!range) return;
      const words = this.words ??= range.textContent;
      const numbers = [first + 1, last, this.total].map((n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f"));
      let at = 0;
      range.textContent = words.replace(/[\d\u202f]+/g, () => numbers[at++] ?? "");
    }
    // Brings a row of the body into sight and marks it.
    show(row, found) {
      const mark = () => {
        const line = one('tr[data-i="' + row + '"]', this.body);
        for (const other of all("tr.on", this.body)) other.classList.remove("on");
        line?.classList.add("on");
        const cell = line && (one('a[href="#f' + found + '"]', line) ?? line);
        const head = one("thead", this.box).offsetHeight;
        if (line) {
          const box = line.getBoundingClientRect(), mine = this.box.getBoundingClientRect();
          if (box.top < mine.top + head || box.bottom > mine.bottom) this.box.scrollTop += box.top - mine.top - head - mine.height / 3;
          if (cell !== line) cell.scrollIntoView({ block: "nearest", inline: "nearest" });
        }
      };
      if (one('tr[data-i="' + row + '"]', this.body)) { mark(); return; }
      if (this.plain() && this.height) { this.after = mark; this.box.scrollTop = this.top_of(Math.max(0, row - 5)); }
      else location.assign(one('#f' + found + ' .place a')?.href ?? location.pathname + "?file=" + this.file() + "&table=" + this.table + "&row=" + row + "#r" + row);
    }
    // Whether all rows are in it, in the order of the file.
    plain() { return !["find", "flagged", "changed", "order"].some((name) => this.box.dataset[name]); }
    file() { return one('[data-file][aria-current]')?.dataset.file ?? "1"; }
    // Where flagged rows lie in the whole table, beside the scroll bar.
    draw_strip() {
      const rows = (this.box.dataset.strip || "").split(" ").filter(Boolean).map(Number);
      const body = Number(this.box.dataset.body);
      if (!rows.length || !this.plain() || body < 20) return;
      const strip = document.createElement("div");
      strip.className = "strip";
      strip.setAttribute("aria-hidden", "true");
      this.box.after(strip);
      const marks = new Set(rows.map((row) => Math.round((row / body) * 400)));
      for (const mark of marks) {
        const tick = document.createElement("i");
        tick.style.top = mark / 4 + "%";
        strip.append(tick);
      }
      const fit = () => {
        const head = one("thead", this.box).offsetHeight;
        strip.style.left = this.box.offsetLeft + this.box.clientWidth - 8 + "px";
        strip.style.top = this.box.offsetTop + head + "px";
        strip.style.height = this.box.clientHeight - head - 4 + "px";
      };
      new ResizeObserver(fit).observe(this.box);
      fit();
    }
  }
  const box = one("[data-sheet]");
  const sheet = box ? new Sheet(box) : undefined;
  if (box) new Widths(box);
  const named = location.hash.match(/^#r(\d+)$/);
  if (sheet && named) one('tr[data-i="' + named[1] + '"]', box)?.classList.add("on");
})();
