"""Statements as the printing room and workbooks take them."""

from collections.abc import Sequence
from typing import Any

from core import clock, money
from core.sheets import Column
from core.text import label, sentence, show
from market.queries.supplier_bills import BillView
from market.rules import bill as rules
from market.rules.bill import EARNED, RECEIVED, EntryCause


def bill(view: BillView) -> dict[str, Any]:
    """供应商月结对账单: plain texts."""
    one, row = view.row.bill, view.row
    return {
        "number": one.bill_no,
        "supplier": row.supplier_name,
        "period": f"{one.month_on.isoformat()} – {rules.last_day(one.month_on).isoformat()}",
        "state": label(one.state),
        "issued_on": clock.county_day(one.issued_at),
        "opening": money.yuan(one.opening_fen),
        "closing": money.yuan(one.closing_fen),
        "earned": [[label(cause), money.yuan(row.fen(cause))] for cause in EARNED],
        "earned_total": money.yuan(row.earned_fen),
        "received": [[label(cause), money.yuan(-row.fen(cause))] for cause in RECEIVED],
        "received_total": money.yuan(row.received_fen),
        "fee": money.yuan(-row.fen(EntryCause.FEE)),
        "service_fee": money.yuan(-row.fen(EntryCause.SERVICE_FEE)),
        "checked": _hand(view, one.checked_by_id, one.checked_at),
        "closed": _hand(view, one.closed_by_id, one.closed_at),
        "lines": [
            [
                entry.entry.occurred_on.isoformat(),
                label(entry.entry.cause),
                entry.entry.document_no,
                entry.buyer_name or sentence("word", "residents"),
                money.yuan(entry.entry.amount_fen),
            ]
            for entry in view.entries
        ],
    }


def _hand(view: BillView, person_id: int | None, at: Any) -> str:
    return f"{view.names.get(person_id, '')} {show('', clock.county_day(at))}" if person_id and at else ""


def sums_table(view: BillView) -> tuple[str, Sequence[Column], list[Sequence[Any]]]:
    """The sums as a second table of the workbook."""
    row = view.row
    rows: list[Sequence[Any]] = [(sentence("bill_column", "opening"), row.bill.opening_fen)]
    rows += [(label(cause), row.fen(cause)) for cause in EntryCause]
    rows.append((sentence("bill_column", "closing"), row.bill.closing_fen))
    columns = (
        Column(sentence("bill_column", "cause"), width=24),
        Column(sentence("bill_column", "amount"), "yuan", 18),
    )
    return sentence("bill_column", "sums"), columns, rows
