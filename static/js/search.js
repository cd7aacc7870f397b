/* Offers while typing in the shop's search box: a combobox after WAI-ARIA. Without this script the form just searches. */
(function () {
  "use strict";
  const box = document.querySelector("input[data-search][data-suggest]");
  if (!box || !window.fetch) { return; }
  const form = box.form;
  const list = document.createElement("ul");
  const said = document.createElement("span");
  list.id = "search-offers"; list.className = "offers"; list.setAttribute("role", "listbox"); list.setAttribute("aria-label", "搜索建议"); list.hidden = true;
  said.className = "visually-hidden"; said.setAttribute("role", "status");
  form.append(list, said);
  const attributes = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  Object.keys(attributes).forEach((name) => box.setAttribute(name, attributes[name]));
  let at = -1, timer = 0, asked = 0, composing = false, typed = box.value;
  const kept = new Map();

  const options = () => Array.from(list.children);
  const close = () => { list.hidden = true; at = -1; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); };
  const mark = (next) => {
    const all = options();
    at = next < -1 ? all.length - 1 : next >= all.length ? -1 : next;
    all.forEach((one, n) => one.setAttribute("aria-selected", String(n === at)));
    if (at < 0) { box.removeAttribute("aria-activedescendant"); box.value = typed; return; }
    box.setAttribute("aria-activedescendant", all[at].id);
    box.value = all[at].dataset.text;
    all[at].scrollIntoView({ block: "nearest" });
  };
  const show = (rows) => {
    list.replaceChildren(...rows.map((row, n) => {
      const one = document.createElement("li");
      const text = document.createElement("span"), kind = document.createElement("span");
      one.id = "search-offer-" + n; one.setAttribute("role", "option"); one.setAttribute("aria-selected", "false"); one.dataset.text = row.text;
      text.textContent = row.text; kind.textContent = row.kind; kind.className = "offers__kind";
      one.append(text, kind);
      return one;
    }));
    at = -1;
    box.removeAttribute("aria-activedescendant");
    list.hidden = !rows.length;
    box.setAttribute("aria-expanded", String(rows.length > 0));
    said.textContent = rows.length ? rows.length + " 条建议，用上下键选择" : "";
  };
  const ask = () => {
    const words = box.value.trim(), mine = ++asked;
    typed = box.value;
    if (kept.has(words)) { show(kept.get(words)); return; }
    fetch(box.dataset.suggest + "?q=" + encodeURIComponent(words), { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : { suggestions: [] }))
      .then((found) => {
        kept.set(words, found.suggestions);
        if (mine === asked && document.activeElement === box) { show(found.suggestions); }
      }).catch(close);
  };
  const soon = () => { window.clearTimeout(timer); timer = window.setTimeout(ask, 120); };

  box.addEventListener("compositionstart", () => { composing = true; });
  box.addEventListener("compositionend", () => { composing = false; soon(); });
  box.addEventListener("input", () => { if (!composing) { soon(); } });
  box.addEventListener("focus", () => { if (!box.value.trim()) { soon(); } });
  box.addEventListener("blur", () => window.setTimeout(close, 150));
  box.addEventListener("keydown", (event) => {
    if (composing || event.isComposing) { return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) { ask(); return; }
      mark(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); event.stopPropagation();
      box.value = typed; close();
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const one = event.target.closest("[role=option]");
    if (one) { box.value = one.dataset.text; close(); form.requestSubmit(); }
  });
})();
