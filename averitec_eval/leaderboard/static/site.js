/* What pages gain from a script: tabs, sorting, filters, a choice of columns, all of it kept in the address. Without it
   every row is there in order and tabs are links to sections. Ranks and tiers are text that nothing here changes.
   table[data-interactive]: th[data-key][data-sort=number|text][data-first][data-default][data-optional][data-fixed];
     td[data-value], td[data-rest] (spans the remaining columns), tr[data-group] (heads its tbody)
   [data-controls=TABLE]: [data-search], select[data-filter=NAME] (tr[data-NAME="a|b"]), [data-columns], [data-reset],
     [data-status]
   ul[data-tabs]: links to section[data-panel]
   [data-chooser]: two selects and a button that goes where a[data-a][data-b] leads */
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);
  const mark = (element, attributes) => Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  const on = (element, type, act) => element.addEventListener(type, act);
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  /* One table with its controls. `state` is what the address holds of it. */
  class Interactive {
    constructor(table, changed) {
      this.table = table;
      this.controls = document.querySelector(`[data-controls="${table.id}"]`);
      this.heads = [...table.tHead.rows[0].cells];
      this.bodies = [...table.tBodies].map((body) => ({ body, rows: all("tr:not([data-group])", body) }));
      this.rows = this.bodies.flatMap(({ rows }) => rows);
      this.changed = changed;
      this.state = {};
      this.filters = this.controls ? all("[data-filter]", this.controls) : [];
      this.search = this.controls?.querySelector("[data-search]");
      this.boxes = new Map();
      for (const head of this.heads) if (head.dataset.sort) this.makeSortable(head);
      if (this.controls) this.wire();
    }

    makeSortable(head) {
      const button = make("button", { type: "button", className: "sort" });
      button.append(...head.childNodes);
      head.append(button);
      on(button, "click", () => {
        const [key, direction] = this.sorting();
        const wanted = key !== head.dataset.key ? head.dataset.first : direction === "ascending" ? "descending" : "ascending";
        this.change({ sort: (wanted === "descending" ? "-" : "") + head.dataset.key });
      });
    }

    wire() {
      const { controls } = this;
      controls.hidden = false;
      if (this.search) on(this.search, "input", () => this.change({ q: this.search.value.trim() }));
      for (const select of this.filters) {
        on(select, "change", () => this.change({ [select.dataset.filter]: select.value }));
      }
      controls.querySelector("[data-reset]")?.addEventListener("click", () => {
        this.state = {};
        this.change({});
      });
      const menu = controls.querySelector("[data-columns]");
      if (!menu) return;
      const list = make("fieldset");
      list.append(make("legend", { textContent: "Columns shown" }));
      for (const head of this.heads) {
        if ("fixed" in head.dataset) continue;
        const box = make("input", { type: "checkbox" });
        on(box, "change", () => this.toggle(head.dataset.key));
        const label = make("label");
        label.append(box, " " + head.textContent.trim());
        list.append(label);
        this.boxes.set(head.dataset.key, box);
      }
      menu.append(list);
      on(menu, "keydown", (event) => {
        if (event.key !== "Escape" || !menu.open) return;
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      on(document, "click", (event) => {
        if (!menu.contains(event.target)) menu.open = false;
      });
    }

    /* The state names columns whose box differs from the start, so that addresses outlive new columns. */
    toggle(key) {
      const toggled = this.toggled();
      if (!toggled.delete(key)) toggled.add(key);
      this.change({ columns: [...toggled].join(",") });
    }

    toggled() {
      return new Set((this.state.columns || "").split(",").filter((key) => this.boxes.has(key)));
    }

    sorting() {
      const wanted = this.state.sort || "";
      const key = wanted.replace(/^-/, "");
      if (this.heads.some((head) => head.dataset.sort && head.dataset.key === key)) {
        return [key, wanted.startsWith("-") ? "descending" : "ascending"];
      }
      const head = this.heads.find((head) => head.dataset.default);
      return head ? [head.dataset.key, head.dataset.default] : ["", ""];
    }

    change(part) {
      Object.assign(this.state, part);
      this.apply();
      this.say();
      this.changed(this);
    }

    load(parameters) {
      this.state = {};
      const names = ["sort", "q", "columns", ...this.filters.map((select) => select.dataset.filter)];
      for (const name of names) if (parameters.has(name)) this.state[name] = parameters.get(name);
      this.apply();
      if (Object.keys(this.state).length) this.say();
    }

    apply() {
      this.sort();
      this.filter();
      this.showColumns();
    }

    sort() {
      const [key, direction] = this.sorting();
      const index = this.heads.findIndex((head) => head.dataset.key === key);
      this.heads.forEach((head, at) => {
        if (at === index) head.setAttribute("aria-sort", direction);
        else head.removeAttribute("aria-sort");
      });
      const asked = Boolean(this.state.sort) && index >= 0;
      const numeric = asked && this.heads[index].dataset.sort === "number";
      const sign = direction === "descending" ? -1 : 1;
      const valueOf = (row) => {
        const cell = row.cells[index];
        const text = cell && !("rest" in cell.dataset) ? (cell.dataset.value ?? cell.textContent).trim() : "";
        if (text === "" || text === "–") return null;
        return numeric ? parseFloat(text) : text;
      };
      const compare = numeric ? (a, b) => a - b : collator.compare;
      for (const { body, rows } of this.bodies) {
        const keyed = rows.map((row) => [asked ? valueOf(row) : null, row]);
        keyed.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : sign * compare(a, b)));
        body.append(...keyed.map(([, row]) => row));
      }
    }

    filter() {
      const words = folded(this.state.q || "").split(/\s+/).filter(Boolean);
      if (this.search && this.search.value.trim() !== (this.state.q || "")) this.search.value = this.state.q || "";
      const wanted = [];
      for (const select of this.filters) {
        const name = select.dataset.filter;
        select.value = this.state[name] || "";
        if (select.selectedIndex < 0) select.value = "";
        if (select.value) wanted.push([name, select.value]);
      }
      for (const row of this.rows) {
        row.folded ??= folded(row.textContent + " " + (row.dataset.text || ""));
        row.hidden = !(
          words.every((word) => row.folded.includes(word)) &&
          wanted.every(([name, value]) => (row.dataset[name] || "").split("|").includes(value))
        );
      }
      for (const { body, rows } of this.bodies) body.hidden = rows.length > 0 && rows.every((row) => row.hidden);
    }

    showColumns() {
      if (!this.boxes.size) return;
      const toggled = this.toggled();
      const hidden = this.heads.map((head) => {
        const box = this.boxes.get(head.dataset.key);
        if (!box) return false;
        box.checked = "optional" in head.dataset === toggled.has(head.dataset.key);
        return !box.checked;
      });
      const shown = hidden.filter((one) => !one).length;
      for (const row of this.table.rows) {
        [...row.cells].forEach((cell, index) => {
          if ("rest" in cell.dataset) cell.colSpan = Math.max(1, shown - index);
          else cell.hidden = hidden[index];
        });
      }
    }

    say() {
      const status = this.controls?.querySelector("[data-status]");
      if (!status) return;
      const visible = this.rows.filter((row) => !row.hidden).length;
      const [key, direction] = this.sorting();
      const head = this.heads.find((one) => one.dataset.key === key);
      const count = visible ? `${visible} of ${this.rows.length} rows shown.` : "No row fits. Reset shows all.";
      status.textContent = count + (head && this.state.sort ? ` Sorted by ${head.textContent.trim()}, ${direction}.` : "");
    }
  }

  class Tabs {
    constructor(list, changed) {
      this.panels = all("a", list).map((link) => document.getElementById(link.hash.slice(1)));
      const bar = make("div", { className: list.className });
      mark(bar, { role: "tablist", "aria-label": list.getAttribute("aria-label") });
      this.buttons = all("a", list).map((link, index) => {
        const panel = this.panels[index];
        const button = make("button", { type: "button", id: `tab-${panel.id}`, textContent: link.textContent });
        mark(button, { role: "tab", "aria-controls": panel.id });
        mark(panel, { role: "tabpanel", "aria-labelledby": button.id });
        on(button, "click", () => this.pick(index, changed));
        on(button, "keydown", (event) => {
          const last = this.panels.length - 1;
          const to = { ArrowRight: index < last ? index + 1 : 0, ArrowLeft: index ? index - 1 : last, Home: 0, End: last }[event.key];
          if (to === undefined) return;
          event.preventDefault();
          this.pick(to, changed);
          this.buttons[to].focus();
        });
        return button;
      });
      bar.append(...this.buttons);
      list.replaceWith(bar);
      this.select(this.panels[0]);
    }

    pick(index, changed) {
      this.select(this.panels[index]);
      changed();
    }

    select(panel) {
      this.current = panel;
      this.panels.forEach((one, index) => {
        one.hidden = one !== panel;
        this.buttons[index].setAttribute("aria-selected", String(one === panel));
        this.buttons[index].tabIndex = one === panel ? 0 : -1;
      });
    }
  }

  const list = document.querySelector("[data-tabs]");
  const tabs = list && new Tabs(list, () => write());
  const tables = all("table[data-interactive]").map((table) => new Interactive(table, () => write()));
  const current = () => tables.find(({ table }) => !tabs || tabs.current.contains(table));

  /* The address holds the tab, if it is not the first, and the state of the table in it. */
  function write() {
    const parameters = new URLSearchParams();
    if (tabs && tabs.current !== tabs.panels[0]) parameters.set("tab", tabs.current.id);
    for (const [name, value] of Object.entries(current()?.state || {})) if (value) parameters.set(name, value);
    const hash = parameters.toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  function read() {
    const hash = location.hash.slice(1);
    if (hash && !hash.includes("=")) {
      const target = document.getElementById(hash);
      const panel = target?.closest("[data-panel]");
      if (tabs && panel) {
        tabs.select(panel);
        target.scrollIntoView();
      }
      return;
    }
    const parameters = new URLSearchParams(hash);
    if (tabs) tabs.select(tabs.panels.find((panel) => panel.id === parameters.get("tab")) || tabs.panels[0]);
    current()?.load(parameters);
  }

  for (const table of tables) table.apply();
  read();
  addEventListener("hashchange", read);

  for (const chooser of all("[data-chooser]")) {
    const [a, b] = all("select", chooser);
    const button = chooser.querySelector("button");
    const pair = (one, other) => [one, other].sort().join(" ");
    const link = () => all("a[data-a]").find(({ dataset }) => pair(dataset.a, dataset.b) === pair(a.value, b.value));
    const refresh = () => (button.disabled = !link());
    chooser.hidden = false;
    on(chooser, "change", refresh);
    on(button, "click", () => link() && location.assign(link().href));
    refresh();
  }
})();
