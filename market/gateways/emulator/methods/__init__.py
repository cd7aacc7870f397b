"""Every method the gateway knows, by the name it is called by."""

from collections.abc import Callable
from typing import Any

from market.gateways.emulator.call import Call
from market.gateways.emulator.methods import offers, trades

METHODS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "alipay.trade.precreate": offers.precreate,
    "alipay.trade.create": offers.create,
    "alipay.trade.query": trades.query,
    "alipay.trade.close": trades.close,
    "alipay.trade.cancel": trades.cancel,
    "alipay.trade.refund": trades.refund,
    "alipay.trade.fastpay.refund.query": trades.refund_query,
}

PAGES: dict[str, Callable[[Call], str]] = {
    "alipay.trade.page.pay": offers.page_pay,
    "alipay.trade.wap.pay": offers.page_pay,
}
