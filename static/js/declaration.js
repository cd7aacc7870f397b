/* The filing page: total and least reserves while typing. The server computes both again. Whole fen, no floats. */
(function () {
  "use strict";
  const form = document.querySelector("form[data-filing]");
  if (!form) { return; }
  const fen = (text) => {
    const found = /^(\d{1,11})(?:\.(\d{1,2}))?$/.exec(text.replace(/[,\uff0c\s\u00a5]/g, ""));
    return found ? Number(found[1]) * 100 + Number((found[2] || "").padEnd(2, "0")) : 0;
  };
  const yuan = (n) => String(Math.floor(n / 100)).replace(/\B(?=(\d{3})+$)/g, ",") + "." + String(n % 100).padStart(2, "0");
  const status = form.querySelector("[name=canteen]");
  const show = () => {
    const own = ["own", "outsourced", "shared_lead"].includes(status.value);
    form.querySelectorAll("[data-when]").forEach((part) => { part.hidden = !part.dataset.when.split(" ").includes(own ? "total" : status.value) && !part.dataset.when.split(" ").includes(status.value); });
    let total = 0;
    form.querySelectorAll("[data-part] input").forEach((input) => { total += fen(input.value); });
    total = own ? total : 0;
    form.querySelectorAll("[data-total]").forEach((place) => { place.textContent = yuan(total); });
    form.querySelectorAll("[data-min-bp]").forEach((place) => { place.textContent = yuan(Math.ceil(total * Number(place.dataset.minBp) / 10000)); });
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
})();
