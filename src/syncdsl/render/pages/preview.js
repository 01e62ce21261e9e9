"use strict";
(() => {
  const STEP = 200;
  const find = (id) => document.getElementById(id);
  const theme = find("theme");
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (prefersDark.matches ? "dark" : "light")) === "dark";
  const named = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.hidden = false;
  theme.setAttribute("aria-label", "Switch between light and dark");
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; named(); });
  prefersDark.addEventListener("change", named);
  named();

  const { rows, names } = JSON.parse(find("data").textContent);
  const number = new Intl.NumberFormat("en-US");
  const add = (parent, tag, kind, text) => {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    if (text !== undefined) made.textContent = text;
    return parent.appendChild(made);
  };

  // A row: [fold, label, record, told, amount, fields, reason]; a field: [name, before or null, after, rows].
  const fieldList = (parent, fields, between) => {
    if (!fields.length) return;
    const list = add(parent, "ul", "fields");
    for (const [name, before, after, inside] of fields) {
      const item = add(list, "li");
      add(item, "span", "name", names[name]);
      if (before !== null) {
        item.append(" ");
        add(item, "del", "", before);
        item.append(" ");
        add(item, "span", "to", between);
      }
      item.append(" ");
      if (inside) {
        const lines = add(item, "ol");
        for (const line of inside) add(lines, "li", "", line);
      } else add(item, "ins", "", after);
    }
  };
  const rowElement = (row, fold) => {
    const [, label, record, told, amount, fields, reason] = row;
    const line = document.createElement("tr");
    const head = add(line, "th");
    head.scope = "row";
    add(head, "span", "label", label);
    if (record) add(head, "span", "id", record);
    if (told) add(head, "span", "id", told);
    if (reason) add(head, "span", "why", reason);
    if (!fold.bare) fieldList(add(line, "td"), fields, fold.held ? "|" : "→");
    if (fold.money) add(line, "td", "money", amount || "unknown");
    return line;
  };

  const groups = [...document.querySelectorAll("details.group")].map((element) => {
    const module = element.closest(".module");
    const section = element.closest(".rule");
    return {
      element, module, section,
      rule: element.dataset.rule || section.dataset.rule,
      system: module.dataset.system,
      kind: element.dataset.kind,
      hits: element.querySelector(".hits"),
      text: [section.dataset.rule, element.dataset.rule || "", module.querySelector("h3").textContent,
        element.querySelector("summary").textContent, element.dataset.kind].join("\n").toLowerCase(),
      folds: [],
      opened: element.open,
    };
  });
  const folds = new Map();
  for (const group of groups) {
    for (const element of group.element.querySelectorAll(".fold")) {
      const fold = {
        element, group,
        body: element.querySelector("tbody"),
        more: element.querySelector(".more"),
        bare: "bare" in element.dataset,
        money: "money" in element.dataset,
        held: "held" in element.dataset,
        rows: [],
        shown: [],
      };
      fold.first = fold.body.rows.length;
      group.folds.push(fold);
      folds.set(Number(element.dataset.fold), fold);
    }
  }
  for (const row of rows) folds.get(row[0]).rows.push(row);

  const offer = (fold) => {
    const left = fold.shown.length - fold.body.rows.length;
    fold.more.hidden = left <= 0;
    fold.more.replaceChildren();
    if (left > 0) {
      add(fold.more, "span", "left", `… and ${number.format(left)} more`);
      const button = add(fold.more, "button", "",
        left > STEP ? `Show ${STEP} more of ${number.format(left)}` : `Show ${number.format(left)} more`);
      button.type = "button";
      button.addEventListener("click", () => {
        const at = fold.body.rows.length;
        show(fold, at + STEP);
        const next = fold.body.rows[at];
        next.tabIndex = -1;
        next.focus({ preventScroll: true });
      });
    }
  };
  const show = (fold, until) => {
    const piece = document.createDocumentFragment();
    const end = Math.min(until, fold.shown.length);
    for (let at = fold.body.rows.length; at < end; at += 1) piece.append(rowElement(fold.shown[at], fold));
    fold.body.append(piece);
    offer(fold);
  };
  const text = (row) => {
    // Made when first searched for, and kept behind the row's own parts.
    if (row.length === 7) {
      const parts = [row[1], row[2], row[3], row[4], row[6]];
      for (const [name, before, after, inside] of row[5]) {
        parts.push(names[name], before, after);
        if (inside) parts.push(...inside);
      }
      row.push(parts.join("\n").toLowerCase());
    }
    return row[7];
  };

  const search = find("search");
  const selects = { rule: find("rule"), system: find("system"), kind: find("kind") };
  const choices = { rule: new Map(), system: new Map(), kind: new Map() };
  for (const group of groups) {
    const size = group.folds.reduce((sum, fold) => sum + fold.rows.length, 0);
    for (const what of Object.keys(choices)) {
      const value = group[what];
      if (value) choices[what].set(value, (choices[what].get(value) || 0) + size);
    }
  }
  for (const [what, found] of Object.entries(choices)) {
    for (const [value, size] of found) {
      const option = add(selects[what], "option", "", `${value === "hold" ? "held" : value} (${number.format(size)})`);
      option.value = value;
    }
  }

  const count = find("count");
  const tell = (total) => {
    count.textContent = total === rows.length ? `All ${number.format(total)} shown` : `${number.format(total)} of ${number.format(rows.length)} shown`;
  };
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = Object.entries(selects).map(([what, select]) => [what, select.value]).filter(([, value]) => value);
    const filtered = words.length > 0 || chosen.length > 0;
    let total = 0;
    const seen = new Set();
    for (const group of groups) {
      let inside = 0;
      const fits = chosen.every(([what, value]) => group[what] === value);
      const left = words.filter((word) => !group.text.includes(word));
      for (const fold of group.folds) {
        const before = fold.shown;
        if (!fits) fold.shown = [];
        else if (!left.length) fold.shown = fold.rows;
        else fold.shown = fold.rows.filter((row) => { const all = text(row); return left.every((word) => all.includes(word)); });
        inside += fold.shown.length;
        fold.element.hidden = !fold.shown.length;
        if (fold.shown.length && (before !== fold.shown || fold.shown !== fold.rows)) {
          fold.body.replaceChildren();
          show(fold, fold.first);
        }
      }
      total += inside;
      group.element.hidden = !inside;
      const all = group.folds.reduce((sum, fold) => sum + fold.rows.length, 0);
      group.hits.textContent = inside && inside < all ? `${number.format(inside)} of these` : "";
      group.element.open = words.length ? true : group.opened;
      if (inside) { seen.add(group.module); seen.add(group.section); }
    }
    for (const element of document.querySelectorAll("#changes .module, #changes .rule")) element.hidden = !seen.has(element);
    find("none").hidden = total > 0 || !rows.length;
    tell(filtered ? total : rows.length);
  };
  // What is on the page already stays: only the offers to show more are made.
  for (const fold of folds.values()) { fold.shown = fold.rows; offer(fold); }
  for (const group of groups) {
    group.element.querySelector("summary").addEventListener("click", () => { group.opened = !group.element.open; });
  }

  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 80); });
  for (const select of Object.values(selects)) select.addEventListener("change", apply);
  const setAll = (open) => { for (const group of groups) { group.opened = open; if (!group.element.hidden) group.element.open = open; } };
  find("unfold").addEventListener("click", () => setAll(true));
  find("fold").addEventListener("click", () => setAll(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      search.focus();
    }
  });
  find("tools").hidden = !rows.length;
  tell(rows.length);

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")].filter((element) => element.getClientRects().length);
    for (const element of folded) element.open = true;
  });
  addEventListener("afterprint", () => { for (const element of folded) element.open = false; });
})();
