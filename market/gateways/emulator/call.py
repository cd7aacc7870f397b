"""One understood request: who asks, for whom, and its fields checked as Alipay checks them."""

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from market.gateways.emulator import trades
from market.gateways.emulator.bench import Bench
from market.gateways.emulator.errors import ApiError
from market.gateways.emulator.money import MAX_FEN, MIN_FEN, fen_of
from market.gateways.emulator.options import Options

NUMBER = re.compile(r"[A-Za-z0-9_]{1,64}")
TRADE_NO = re.compile(r"[A-Za-z0-9]{16,64}")


@dataclass(frozen=True)
class Party:
    """`app_id` signed; it acts for `owner_id`, whose own app is `auth_app_id` (the same app without a token)."""

    app_id: str
    auth_app_id: str
    owner_id: str


@dataclass(frozen=True)
class Call:
    """A verified request inside its transaction. `biz` holds strings, lists and objects; numbers came as strings."""

    bench: Bench
    party: Party
    params: Mapping[str, str]
    biz: Mapping[str, Any]
    charset: str
    options: Options

    def text(self, name: str, longest: int = 256, *, needed: bool = False) -> str:
        """A field as text, empty if absent. Raises: ApiError if needed or too long."""
        value = self.biz.get(name, "")
        if not isinstance(value, str) or len(value) > longest or (needed and not value.strip()):
            raise ApiError("ACQ.INVALID_PARAMETER", name)
        return value

    def number(self, name: str, *, needed: bool = False) -> str:
        """A caller's own number: up to 64 letters, digits, underscores."""
        value = self.text(name, 64, needed=needed)
        if value and not NUMBER.fullmatch(value):
            raise ApiError("ACQ.INVALID_PARAMETER", name)
        return value

    def amount_fen(self, name: str) -> int:
        """A positive amount with at most two decimals. Raises: ApiError."""
        fen = fen_of(self.biz.get(name))
        if fen is None or fen < MIN_FEN:
            raise ApiError("ACQ.INVALID_PARAMETER", name)
        if fen > MAX_FEN:
            raise ApiError("ACQ.TOTAL_FEE_EXCEED")
        return fen

    def find_trade(self) -> sqlite3.Row | None:
        """The trade the request names by trade_no or out_trade_no, if it is the caller's."""
        trade_no, out_trade_no = self.text("trade_no", 64), self.text("out_trade_no", 64)
        if not trade_no and not out_trade_no:
            raise ApiError("ACQ.INVALID_PARAMETER", "out_trade_no")
        return trades.find(self.bench, self.party.owner_id, trade_no=trade_no, out_trade_no=out_trade_no)

    def trade(self) -> sqlite3.Row:
        """Raises: ApiError if there is none."""
        trade = self.find_trade()
        if trade is None:
            raise ApiError("ACQ.TRADE_NOT_EXIST")
        return trade


def read_biz(text: str | None) -> dict[str, Any]:
    """`biz_content` with every number kept as the text it came as. Raises: ApiError."""
    if not text:
        raise ApiError("isv.missing-biz-content")
    try:
        biz = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise ApiError("isv.invalid-biz-content") from None
    if not isinstance(biz, dict):
        raise ApiError("isv.invalid-biz-content")
    return biz
