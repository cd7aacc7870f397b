"""The address of a bill: ready at nine the next morning (a month's on the 3rd), good for thirty seconds."""

import re
from typing import Any

from market.gateways.emulator import bills
from market.gateways.emulator.call import Call
from market.gateways.emulator.clock import SECOND_MS
from market.gateways.emulator.errors import ApiError

LINK_LIFE_MS = 30 * SECOND_MS
_PERIOD = re.compile(r"\d{4}-\d{2}(-\d{2})?", re.ASCII)


def download_url(call: Call) -> dict[str, Any]:
    kind, smid = call.text("bill_type", needed=True), call.text("smid", 32) or None
    if kind not in ("trade", "trade_zft_merchant") or (smid is not None) != (kind == "trade_zft_merchant"):
        raise ApiError("isv.invalid-parameter")
    period = call.text("bill_date", needed=True)
    span = bills.span(period) if _PERIOD.fullmatch(period) else None
    if span is None or span.end_ms > call.bench.now_ms:
        raise ApiError("isv.invalid-parameter")
    if call.bench.now_ms < span.ready_ms:
        raise ApiError("BILL_NOT_EXIST")
    if not bills.rows(call.bench, call.party.owner_id, smid, span):
        raise ApiError("BILL_NOT_EXIST")
    key = call.bench.ids.token(call.bench.db, call.bench.now_ms, "bill")
    call.bench.insert(
        "bill_link",
        {
            "key": key,
            "owner_id": call.party.owner_id,
            "period": period,
            "smid": smid,
            "expires_ms": call.bench.now_ms + LINK_LIFE_MS,
        },
    )
    return {"bill_download_url": f"{call.options.own_url or call.options.base_url}/bill/{key}.csv.zip"}
