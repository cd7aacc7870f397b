"""What the clock does for plans and orders, and workers for large files."""

from core import clock
from core.db import transaction
from core.errors import Refused
from core.jobs import job
from market.services import bank_statements
from procurement.queries import holds
from procurement.services import bank_files, canteen_orders, plans, quarter_shares
from procurement.services.imports import committing, reading
from procurement.services.imports.committing import Mode


@job("procurement.free_ended_orders", every=120)
def free_ended_orders() -> None:
    """Orders that ended by a supplier's or an acceptance's act: their part of the envelope is free again."""
    for order_id in holds.over_and_held():
        canteen_orders.free_order(order_id)


@job("procurement.close_past_plans", every=3600)
def close_past_plans() -> None:
    """Plans whose week is long over end by themselves; what nobody ordered is free again."""
    plans.close_past()


@job("procurement.share_quarters", every=24 * 3600)
def share_quarters() -> None:
    """The household route of quarters that are over, settled for all their sales alike (rule 39)."""
    for quarter in quarter_shares.settled(clock.today()):
        quarter_shares.share_out(quarter)


def _give_up(refusal: Refused, batch_id: int, **_args: object) -> None:
    committing.give_up(batch_id, refusal)


@job("procurement.judge_import", when_refused=_give_up)
def judge_import(batch_id: int, start: int) -> None:
    """The next slice of a large 832 file."""
    reading.judge_slice(batch_id, start)


@job("procurement.commit_import", when_refused=_give_up)
def commit_import(batch_id: int, mode: str) -> None:
    """Take a large 832 file over."""
    committing.commit_in_job(batch_id, Mode(mode))


@job(bank_files.JOB, outside=True)
def take_bank_file(statement_id: int) -> None:
    """A long bank file: slice after slice, each with its bookings in a transaction of its own.

    Ended at any instant it goes on where the last whole slice stood.
    """
    with transaction():
        file, by = bank_statements.opened(statement_id), bank_files.sender(statement_id)
    more = True
    while more:
        with transaction():
            more = bank_files.take_slice(statement_id, file, by=by)
