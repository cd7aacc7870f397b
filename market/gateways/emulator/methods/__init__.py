"""Every method the gateway knows, by the name it is called by."""

from collections.abc import Callable
from typing import Any

from market.gateways.emulator.call import Call
from market.gateways.emulator.methods import bill, offers, royalty, tokens, trades, transfers

METHODS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "alipay.trade.precreate": offers.precreate,
    "alipay.trade.create": offers.create,
    "alipay.trade.query": trades.query,
    "alipay.trade.close": trades.close,
    "alipay.trade.cancel": trades.cancel,
    "alipay.trade.refund": trades.refund,
    "alipay.trade.fastpay.refund.query": trades.refund_query,
    "alipay.trade.royalty.relation.bind": royalty.bind,
    "alipay.trade.royalty.relation.unbind": royalty.unbind,
    "alipay.trade.royalty.relation.batchquery": royalty.batchquery,
    "alipay.trade.royalty.rate.query": royalty.rate_query,
    "alipay.trade.order.settle": royalty.settle,
    "alipay.trade.order.settle.query": royalty.settle_query,
    "alipay.trade.settle.confirm": royalty.confirm,
    "alipay.data.dataservice.bill.downloadurl.query": bill.download_url,
    "alipay.open.auth.token.app": tokens.exchange,
    "alipay.open.auth.token.app.query": tokens.query,
    "alipay.fund.trans.uni.transfer": transfers.transfer,
    "alipay.fund.trans.common.query": transfers.query,
}

PAGES: dict[str, Callable[[Call], str]] = {
    "alipay.trade.page.pay": offers.page_pay,
    "alipay.trade.wap.pay": offers.page_pay,
}
