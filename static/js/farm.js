/* Purchase notes on a phone: added up while typing, signed on the screen, kept in the browser until the server has them.
   Every note goes through the store: with network it is sent at once, without it waits. Sent again it stands once. */
(function () {
  "use strict";
  const form = document.querySelector("form[data-purchase]");
  if (!form || !window.indexedDB) { return; }
  const $ = (selector, from) => (from || document).querySelector(selector);
  let book = JSON.parse($("#book").textContent);
  const field = (name) => form.elements[name];
  const yuan = (fen) => "¥" + Math.floor(fen / 100) + "." + String(fen % 100).padStart(2, "0");
  const show = (node, on) => { if (node) { node.hidden = !on; } };

  /* The store: one table of notes, by their key. */
  const store = new Promise((done, fail) => {
    const asked = indexedDB.open("farm", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("notes", { keyPath: "key" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const table = async (mode, act) => {
    const db = await store;
    return new Promise((done, fail) => {
      const deal = db.transaction("notes", mode);
      const asked = act(deal.objectStore("notes"));
      deal.oncomplete = () => done(asked && asked.result);
      deal.onerror = () => fail(deal.error);
    });
  };
  const put = (note) => table("readwrite", (notes) => notes.put(note));
  const drop = (key) => table("readwrite", (notes) => notes.delete(key));
  const all = async () => (await table("readonly", (notes) => notes.getAll())).sort((a, b) => a.at.localeCompare(b.at));

  const new_key = () => {
    if (crypto.randomUUID) { return crypto.randomUUID(); }
    const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  /* Sums in whole grams and fen; the server computes all of it again. */
  const parts = (text, scale) => {
    const found = text.replace(/[\s,\uff0c]/g, "").replace(/\uff0b/g, "+").replace(/[\uff0e\u3002]/g, ".").split("+").filter(Boolean)
      .map((part) => /^(\d{1,7})(?:\.(\d{1,3}))?$/.exec(part));
    if (!found.length || found.includes(null)) { return null; }
    return found.reduce((sum, part) => sum + (Number(part[1]) * 1000 + Number((part[2] || "").padEnd(3, "0"))) * scale / 1000, 0);
  };
  const fen = (text) => {
    const found = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(text.replace(/[,\uff0c\s\u00a5]/g, ""));
    return found ? Number(found[1]) * 100 + Number((found[2] || "").padEnd(2, "0")) : null;
  };
  const SCALE = { kg: 1000, jin: 500, piece: 1 };
  const chosen = () => book.goods.find((one) => String(one.id) === field("product").value);
  const reckon = () => {
    const goods = chosen(), unit = field("weighed_in").value;
    const qty = parts(field("weighings").value, SCALE[unit]), price = fen(field("price").value);
    const off = field("deduction").value.trim() === "" ? 0 : fen(field("deduction").value);
    if (!goods || qty === null || !qty || !price || off === null) { return null; }
    const basis = unit === "piece" ? 1 : 500;
    return Math.floor((price * qty * 2 + basis) / (2 * basis)) - off;
  };
  const refresh = () => {
    const amount = reckon(), goods = chosen();
    $("[data-amount]").textContent = amount === null ? "—" : amount > 0 ? yuan(amount) : "扣款不能超过货款";
    $("[data-posted]").textContent = goods && goods.price ? "收购牌价 " + yuan(Math.round(goods.price / 100)) : "";
    $("[data-posted]").hidden = !(goods && goods.price);
    show($("[data-receipt]"), field("pay_method").value === "cash");
    document.querySelectorAll("[data-when-signing]").forEach((part) => show(part, part.dataset.whenSigning === field("signing").value));
  };
  field("product").addEventListener("change", () => {
    const goods = chosen();
    if (!goods) { return; }
    const piece = goods.unit === "piece";
    if (piece || field("weighed_in").value === "piece") { field("weighed_in").value = piece ? "piece" : "kg"; }
    const suffix = field("price").parentElement.querySelector(".affix__text:last-child");
    if (suffix) { suffix.textContent = piece ? "元/个" : "元/斤"; }
    field("seen_price").value = goods.price || "";
    if (goods.price) { field("price").value = (goods.price / 10000).toFixed(2); }
  });
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);

  /* The check character of a card: weighted sum modulo 31, as the server has it. */
  const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTVWXYZ";
  const agrees = (text) => {
    const cut = text.indexOf("-");
    if (cut < 0) { return true; }
    const body = text.slice(0, cut);
    let total = 0, weight = 1;
    for (const sign of Array.from(body).reverse()) {
      weight = weight * 3 % 31;
      total += (/\d/.test(sign) ? Number(sign) : sign.charCodeAt(0) - 65) * weight;
    }
    return ALPHABET[(31 - total % 31) % 31] === text.slice(cut + 1);
  };
  const code_of = (text) => text.trim().toUpperCase().replace(/[\u2010-\u2015\u2212\uff0d]/g, "-");

  /* A card by its picture, where the browser reads QR codes. */
  if ("BarcodeDetector" in window) {
    show($("[data-scan]"), true);
    $("[data-scan-input]").addEventListener("change", async (event) => {
      const file = event.target.files[0], said = $("[data-scan-said]");
      if (!file) { return; }
      try {
        const found = await new window.BarcodeDetector({ formats: ["qr_code"] }).detect(await createImageBitmap(file));
        if (found.length) { field("household").value = code_of(found[0].rawValue); said.textContent = "已识别"; }
        else { said.textContent = "没有看清二维码，请靠近重拍，或输入编码"; }
      } catch (error) { said.textContent = "这台手机不能识别，请输入编码"; }
      event.target.value = "";
      refresh();
    });
  }

  /* The signature. */
  const canvas = $("[data-sign]"), pen = canvas.getContext("2d");
  let signed = false, drawing = false;
  const blank = () => { pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height); pen.lineWidth = 5; pen.lineCap = "round"; pen.strokeStyle = "#1c2420"; signed = false; $("[data-sign-said]").textContent = ""; };
  const spot = (event) => { const box = canvas.getBoundingClientRect(); return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height]; };
  canvas.addEventListener("pointerdown", (event) => { event.preventDefault(); canvas.setPointerCapture(event.pointerId); drawing = true; pen.beginPath(); pen.moveTo(...spot(event)); });
  canvas.addEventListener("pointermove", (event) => { if (drawing) { pen.lineTo(...spot(event)); pen.stroke(); signed = true; $("[data-sign-said]").textContent = "已签名"; } });
  ["pointerup", "pointercancel"].forEach((type) => canvas.addEventListener(type, () => { drawing = false; }));
  $("[data-sign-clear]").addEventListener("click", blank);
  blank();
  field("signing").value = "screen";

  /* Photos are shrunk before they wait. */
  const shrunk = async (file) => {
    if (!file) { return null; }
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const ratio = Math.min(1, 1280 / Math.max(picture.width, picture.height));
      const small = document.createElement("canvas");
      small.width = Math.max(1, Math.round(picture.width * ratio)); small.height = Math.max(1, Math.round(picture.height * ratio));
      small.getContext("2d").drawImage(picture, 0, 0, small.width, small.height);
      return await new Promise((done) => small.toBlob(done, "image/jpeg", 0.82));
    } catch (error) { return file; }
  };
  const drawn = () => new Promise((done) => canvas.toBlob(done, "image/png"));

  const NAMES = ["household", "product", "harvested_on", "weighed_in", "weighings", "price", "seen_price", "deduction", "deduction_reason", "pay_method", "signing"];
  const wrong = (text) => { const place = $("[data-wrong]"); place.textContent = text; place.hidden = !text; if (text) { place.scrollIntoView({ block: "center" }); } };
  const missing = () => {
    if (!agrees(code_of(field("household").value))) { return "户编码的末位校验字符不对，请核对。"; }
    const amount = reckon();
    if (amount === null) { return "请选商品，填好重量和单价。"; }
    if (amount <= 0) { return "扣款不能超过货款。"; }
    if (field("deduction").value.trim() && !field("deduction_reason").value.trim()) { return "有扣款，请写明原因。"; }
    if (field("pay_method").value === "cash" && !field("receipt").files.length) { return "付现金要拍下农户签字的收据。"; }
    if (field("signing").value === "screen" && !signed) { return "请农户在框里签字。"; }
    if (field("signing").value === "paper" && !field("signature").files.length) { return "请拍下签过字的纸质收购单。"; }
    return "";
  };

  const write = async () => {
    const fields = {};
    NAMES.forEach((name) => { fields[name] = field(name).value; });
    fields.household = code_of(fields.household);
    fields.price_kept = field("price_kept").checked ? "1" : "";
    const goods = chosen();
    return {
      key: new_key(), at: new Date().toISOString(), writer: book.writer, state: "waiting", said: "", fields,
      words: fields.household + "，" + goods.name + " " + fields.weighings + { kg: "公斤", jin: "斤", piece: "个" }[fields.weighed_in] + "，" + yuan(reckon()),
      signature: fields.signing === "screen" ? await drawn() : fields.signing === "paper" ? await shrunk(field("signature").files[0]) : null,
      receipt: fields.pay_method === "cash" ? await shrunk(field("receipt").files[0]) : null,
    };
  };
  const empty = () => {
    const kept = { product: field("product").value, price: field("price").value, seen_price: field("seen_price").value, weighed_in: field("weighed_in").value, harvested_on: field("harvested_on").value };
    form.reset();
    Object.keys(kept).forEach((name) => { field(name).value = kept[name]; });
    field("signing").value = "screen";
    blank(); wrong(""); refresh();
    window.scrollTo({ top: 0 });
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!form.reportValidity()) { return; }
    const lack = missing();
    wrong(lack);
    if (lack) { return; }
    await put(await write());
    empty();
    await list();
    sync();
  }, true);

  /* The list of what waits. */
  const line = (note) => {
    const item = document.createElement("li"), head = document.createElement("p"), said = document.createElement("p"), acts = document.createElement("div");
    item.dataset.key = note.key;
    head.textContent = note.words;
    said.className = note.state === "refused" ? "queue__said small" : "quiet small";
    said.textContent = note.said || "等网络恢复后自动上传";
    acts.className = "queue__acts";
    const act = (text, does) => { const one = document.createElement("button"); one.type = "button"; one.className = "btn btn-plain"; one.textContent = text; one.addEventListener("click", does); acts.append(one); };
    if (note.state === "refused") {
      if (note.code === "purchase-price-changed") { act("按约定价格上传", async () => { note.fields.price_kept = "1"; note.state = "waiting"; note.said = ""; await put(note); await list(); sync(); }); }
      act("改正", async () => { NAMES.forEach((name) => { field(name).value = note.fields[name]; }); await drop(note.key); await list(); refresh(); wrong("请改正后重新签字保存。原因：" + note.said); });
      act("删除", async () => { if (window.confirm("删除这张还没有上传的收购单？删除后不能恢复。")) { await drop(note.key); await list(); } });
    }
    item.append(head, said, acts);
    return item;
  };
  const list = async () => {
    const notes = await all();
    show($("[data-queue]"), notes.length > 0);
    $("[data-queue-count]").textContent = String(notes.length);
    $("[data-queue-note]").textContent = navigator.onLine ? "" : "当前离线，已保存在本机，可以继续写下一张。";
    $("[data-queue-list]").replaceChildren(...notes.map(line));
  };

  /* Sending: one after the other, in order of writing; a note leaves the store only when the server has said its number. */
  const send = async (note, token) => {
    const body = new FormData();
    Object.keys(note.fields).forEach((name) => body.append(name, note.fields[name]));
    body.append("client_key", note.key);
    body.append("written_at", note.at);
    body.append("sent_at", new Date().toISOString());
    if (note.signature) { body.append("signature", note.signature, "signature.png"); }
    if (note.receipt) { body.append("receipt", note.receipt, "receipt.jpg"); }
    const answer = await fetch(form.dataset.syncUrl, { method: "POST", body, headers: { "X-CSRFToken": token }, credentials: "same-origin", redirect: "manual" });
    if (answer.status !== 200 && answer.status !== 409) { throw new Error(String(answer.status)); }
    return answer.json();
  };
  const sent = (told) => {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = told.url; link.textContent = told.sentence;
    item.append(link);
    show($("[data-sent]"), true);
    $("[data-sent-list]").prepend(item);
  };
  const sync_all = async () => {
    const waiting = (await all()).filter((note) => note.state === "waiting");
    if (!waiting.length || !navigator.onLine) { return; }
    const say = (text) => { $("[data-queue-note]").textContent = text; };
    try {
      const answer = await fetch(form.dataset.bookUrl, { credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) { say("请先登录，再上传。已写的收购单仍保存在本机。"); return; }
      const fresh_book = await answer.json();
      for (const note of waiting) {
        if (note.writer !== fresh_book.writer) { note.said = "这张由另一位同事写，请该同事登录后上传。"; await put(note); continue; }
        const told = await send(note, fresh_book.csrf);
        if (told.ok) { await drop(note.key); sent(told); }
        else { note.state = "refused"; note.code = told.code; note.said = told.sentence; await put(note); }
      }
      book = Object.assign(book, { goods: fresh_book.goods });
      await list();
    } catch (error) { await list(); say("网络不稳，稍后自动再传。已写的收购单仍保存在本机。"); }
  };
  /* One sender at a time, over all open tabs where the browser has locks. */
  let busy = null;
  const sync = () => {
    busy = (busy || Promise.resolve()).then(() => navigator.locks ? navigator.locks.request("farm-sync", sync_all) : sync_all());
    return busy;
  };
  $("[data-sync]").addEventListener("click", sync);
  window.addEventListener("online", () => { list().then(sync); });
  window.addEventListener("offline", list);

  /* Work without network: the worker, and this page with what it is made of. */
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.scope }).then(() => navigator.serviceWorker.ready).then(async () => {
      const made_of = Array.from(document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]"), (node) => node.href || node.src);
      const sprite = document.querySelector("svg use");
      if (sprite) { made_of.push(new URL(sprite.getAttribute("href"), location.href).href.split("#")[0]); }
      if (navigator.onLine) { await (await caches.open("farm-1")).addAll(["/farm/purchases/new", ...new Set(made_of)]); }
      document.documentElement.dataset.offlineReady = "1";
    }).catch(() => { document.documentElement.dataset.offlineReady = "0"; });
  }
  const banner = $("#offline span");
  if (banner) { banner.textContent = "当前离线。可以继续写收购单，已写的保存在本机，网络恢复后自动上传。"; }
  show(field("price_kept").closest(".field"), false); // asked in the list when the price has changed
  refresh();
  list().then(sync);
})();
