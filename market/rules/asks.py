"""What a supplier asks of a buyer after the order: less goods or freight, an end of the rest, other goods.

An ask changes nothing. The buyer's tap does; without an answer it lapses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from catalog.rules.offer import SaleMode
from core.errors import Refused
from core.quantity import line_amount
from core.states import StateTable, step


class AskKind(StrEnum):
    """What is asked."""

    CONFIRM = "confirm"  # the order, with less of some lines or with freight
    CLOSE_REST = "close_rest"  # nothing more will come
    EXTRA = "extra"  # goods beside the order
    SUBSTITUTE = "substitute"  # goods instead of the rest of a line


class AskState(StrEnum):
    """Where an ask stands."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class AskAct(StrEnum):
    """What can happen to an ask."""

    AGREE = "agree"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


_S, _A = AskState, AskAct
ASK = StateTable(
    "ask",
    _S.ASKED,
    {
        (_S.ASKED, _A.AGREE): step(_S.AGREED, "unit"),
        (_S.ASKED, _A.DECLINE): step(_S.DECLINED, "unit"),
        (_S.ASKED, _A.WITHDRAW): step(_S.WITHDRAWN, "supplier"),
        (_S.ASKED, _A.LAPSE): step(_S.LAPSED, "clock"),
    },
)

GOODS = frozenset({AskKind.EXTRA, AskKind.SUBSTITUTE})
"""Asks for other goods: the approver's tap, never the orderer's (rules 54, 62)."""


@dataclass(frozen=True)
class Agreed:
    """An order line as it stands before the supplier confirms. Base units, fen, price in 1/100 fen per basis."""

    line_id: int
    name: str
    sale_mode: SaleMode
    pack_qty: int
    qty: int
    upper_qty: int
    amount_fen: int
    upper_fen: int
    price_fen_x100: int
    basis_qty: int
    pack_price_fen: int


@dataclass(frozen=True)
class Cut:
    """What goes from a line: base units of what was agreed and of its upper bound, fen of both."""

    line_id: int
    qty: int
    upper_qty: int
    amount_fen: int
    upper_fen: int


def cut_to(line: Agreed, qty: int) -> Cut | None:
    """The cut that leaves `qty` of a line, its tolerance in the same proportion; None where nothing is cut.

    Raises: Refused "ask-more-than-ordered", "ask-not-whole-packs" (name).
    """
    if not 0 <= qty <= line.qty:
        raise Refused("ask-more-than-ordered", name=line.name)
    if line.sale_mode is SaleMode.BY_PACK and qty % line.pack_qty:
        raise Refused("ask-not-whole-packs", name=line.name)
    if qty == line.qty:
        return None
    upper = qty + (line.upper_qty - line.qty) * qty // line.qty
    amount_fen, upper_fen = _amount(line, qty), _amount(line, upper)
    return Cut(
        line.line_id, line.qty - qty, line.upper_qty - upper, line.amount_fen - amount_fen, line.upper_fen - upper_fen
    )


def _amount(line: Agreed, qty: int) -> int:
    if line.sale_mode is SaleMode.BY_PACK:
        return qty // line.pack_qty * line.pack_price_fen
    return min(line_amount(qty, line.price_fen_x100, line.basis_qty), line.upper_fen)


def cuts(lines: list[Agreed], wanted: Mapping[int, int]) -> list[Cut]:
    """The cuts of a whole order; a line that is not named stays. Raises: as `cut_to`, Refused "ask-nothing-left"."""
    found = [cut for line in lines if (cut := cut_to(line, wanted.get(line.line_id, line.qty))) is not None]
    if sum(cut.qty for cut in found) >= sum(line.qty for line in lines):
        raise Refused("ask-nothing-left")
    return found
