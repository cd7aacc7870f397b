"""Draws docs/states.md from the state tables: `python -m tests.docs.states --write` after a table has changed."""

import sys
from pathlib import Path
from typing import Any

from catalog.rules.admission import ADMISSION
from catalog.rules.benefit import BENEFIT
from catalog.rules.certificates import CERTIFICATE
from catalog.rules.certification import CERTIFICATION
from catalog.rules.editorial import PAGE as OPEN_PAGE
from catalog.rules.households import EXPORT, INTAKE
from catalog.rules.listing import PRODUCT
from catalog.rules.revision import PRICE_CHANGE, REVISION
from catalog.rules.supplier import SUPPLIER
from core.states import StateTable
from market.rules.after_sale import AFTER_SALE
from market.rules.asking_back import ASK_BACK
from market.rules.asks import ASK
from market.rules.bill import BILL
from market.rules.complaint import COMPLAINT
from market.rules.delivery_states import DELIVERY
from market.rules.dispute_states import DISPUTE
from market.rules.invoice import INVOICE
from market.rules.order_states import RESIDENT_ORDER, UNIT_ORDER
from market.rules.pairing import OUTSIDE_SALE, PAIRING, PLEDGE
from market.rules.payment_states import PAYMENT
from market.rules.promotion import PROMOTION
from market.rules.reconciliation import EXCEPTION
from market.rules.refund_states import REFUND
from market.rules.transfer import TRANSFER
from procurement.rules.declaration import DECLARATION
from procurement.rules.inventory import STOCKTAKE
from procurement.rules.p832_states import IMPORT
from procurement.rules.plan import PLAN
from procurement.rules.statement import STATEMENT

PAGE = Path(__file__).parents[2] / "docs" / "states.md"
TABLES: tuple[tuple[str, StateTable[Any, Any]], ...] = (
    ("catalog/rules/admission.py", ADMISSION),
    ("catalog/rules/supplier.py", SUPPLIER),
    ("catalog/rules/listing.py", PRODUCT),
    ("catalog/rules/certificates.py", CERTIFICATE),
    ("catalog/rules/households.py", INTAKE),
    ("catalog/rules/households.py", EXPORT),
    ("catalog/rules/benefit.py", BENEFIT),
    ("catalog/rules/revision.py", REVISION),
    ("catalog/rules/revision.py", PRICE_CHANGE),
    ("catalog/rules/certification.py", CERTIFICATION),
    ("catalog/rules/editorial.py", OPEN_PAGE),
    ("market/rules/order_states.py", UNIT_ORDER),
    ("market/rules/order_states.py", RESIDENT_ORDER),
    ("market/rules/asking_back.py", ASK_BACK),
    ("market/rules/asks.py", ASK),
    ("market/rules/delivery_states.py", DELIVERY),
    ("market/rules/pairing.py", PAIRING),
    ("market/rules/pairing.py", PLEDGE),
    ("market/rules/pairing.py", OUTSIDE_SALE),
    ("market/rules/payment_states.py", PAYMENT),
    ("market/rules/refund_states.py", REFUND),
    ("market/rules/reconciliation.py", EXCEPTION),
    ("market/rules/transfer.py", TRANSFER),
    ("market/rules/bill.py", BILL),
    ("market/rules/after_sale.py", AFTER_SALE),
    ("market/rules/dispute_states.py", DISPUTE),
    ("market/rules/promotion.py", PROMOTION),
    ("market/rules/complaint.py", COMPLAINT),
    ("market/rules/invoice.py", INVOICE),
    ("procurement/rules/plan.py", PLAN),
    ("procurement/rules/declaration.py", DECLARATION),
    ("procurement/rules/inventory.py", STOCKTAKE),
    ("procurement/rules/statement.py", STATEMENT),
    ("procurement/rules/p832_states.py", IMPORT),
)
HEAD = """# State tables

Drawn from the tables in the `rules` rooms; do not edit. After a table has changed:
`python -m tests.docs.states --write`. What no table allows is refused. In brackets: whose act it is.
"""


def page() -> str:
    """The whole document."""
    parts = [f"## {table.noun}\n\n`{where}`\n\n```mermaid\n{table.mermaid()}\n```\n" for where, table in TABLES]
    return "\n".join([HEAD, *parts])


if __name__ == "__main__" and "--write" in sys.argv:
    PAGE.write_text(page(), encoding="utf-8")
