"""Counts judged: against the delivery note, the tolerance of the order line, and the papers (rules 54-56)."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.product import Category
from core import clock
from core.db import db
from core.errors import Refused
from market.models.delivery import Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.queries import commitments, progress
from market.rules import acceptance as rules
from market.rules.counting import Counts, LineCount, check_whole_packs, missing_lines
from market.rules.delivery_states import DeliveryAct
from market.rules.payable import accepted_amount


@dataclass(frozen=True)
class Weighed:
    """One line with everything its judgement needs."""

    count: LineCount
    delivered: DeliveryLine
    agreed: OrderLine
    category: Category

    @property
    def commitment_no(self) -> str:
        return self.count.commitment_no or self.delivered.commitment_no

    @property
    def quarantine_no(self) -> str:
        return self.count.quarantine_no or self.delivered.quarantine_no

    @property
    def inspection_no(self) -> str:
        return self.count.inspection_no or self.delivered.inspection_no

    @property
    def amount_fen(self) -> int:
        line = self.agreed
        return accepted_amount(
            self.count.accepted_qty,
            sale_mode=line.sale_mode,
            price_fen_x100=line.price_fen_x100,
            basis_qty=line.basis_qty,
            pack_qty=line.pack_qty,
            pack_price_fen=line.pack_price_fen,
        )


def load(delivery: Delivery, counts: Counts) -> list[Weighed]:
    """The counts beside what was sent and agreed. Raises: Refused "counts-other-lines"."""
    rows = db.session.execute(
        sa.select(DeliveryLine, OrderLine, Category)
        .join(OrderLine, OrderLine.id == DeliveryLine.order_line_id)
        .join(Category, Category.id == OrderLine.category_id)
        .where(DeliveryLine.delivery_id == delivery.id)
        .order_by(DeliveryLine.id)
    ).all()
    if missing_lines([row[0].id for row in rows], [line.delivery_line_id for line in counts.lines]):
        raise Refused("counts-other-lines")
    counted = {line.delivery_line_id: line for line in counts.lines}
    return [Weighed(counted[delivered.id], delivered, agreed, category) for delivered, agreed, category in rows]


def check(weighed: list[Weighed]) -> DeliveryAct:
    """What the counts come to.

    Raises: Refused "count-not-whole-packs" (name), "commitment-void-since" (name, commitment_no), and as
    `rules.check_counts`.
    """
    check_void(weighed)
    for one in weighed:
        line = one.agreed
        if not check_whole_packs(line.sale_mode, one.count.accepted_qty, line.pack_qty):
            raise Refused("count-not-whole-packs", name=line.product_name)
    return rules.check_counts(
        [
            rules.Counted(
                *(one.delivered.qty, one.count.accepted_qty, one.count.rejected_qty),
                reason=one.count.reason,
                is_held=one.count.is_held,
            )
            for one in weighed
        ]
    )


def check_void(weighed: list[Weighed]) -> None:
    """A 合格证 that was made void after the goods had left stops its lines: rejected, held, or taken under the newer
    certificate of the same lot that the signers saw.

    Raises: Refused "commitment-void-since" (name, commitment_no).
    """
    taken = [one for one in weighed if one.count.accepted_qty]
    void = commitments.newer_of([n for one in taken for n in (one.delivered.commitment_no, one.commitment_no)])
    renewed = commitments.lots_of([one.commitment_no for one in taken])
    for one in taken:
        seen, sent = one.commitment_no, one.delivered.commitment_no
        is_renewed = sent in void and seen not in void and renewed.get(seen) == one.delivered.lot_id
        if (sent in void or seen in void) and not is_renewed:
            raise Refused("commitment-void-since", name=one.agreed.product_name, commitment_no=sent or seen)


def check_tolerance(order: Order, weighed: list[Weighed], *, agreed: bool, replaced: Mapping[int, int]) -> None:
    """Per order line over all its lots and earlier acceptances (rule 54), without what a correction replaces."""
    known = progress.of_order(order.id)
    for line_id in {one.agreed.id for one in weighed}:
        now = sum(one.count.accepted_qty for one in weighed if one.agreed.id == line_id)
        before = known[line_id].progress
        earlier = before.accepted_qty - replaced.get(line_id, 0)
        excess = rules.excess_qty(upper_qty=before.upper_qty, accepted_before=earlier, accepted_qty=now)
        rules.check_tolerance(excess, approver_agrees=agreed)


def is_waived(one: Weighed, *, override_reason: str) -> bool:
    """Whether a line is taken without its 合格证; goods sent back need no papers."""
    if not one.count.accepted_qty:
        return False
    report = one.delivered.report_valid_to
    return rules.check_papers(
        commitment_missing=one.category.needs_commitment and not one.commitment_no,
        quarantine_missing=one.category.needs_quarantine and not one.quarantine_no,
        inspection_missing=one.category.needs_quarantine and not one.inspection_no,
        override_reason=override_reason,
        test_report_expired=report is not None and report < clock.today(),
    )
