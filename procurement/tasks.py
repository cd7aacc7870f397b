"""What the clock does for plans and orders, and workers for large files."""

from core import clock
from core.errors import Refused
from core.jobs import job
from procurement.queries import holds
from procurement.services import canteen_orders, plans, quarter_shares
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
