"""What the floor above knows of a delivery: who approved it, what the unit lets its orderer do, what of it counts."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from core.access.roles import Role
from core.db import any_of, db
from core.organisations.models import Membership
from core.organisations.queries import held_today
from market.models.delivery import Acceptance, AcceptanceDraft, AcceptanceLine, Delivery
from market.models.order import Order, OrderLine
from market.rules.acceptance import Policy
from procurement.models.ledger import FactEntry, FactKind, QuotaJudgement
from procurement.models.plan import Plan
from procurement.models.scheme import SchemeVersion
from procurement.models.unit import BudgetUnit


def policy_of(delivery_id: int) -> Policy:
    """The unit's rules for the signers of a delivery (rule 53); plain rules when it is no unit's."""
    in_kitchen = sa.exists().where(
        Membership.person_id == AcceptanceDraft.first_signer_id,
        held_today(),
        sa.or_(
            Membership.organisation_id == Delivery.canteen_id,
            sa.and_(Membership.organisation_id == Delivery.buyer_id, Membership.role == Role.CANTEEN_ORDERER),
        ),
    )
    row = db.session.execute(
        sa.select(Plan.decided_by_id, BudgetUnit.orderer_may_be_second, ~in_kitchen)
        .select_from(Delivery)
        .join(Order, Order.id == Delivery.order_id)
        .outerjoin(Plan, Plan.id == Order.plan_id)
        .outerjoin(BudgetUnit, BudgetUnit.organisation_id == Delivery.buyer_id)
        .outerjoin(AcceptanceDraft, AcceptanceDraft.delivery_id == Delivery.id)
        .where(Delivery.id == delivery_id)
    ).one_or_none()
    return Policy() if row is None else Policy(row[0], bool(row[1]), bool(row[2]))


@dataclass(frozen=True)
class SignedLine:
    """An acceptance line as the envelope sees it. `held_fen`: what its order line holds at the upper tolerance.

    Of a correction `replaced_qty` is what the round before accepted of the same goods.
    """

    id: int
    plan_line_id: int | None
    ordered_qty: int
    held_fen: int
    accepted_before: int
    accepted_qty: int
    amount_fen: int
    replaced_qty: int = 0

    @property
    def released_fen(self) -> int:
        """The part of what is held that this acceptance ends: in proportion to what was ordered, floor to fen.

        Negative when a correction accepts less than the round before.
        """

        def ended(qty: int) -> int:
            return min(self.held_fen, self.held_fen * qty // self.ordered_qty)

        return ended(self.accepted_before + self.accepted_qty) - ended(self.accepted_before + self.replaced_qty)


def plan_lines(order_id: int) -> list[int]:
    """Ids of the plan lines that an order came out of."""
    return [
        line_id
        for line_id in db.session.scalars(sa.select(OrderLine.plan_line_id).where(OrderLine.order_id == order_id))
        if line_id is not None
    ]


def signed_lines(acceptance_id: int) -> list[SignedLine]:
    """The lines of an acceptance in order, each with what was accepted of its order line before. One statement."""
    before = sa.orm.aliased(AcceptanceLine)
    before_round, old, own = sa.orm.aliased(Acceptance), sa.orm.aliased(AcceptanceLine), sa.orm.aliased(Acceptance)
    later = sa.orm.aliased(Acceptance)
    earlier = (
        sa.select(sa.func.coalesce(sa.func.sum(before.accepted_qty), 0))
        .join(before_round, before_round.id == before.acceptance_id)
        .where(
            before.order_line_id == AcceptanceLine.order_line_id,
            before.id < AcceptanceLine.id,
            ~sa.exists().where(later.reverses_id == before_round.id),
        )
        .scalar_subquery()
    )
    replaced = (
        sa.select(sa.func.coalesce(sa.func.sum(old.accepted_qty), 0))
        .join(own, own.reverses_id == old.acceptance_id)
        .where(own.id == AcceptanceLine.acceptance_id, old.delivery_line_id == AcceptanceLine.delivery_line_id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            AcceptanceLine.id,
            OrderLine.plan_line_id,
            OrderLine.qty,
            OrderLine.upper_fen,
            earlier,
            AcceptanceLine.accepted_qty,
            AcceptanceLine.amount_fen,
            replaced,
        )
        .join(OrderLine, OrderLine.id == AcceptanceLine.order_line_id)
        .where(AcceptanceLine.acceptance_id == acceptance_id)
        .order_by(AcceptanceLine.id)
    )
    return [SignedLine(row[0], row[1], row[2], row[3], int(row[4]), row[5], row[6], int(row[7])) for row in rows]


def eligible(line_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Per acceptance line the fen that may count, by scheme code, as the ledger judged them last."""
    shared = sa.orm.aliased(FactEntry)
    rows = db.session.execute(
        sa.select(FactEntry.source_id, SchemeVersion.code, QuotaJudgement.countable_fen)
        .select_from(FactEntry)
        .outerjoin(shared, sa.and_(shared.kind == FactKind.SHARED, shared.source_id == FactEntry.id))
        .join(QuotaJudgement, sa.or_(QuotaJudgement.fact_id == FactEntry.id, QuotaJudgement.fact_id == shared.id))
        .join(SchemeVersion, SchemeVersion.id == QuotaJudgement.scheme_version_id)
        .where(
            FactEntry.kind == FactKind.ACCEPTED,
            FactEntry.source == "acceptance_line",
            any_of(FactEntry.source_id, line_ids),
        )
        .order_by(QuotaJudgement.id)
    )
    found: dict[int, dict[str, int]] = {line_id: {} for line_id in line_ids}
    for line_id, code, fen in rows:
        found[line_id][code] = fen
    return found
