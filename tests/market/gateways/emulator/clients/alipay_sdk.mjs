// npm alipay-sdk, unmodified, against a running emulator whose clock stands at 2026-11-23 09:00:
//   node alipay_sdk.mjs GATEWAY_FRONT KEYS_DIR CLIENT_DIR     (CLIENT_DIR holds its node_modules)
// https: NODE_EXTRA_CA_CERTS=KEYS_DIR/ca.pem; without it the last argument "untrusted" expects the line to be refused.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [base, keys, place, expectation] = [process.argv[2].replace(/\/$/, ""), ...process.argv.slice(3)];
const { AlipaySdk } = createRequire(`${place}/package.json`)("alipay-sdk");
const heard = [];
const shop = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    heard.push(Object.fromEntries(new URLSearchParams(body)));
    response.end("success");
  });
}).listen(0, "127.0.0.1");
await new Promise((ready) => shop.on("listening", ready));

const config = {
  appId: "2021000000000001",
  privateKey: readFileSync(`${keys}/app_private.pem`, "ascii"),
  alipayPublicKey: readFileSync(`${keys}/alipay_public.pem`, "ascii"),
  gateway: `${base}/gateway.do`,
};
const sdk = new AlipaySdk(config);
const control = async (path) => (await fetch(`${base}/_emulator/${path}`, { method: "POST" })).json();
const ask = (method, bizContent, more = {}) => sdk.exec(method, { bizContent, ...more }, { validateSign: true });

async function codesAndRefunds() {
  const notifyUrl = `http://127.0.0.1:${shop.address().port}/notify?shop=1`;
  const order = { out_trade_no: "T1", total_amount: "12.30", subject: "高山土豆/5斤 100% {\"a\":1}" };
  const made = await ask("alipay.trade.precreate", order, { notify_url: notifyUrl });
  assert.ok(made.qrCode.startsWith(`${base}/cashier/`), JSON.stringify(made));
  assert.equal((await ask("alipay.trade.query", { out_trade_no: "T1" })).subCode, "ACQ.TRADE_NOT_EXIST");
  await control("trades/T1/pay");
  await control("deliver");
  assert.ok(sdk.checkNotifySignV2(heard[0]));
  assert.equal(heard[0].subject, order.subject);
  assert.ok(!sdk.checkNotifySignV2({ ...heard[0], total_amount: "12.31" }));
  const paid = await ask("alipay.trade.query", { out_trade_no: "T1" });
  assert.deepEqual([paid.tradeStatus, paid.totalAmount, paid.subject], ["TRADE_SUCCESS", "12.30", order.subject]);
  const refund = { out_trade_no: "T1", refund_amount: "2.30", out_request_no: "R1", refund_reason: "少了一袋" };
  assert.equal((await ask("alipay.trade.refund", refund)).fundChange, "Y");
  assert.equal((await ask("alipay.trade.refund", refund)).fundChange, "N");
  const differing = await ask("alipay.trade.refund", { ...refund, refund_amount: "2.31" });
  assert.deepEqual([differing.code, differing.subCode], ["40004", "ACQ.DISCORDANT_REPEAT_REQUEST"]);
  const asked = await ask("alipay.trade.fastpay.refund.query", refund);
  assert.deepEqual([asked.refundStatus, asked.refundAmount], ["REFUND_SUCCESS", "2.30"]);
}

async function payPage() {
  const page = { out_trade_no: "T2", total_amount: "1.00", subject: "page", product_code: "FAST_INSTANT_TRADE_PAY" };
  const link = sdk.pageExec("alipay.trade.page.pay", "GET", { bizContent: page, returnUrl: "http://shop.test/back?x=1" });
  const shown = await fetch(link);
  assert.match(await shown.text(), /模拟收银台/);
  const after = await (await fetch(`${shown.url}/pay`, { method: "POST" })).text();
  assert.match(after, /付款成功/);
  const back = new URL(after.match(/href="(http:\/\/shop\.test[^"]+)"/)[1].replaceAll("&amp;", "&"));
  const { x, ...fields } = Object.fromEntries(back.searchParams);
  assert.deepEqual([x, fields.out_trade_no], ["1", "T2"]);
  assert.ok(sdk.checkNotifySignV2(fields));

  const form = sdk.pageExec("alipay.trade.page.pay", "POST", { bizContent: { ...page, out_trade_no: "T3" } });
  const action = form.match(/action="([^"]+)"/)[1].replaceAll("&amp;", "&");
  const field = form.match(/name="([^"]+)" value="([^"]+)"/g).map((text) => text.match(/name="([^"]+)" value="([^"]+)"/));
  const body = new URLSearchParams(field.map(([, name, value]) => [name, value.replaceAll("&quot;", '"')]));
  assert.match(await (await fetch(action, { method: "POST", body })).text(), /模拟收银台/);
  assert.equal((await ask("alipay.trade.close", { out_trade_no: "T3" })).code, "10000");
  assert.equal((await ask("alipay.trade.close", { out_trade_no: "T3" })).subCode, "ACQ.TRADE_STATUS_ERROR");
}

async function bill() {
  await control("clock/advance?seconds=86400");
  const day = { bill_type: "trade", bill_date: "2026-11-23" };
  const answer = await ask("alipay.data.dataservice.bill.downloadurl.query", day);
  const packed = new Uint8Array(await (await fetch(answer.billDownloadUrl)).arrayBuffer());
  assert.deepEqual([...packed.slice(0, 2)], [0x50, 0x4b]);
}

async function wrongs() {
  await control("faults?kind=bad_sign");
  await assert.rejects(ask("alipay.trade.query", { out_trade_no: "T1" }));
  await control("faults?kind=http_502_html");
  await assert.rejects(ask("alipay.trade.query", { out_trade_no: "T1" }));
  const unknown = await sdk.exec("alipay.no.such.method", { bizContent: {} }); // it cuts an error_response wrongly
  assert.deepEqual([unknown.code, unknown.subCode], ["40002", "isv.invalid-method"]);
  const stranger = new AlipaySdk({ ...config, privateKey: readFileSync(`${keys}/alipay_private.pem`, "ascii") });
  const refused = await stranger.exec("alipay.trade.query", { bizContent: { out_trade_no: "T1" } }, { validateSign: true });
  assert.deepEqual([refused.code, refused.subCode], ["40002", "isv.invalid-signature"]);
}

if (expectation === "untrusted") {
  await assert.rejects(ask("alipay.trade.query", { out_trade_no: "T1" }));
} else {
  await control("reset");
  await codesAndRefunds();
  await payPage();
  await bill();
  await wrongs();
}
shop.close();
console.log("all well");
