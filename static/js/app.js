/* What makes a page pleasant; no act needs it. ES2018, no eval, listeners on the document so that swapped-in parts work too. */
(function () {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const on = (type, fn, capture) => document.addEventListener(type, fn, capture || false);
  const near = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
  const each = (selector, fn, from) => (from || document).querySelectorAll(selector).forEach(fn);

  /* Keys: "/" to the search box, Esc closes menus, Ctrl+S saves the form marked data-save. */
  on("keydown", (event) => {
    const typing = near(event, "input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      const box = document.querySelector("[data-search], .filters input[type=search]");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    }
    if (event.key === "Escape") {
      each("details.drop[open]", (menu) => { menu.open = false; menu.querySelector("summary").focus(); });
      if (location.hash === "#side") { location.hash = "#content"; const opener = document.querySelector("[data-side]"); if (opener) { opener.focus(); } }
    }
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      const form = document.querySelector("form[data-save]");
      if (form) { event.preventDefault(); form.requestSubmit(); }
    }
  });
  on("click", (event) => {
    each("details.drop[open]", (menu) => { if (!menu.contains(event.target)) { menu.open = false; } });
  });

  /* Stepper: − and + beside a number. */
  const bound = (input) => {
    const value = Number(input.value);
    each("button", (button) => {
      const next = Number(button.dataset.step);
      button.disabled = (next < 0 && input.min !== "" && value <= Number(input.min)) || (next > 0 && input.max !== "" && value >= Number(input.max));
    }, input.closest("[data-stepper]"));
  };
  on("click", (event) => {
    const button = near(event, "[data-stepper] button");
    if (!button) { return; }
    const input = button.closest("[data-stepper]").querySelector("input");
    if (Number(button.dataset.step) > 0) { input.stepUp(); } else { input.stepDown(); }
    bound(input);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  on("input", (event) => { const input = near(event, "[data-stepper] input"); if (input) { bound(input); } });

  /* Weights may be written as a sum, "19.2+16.7": shown added up, in whole thousandths so that nothing is lost. */
  const thousandths = (text) => {
    const found = /^(\d{1,9})(?:\.(\d{1,3}))?$/.exec(text);
    return found ? Number(found[1]) * 1000 + Number((found[2] || "").padEnd(3, "0")) : null;
  };
  const total = (text) => {
    const parts = text.replace(/[\s,\uff0c]/g, "").replace(/\uff0b/g, "+").replace(/[\uff0e\u3002]/g, ".").split("+").filter(Boolean).map(thousandths);
    return parts.length > 1 && !parts.includes(null) ? parts.reduce((sum, part) => sum + part, 0) : null;
  };
  on("input", (event) => {
    const input = near(event, "[data-sum]");
    if (!input) { return; }
    const field = input.closest(".field") || input.parentElement;
    let say = field.querySelector(".field__sum");
    if (!say) { say = document.createElement("p"); say.className = "field__sum"; say.setAttribute("role", "status"); field.append(say); }
    const sum = total(input.value);
    say.textContent = sum === null ? "" : "合计 " + Math.floor(sum / 1000) + (sum % 1000 ? "." + String(sum % 1000).padStart(3, "0").replace(/0+$/, "") : "") + input.dataset.sum;
  });

  /* A form is sent once, and left only knowingly. */
  const dirty = new Set();
  on("input", (event) => { const form = near(event, "form[data-dirty]"); if (form) { dirty.add(form); } });
  window.addEventListener("beforeunload", (event) => { if (dirty.size) { event.preventDefault(); event.returnValue = ""; } });
  on("submit", (event) => {
    const form = event.target;
    dirty.delete(form);
    if (form.method !== "post" || event.defaultPrevented) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const button = event.submitter;
    window.setTimeout(() => {
      each("button:not([type=button])", (one) => { one.disabled = true; }, form);
      if (!button) { return; }
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
      const word = button.querySelector("span") || button;
      button.dataset.word = word.textContent;
      word.textContent = "处理中…";
    }, 0);
  });
  const wake = (form) => {
    if (!form || !form.dataset || !form.dataset.sent) { return; }
    delete form.dataset.sent;
    each("button", (button) => {
      if (!button.closest("[data-stepper]")) { button.disabled = false; }
      button.removeAttribute("aria-busy");
      if (button.dataset.word) { (button.querySelector("span") || button).textContent = button.dataset.word; delete button.dataset.word; }
    }, form);
  };
  window.addEventListener("pageshow", (event) => { if (event.persisted) { each("form[data-sent]", wake); } });
  on("htmx:afterRequest", (event) => wake(event.target.closest("form")));

  /* Dialogs instead of the fall-back page. */
  on("click", (event) => {
    const opener = near(event, "[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); return; }
    const closer = near(event, "[data-close]");
    if (closer) { closer.closest("dialog").close(); return; }
    if (event.target instanceof HTMLDialogElement && event.target.open) {
      const box = event.target.getBoundingClientRect();
      if (event.clientY < box.top || event.clientY > box.bottom || event.clientX < box.left || event.clientX > box.right) { event.target.close(); }
    }
  });

  /* Ticked rows: 全选, the count, and the tools that appear with it. */
  const count = (name) => {
    const ticks = Array.from(document.querySelectorAll('[data-tick="' + name + '"]'));
    const chosen = ticks.filter((tick) => tick.checked).length;
    ticks.forEach((tick) => { const row = tick.closest("tr"); if (row) { row.classList.toggle("is-ticked", tick.checked); } });
    each('[data-tools="' + name + '"]', (tools) => { tools.classList.toggle("is-on", chosen > 0); tools.querySelector("[data-tools-count]").textContent = String(chosen); });
    each('[data-tick-all="' + name + '"]', (all) => { all.checked = chosen > 0 && chosen === ticks.length; all.indeterminate = chosen > 0 && chosen < ticks.length; });
  };
  on("change", (event) => {
    const all = near(event, "[data-tick-all]");
    if (all) { each('[data-tick="' + all.dataset.tickAll + '"]', (tick) => { tick.checked = all.checked; }); count(all.dataset.tickAll); }
    const tick = near(event, "[data-tick]");
    if (tick) { count(tick.dataset.tick); }
    const files = near(event, ".uploads input[type=file]");
    if (files) {
      const limit = Number(files.closest("[data-uploads]").dataset.uploads);
      const names = Array.from(files.files).map((file) => file.name);
      files.closest(".uploads").querySelector(".upload__names").textContent =
        names.length > limit ? "最多 " + limit + " 张，请重新选择" : names.length ? "已选 " + names.length + " 个：" + names.join("、") : "";
    }
    const submits = near(event, "[data-submit]");
    if (submits && submits.form) { submits.form.requestSubmit(); }
    const auto = near(event, "form[data-auto]");
    if (auto) { auto.requestSubmit(); }
  });

  /* Pictures, print, large text. */
  on("click", (event) => {
    const small = near(event, "[data-gallery] ul a");
    if (small) {
      event.preventDefault();
      const gallery = small.closest("[data-gallery]");
      const main = gallery.querySelector(".gallery__main img");
      main.src = small.href;
      main.alt = small.querySelector("img").alt;
      each("ul a", (one) => { if (one === small) { one.setAttribute("aria-current", "true"); } else { one.removeAttribute("aria-current"); } }, gallery);
    }
    if (near(event, "[data-print]")) { window.print(); }
    if (near(event, "[data-large]")) {
      const large = root.classList.toggle("large");
      document.cookie = "text=" + (large ? "large" : "normal") + "; path=/; max-age=31536000; samesite=lax";
      large_buttons();
    }
  });
  const large_buttons = () => each("[data-large]", (button) => button.setAttribute("aria-pressed", String(root.classList.contains("large"))));

  /* Off-canvas menu: focus goes in when it opens. */
  window.addEventListener("hashchange", () => {
    const side = document.getElementById("side");
    if (side && location.hash === "#side") { const first = side.querySelector("a"); if (first) { first.focus(); } }
  });

  const line = () => { const note = document.getElementById("offline"); if (note) { note.hidden = navigator.onLine; } };
  window.addEventListener("online", line);
  window.addEventListener("offline", line);

  const ready = () => {
    each("[data-stepper] input", bound);
    each("[data-tools]", (tools) => count(tools.dataset.tools));
    large_buttons();
    line();
    const first = document.querySelector("[data-focus]");
    if (first) { first.focus(); }
  };
  if (document.readyState === "loading") { on("DOMContentLoaded", ready); } else { ready(); }
  on("htmx:afterSwap", ready);

  /* A page that waits for others: shows itself anew once the line of text at its address changes. Ten minutes at most. */
  each("[data-watch]", (mark) => {
    let seen = null, left = 150;
    const look = () => {
      if (left-- <= 0) { return; }
      if (document.hidden) { setTimeout(look, 4000); return; }
      fetch(mark.dataset.watch, { credentials: "same-origin" }).then((answer) => answer.ok ? answer.text() : seen).then((text) => {
        if (seen !== null && text !== seen) { location.reload(); return; }
        seen = text; setTimeout(look, 4000);
      }).catch(() => setTimeout(look, 8000));
    };
    look();
  });

  /* A code by its picture, into the field before it, where the browser reads QR codes. */
  if ("BarcodeDetector" in window) {
    each("[data-scan-into]", (box) => { box.hidden = false; });
    on("change", async (event) => {
      const input = near(event, "[data-scan-into] input[type=file]");
      if (!input || !input.files[0]) { return; }
      const box = input.closest("[data-scan-into]"), said = box.querySelector("[role=status]");
      try {
        const found = await new window.BarcodeDetector({ formats: ["qr_code"] }).detect(await createImageBitmap(input.files[0]));
        if (found.length) { document.getElementsByName(box.dataset.scanInto)[0].value = found[0].rawValue; said.textContent = "已识别"; }
        else { said.textContent = "没有看清，请靠近重拍，或输入编号"; }
      } catch (error) { said.textContent = "这台手机不能识别，请输入编号"; }
      input.value = "";
    });
  }
})();
