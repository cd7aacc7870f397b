"""A unit's bank transfer: declared by its payer, confirmed by somebody else (rules 25, 51)."""

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
    """Whose word confirms: the supplier's 已到账, finance's treasury row, or a bank's line that two people (or code,
    amount and payer together) found to be this payment.
    """

    SUPPLIER = "supplier"
    FINANCE = "finance"
    BANK = "bank"


_S, _A = TransferState, TransferAct
TRANSFER = StateTable(
    "transfer",
    _S.PREPARED,
    {
        (_S.PREPARED, _A.DECLARE): step(_S.DECLARED, "payer", "bank"),
        (_S.PREPARED, _A.WITHDRAW): step(_S.WITHDRAWN, "payer", "bank"),
        (_S.DECLARED, _A.CONFIRM): step(_S.CONFIRMED, "supplier", "finance", "bank"),
        (_S.DECLARED, _A.REFUSE): step(_S.REFUSED, "supplier", "finance"),
        (_S.DECLARED, _A.WITHDRAW): step(_S.WITHDRAWN, "payer", "bank"),
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
