"""Transfers of paid supplies as rows: prepared, declared by the payer, confirmed by the supplier, landed."""

from datetime import timedelta
from typing import Any

from core import codes
from core.access.rights import Right
from core.access.roles import Role
from core.trail.models import Stream
from demo import invented
from demo.cast import word
from demo.receipt import Signed, claim
from demo.sheaf import Sheaf
from demo.world import World
from market.models.settlement import Allocation, BookPosting, BookTx, Transfer, TransferItem
from market.rules.transfer import ConfirmedBy, TransferState

TABLES = (Transfer, TransferItem, Allocation, BookTx, BookPosting)


def pay(world: World, sheaf: Sheaf, signed: Signed) -> int:
    """All rows of one transfer; its id."""
    on, days, spec = signed.bank_on, world.days, world.supplier_specs[signed.supplier]
    payer = world.actor(signed.kitchen.unit.key, Role.UNIT_PAYER)
    clerk = world.actor(signed.supplier, Role.SUPPLIER_CLERK)
    row_id, number = sheaf.ids.numbered(Transfer, "FK", on)
    prepared, declared = days.at(on - timedelta(days=1), 15), days.at(on, 10)
    confirmed = days.at(on, 16)
    account = list(world.supplier_specs).index(signed.supplier) + 1
    sheaf.add(
        Transfer, id=row_id, transfer_no=number, remittance_code=codes.new_code("LJ"), buyer_id=signed.kitchen.unit_id,
        supplier_id=world.suppliers[signed.supplier], amount_fen=signed.amount_fen, payee_account_name=spec.name,
        payee_account_no=invented.bank_account(account), payee_bank=word("paper", "bank"),
        state=TransferState.CONFIRMED, prepared_by_id=payer.person_id, prepared_at=prepared,
        payer_name=signed.kitchen.unit.name, bank_day_on=on, bank_serial=f"DEMO{on:%Y%m%d}{row_id:06d}",
        declared_by_id=payer.person_id, declared_at=declared, decided_by_id=clerk.person_id, decided_at=confirmed,
        confirmed_by=ConfirmedBy.SUPPLIER,
    )  # fmt: skip
    sheaf.add(TransferItem, transfer_id=row_id, acceptance_id=signed.acceptance_id, amount_fen=signed.amount_fen)
    for line_id, fen in signed.lines:
        sheaf.add(
            Allocation, transfer_id=row_id, acceptance_line_id=line_id, amount_fen=fen, bank_day_on=on, at=confirmed
        )
    what = (signed.supplier, signed.kitchen.unit_id, -signed.amount_fen)
    claim(world, sheaf, "transfer-confirmed", row_id, what, on)
    facts: dict[str, Any] = {"transfer_no": number, "amount_fen": signed.amount_fen}
    about = ("transfer", row_id)
    sheaf.act(declared, Stream.MONEY, "transfer-declared", about, by=payer, right=Right.PAY, **facts)
    facts["landed_fen"] = signed.amount_fen
    sheaf.act(confirmed, Stream.MONEY, "transfer-confirmed", about, by=clerk, right=Right.SELL, **facts)
    return row_id
