// npm alipay-sdk, unmodified, against a running emulator. By hand:
//   python -m market.gateways.emulator serve --port 8077 --keys var/keys --clock 2026-11-23T09:00:00 [--https] &
//   npm install alipay-sdk && node alipay_sdk.mjs http://127.0.0.1:8077 var/keys
// (https: NODE_EXTRA_CA_CERTS=var/keys/ca.pem)
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { AlipaySdk } from "alipay-sdk";

const [base, keys] = [process.argv[2].replace(/\/$/, ""), process.argv[3]];
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

const sdk = new AlipaySdk({
  appId: "2021000000000001",
  privateKey: readFileSync(`${keys}/app_private.pem`, "ascii"),
  alipayPublicKey: readFileSync(`${keys}/alipay_public.pem`, "ascii"),
  gateway: `${base}/gateway.do`,
});
const control = async (path) => (await fetch(`${base}/_emulator/${path}`, { method: "POST" })).json();
const ask = (method, bizContent, more = {}) => sdk.exec(method, { bizContent, ...more }, { validateSign: true });

await control("reset");
const notifyUrl = `http://127.0.0.1:${shop.address().port}/notify`;
const order = { out_trade_no: "T1", total_amount: "12.30", subject: "高山土豆/5斤 100%" };
const made = await ask("alipay.trade.precreate", order, { notify_url: notifyUrl });
assert.ok(made.qrCode.startsWith(base), JSON.stringify(made));
await control("trades/T1/pay");
await control("deliver");
assert.ok(sdk.checkNotifySignV2(heard[0]));
assert.ok(!sdk.checkNotifySignV2({ ...heard[0], total_amount: "12.31" }));

assert.equal((await ask("alipay.trade.query", { out_trade_no: "T1" })).tradeStatus, "TRADE_SUCCESS");
const refund = { out_trade_no: "T1", refund_amount: "2.30", out_request_no: "R1" };
assert.equal((await ask("alipay.trade.refund", refund)).fundChange, "Y");
assert.equal((await ask("alipay.trade.fastpay.refund.query", refund)).refundStatus, "REFUND_SUCCESS");
assert.equal((await ask("alipay.trade.query", { out_trade_no: "none" })).subCode, "ACQ.TRADE_NOT_EXIST");

const page = { out_trade_no: "T2", total_amount: "1.00", subject: "page", product_code: "FAST_INSTANT_TRADE_PAY" };
const link = sdk.pageExec("alipay.trade.page.pay", "GET", { bizContent: page, return_url: "http://s.test/" });
assert.match(await (await fetch(link)).text(), /模拟收银台/);
assert.equal((await ask("alipay.trade.close", { out_trade_no: "T2" })).code, "10000");

await control("clock/advance?seconds=86400");
const day = { bill_type: "trade", bill_date: "2026-11-23" };
const bill = await ask("alipay.data.dataservice.bill.downloadurl.query", day);
const packed = new Uint8Array(await (await fetch(bill.billDownloadUrl)).arrayBuffer());
assert.deepEqual([...packed.slice(0, 2)], [0x50, 0x4b]);

await control("faults?kind=bad_sign");
await assert.rejects(ask("alipay.trade.query", { out_trade_no: "T1" }));
shop.close();
console.log("npm alipay-sdk: all well");
