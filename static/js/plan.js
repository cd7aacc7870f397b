/* A plan's sums follow the quantities while they are typed; the server reckons anew when the plan is saved. */
(function () {
  "use strict";
  const form = document.querySelector("form#plan");
  const bar = document.querySelector(".actbar");
  if (!form || !bar) { return; }
  const figure = bar.querySelector(".actbar__figure");
  const labels = bar.querySelectorAll(".actbar__label");
  const note = labels[labels.length - 1];
  const yuan = (fen) => "¥" + (Math.floor(fen / 100)).toLocaleString("en-US") + "." + String(fen % 100).padStart(2, "0");
  const halfUp = (top, bottom) => Math.floor((2 * top + bottom) / (2 * bottom));

  /* Fen of a line for so many packs, or so much of its unit in whole thousandths. */
  const amount = (line, typed) => {
    const given = line.dataset, price = Number(given.price), basis = Number(given.basis) * 100;
    if (!given.packs) { return halfUp(typed * Number(given.unit) * price, basis * 1000); }
    const weighed = halfUp(Number(given.packs) * Number(given.pack) * price, basis);
    if (weighed === Number(given.fen)) { return halfUp(typed * Number(given.pack) * price, basis); }
    return typed * Math.floor(Number(given.fen) / Number(given.packs));
  };
  const typedIn = (line) => {
    const input = line.querySelector("[name^=packs-], [name^=qty-]");
    const found = /^(\d{1,7})(?:\.(\d{1,3}))?$/.exec(input.value.trim());
    if (!found) { return null; }
    return line.dataset.packs ? Number(found[1]) : Number(found[1]) * 1000 + Number((found[2] || "").padEnd(3, "0"));
  };
  const reckon = () => {
    let total = 0, counted = 0;
    form.querySelectorAll(".pline[data-price]").forEach((line) => {
      const typed = typedIn(line);
      const fen = typed === null ? Number(line.dataset.fen) : amount(line, typed);
      const shown = line.querySelector(".pline__sum .money");
      shown.textContent = yuan(fen);
      total += fen;
      if (line.dataset.counts) { counted += fen; }
    });
    figure.textContent = yuan(total);
    note.textContent = "可计入 " + yuan(counted);
  };
  form.addEventListener("input", (event) => { if (event.target.matches("[name^=packs-], [name^=qty-]")) { reckon(); } });
})();
