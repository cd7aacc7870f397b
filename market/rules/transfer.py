"""A unit's bank transfer: declared by its payer, confirmed by somebody else (rules 25, 51)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import Refused
from core.states import StateTable, step
from core.workdays import WorkCalendar

_CONFIRM_DAYS = 5


class TransferState(StrEnum):
    """Prepared with a remittance code, declared by the payer, confirmed by somebody else."""

    PREPARED = "prepared"
    DECLARED = "declared"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class TransferAct(StrEnum):
    """What can happen to a transfer."""

    DECLARE = "declare"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class ConfirmedBy(StrEnum):
    """Whose word confirms: the supplier's 已到账, or finance's treasury row."""

    SUPPLIER = "supplier"
    FINANCE = "finance"


_S, _A = TransferState, TransferAct
TRANSFER = StateTable(
    "transfer",
    _S.PREPARED,
    {
        (_S.PREPARED, _A.DECLARE): step(_S.DECLARED, "payer"),
        (_S.PREPARED, _A.WITHDRAW): step(_S.WITHDRAWN, "payer"),
        (_S.DECLARED, _A.CONFIRM): step(_S.CONFIRMED, "supplier", "finance"),
        (_S.DECLARED, _A.REFUSE): step(_S.REFUSED, "supplier", "finance"),
        (_S.DECLARED, _A.WITHDRAW): step(_S.WITHDRAWN, "payer"),
    },
)
"""A refused or withdrawn transfer stays; the money is declared again on a new one."""


def check_confirmer(declared_by_id: int, confirmed_by_id: int) -> None:
    """Nobody confirms their own declaration. Raises: Refused "transfer-same-person"."""
    if declared_by_id == confirmed_by_id:
        raise Refused("transfer-same-person")


def confirmation_due(declared_on: date, calendar: WorkCalendar) -> date:
    """After this day an unconfirmed declaration is a task: five working days."""
    return calendar.after(declared_on, _CONFIRM_DAYS)


class Match(StrEnum):
    """What a bank line says about a transfer (rule 51)."""

    EXACT = "exact"  # code, amount and payer agree: books itself
    CANDIDATE = "candidate"  # some agree: two persons decide
    NONE = "none"


@dataclass(frozen=True)
class BankLine:
    """One incoming line of a supplier's, or outgoing of a unit's, bank file."""

    amount_fen: int
    payer_name: str
    memo: str


def match(line: BankLine, *, remittance_code: str, amount_fen: int, payer_names: Collection[str]) -> Match:
    """How a bank line fits a declared transfer. `payer_names`: the unit and its registered aliases (treasury,
    accounting centre, contractor). An overpayment is at best a candidate: it is never booked by itself.
    """
    has_code = remittance_code in "".join(line.memo.upper().split())
    same_amount = line.amount_fen == amount_fen
    known_payer = line.payer_name in payer_names
    if has_code and same_amount and known_payer:
        return Match.EXACT
    return Match.CANDIDATE if has_code or (same_amount and known_payer) else Match.NONE
