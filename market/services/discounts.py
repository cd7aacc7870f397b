"""What promotions give to orders: taken from budgets when a checkout is placed, put back when an order is cancelled.

Locks, in this order for everybody: the coupon, promotions by id, budgets by id; stock comes after them.

Coming back (the stated rule): an order that was not paid, was given up, or was refunded whole before it was sent gives
its discounts back to the budgets; the coupon is free again once every order of its checkout was cancelled, for its own
days. Money refunded after goods were sent brings no coupon back.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import clock
from core.db import db
from core.errors import Refused
from market.models.order import OrderLine
from market.models.promotion import BudgetAccount, Coupon, LineDiscount, Promotion, PromotionUse
from market.queries.promotions import running
from market.rules.checkout import SupplierPart


def use(placed: Sequence[tuple[int, SupplierPart]], coupon: Coupon | None, group_id: int) -> None:
    """Write the cuts of the placed orders (order id, its part) and take them from the budgets.

    Raises: Refused "coupon-used" (another checkout has it), "promotion-over" (a budget or its days ended meanwhile).
    """
    given = {order_id: _by_promotion(part) for order_id, part in placed}
    if coupon is not None:
        _take_coupon(coupon, group_id)
    sums: Counter[int] = Counter()
    for one in given.values():
        sums.update(one)
    if not sums:
        return
    _spend(sums)
    _write_cuts(placed)
    rows = [
        {
            "order_id": order_id, "promotion_id": promotion_id, "act": "use", "amount_fen": fen, "at": clock.now(),
            "coupon_id": coupon.id if coupon is not None and coupon.promotion_id == promotion_id else None,
        }
        for order_id, own in given.items()
        for promotion_id, fen in sorted(own.items())
    ]  # fmt: skip
    db.session.execute(sa.insert(PromotionUse), rows)


def give_back(order_id: int) -> None:
    """Put back what a cancelled order was given; harmless when asked twice, or when nothing was given."""
    query = sa.select(PromotionUse).where(PromotionUse.order_id == order_id, PromotionUse.act == "use")
    uses = list(db.session.scalars(query))
    if not uses:
        return
    coupon_ids = [use.coupon_id for use in uses if use.coupon_id is not None]
    coupons = list(db.session.scalars(sa.select(Coupon).where(Coupon.id.in_(coupon_ids)).with_for_update()))
    rows = [
        {
            "order_id": use.order_id, "promotion_id": use.promotion_id, "coupon_id": use.coupon_id, "act": "return",
            "amount_fen": -use.amount_fen, "at": clock.now(),
        }
        for use in uses
    ]  # fmt: skip
    returned = insert(PromotionUse).values(rows).on_conflict_do_nothing()
    back: Counter[int] = Counter()
    for promotion_id, fen in db.session.execute(returned.returning(PromotionUse.promotion_id, PromotionUse.amount_fen)):
        back[promotion_id] += fen
    if back:
        _change(back, sa.true())
    for coupon in coupons:
        _free(coupon)


def _by_promotion(part: SupplierPart) -> Counter[int]:
    sums: Counter[int] = Counter()
    for item in part.items:
        for cut in item.cuts:
            sums[cut.promotion_id] += cut.fen
    return sums


def _take_coupon(coupon: Coupon, group_id: int) -> None:
    taken = db.session.execute(
        sa.update(Coupon)
        .where(Coupon.id == coupon.id, Coupon.group_id.is_(None), Coupon.person_id == coupon.person_id)
        .values(group_id=group_id)
        .returning(Coupon.id)
    ).scalar()
    if taken is None:
        raise Refused("coupon-used")


def _free(coupon: Coupon) -> None:
    """A coupon whose checkout has no order left that uses it."""
    left = sa.select(sa.func.coalesce(sa.func.sum(PromotionUse.amount_fen), 0)).where(
        PromotionUse.coupon_id == coupon.id
    )
    if coupon.group_id is not None and not db.session.scalar(left):
        coupon.group_id = None


def _spend(sums: Mapping[int, int]) -> None:
    changed = _change(sums, running(clock.now()))
    if changed != len(sums):
        raise Refused("promotion-over")


def _change(sums: Mapping[int, int], condition: sa.ColumnElement[bool]) -> int:
    """Add to what was used of promotions and their budgets, where there is room. → promotions changed."""
    ids = sorted(sums)
    db.session.execute(sa.select(Promotion.id).where(Promotion.id.in_(ids)).order_by(Promotion.id).with_for_update())
    data = sa.values(sa.column("id", sa.BigInteger), sa.column("fen", sa.BigInteger)).data(list(sums.items()))
    change = data.alias("change")
    after = Promotion.used_fen + change.c.fen
    room = sa.or_(change.c.fen < 0, Promotion.budget_fen.is_(None), after <= Promotion.budget_fen)
    done = db.session.execute(
        sa.update(Promotion)
        .where(Promotion.id == change.c.id, room, condition)
        .values(used_fen=after)
        .returning(Promotion.id, Promotion.budget_account_id)
        .execution_options(synchronize_session=False)
    ).all()
    accounts: Counter[int] = Counter()
    for promotion_id, account_id in done:
        if account_id is not None:
            accounts[account_id] += sums[promotion_id]
    for account_id, fen in sorted(accounts.items()):
        _change_account(account_id, fen)
    return len(done)


def _change_account(account_id: int, fen: int) -> None:
    after = BudgetAccount.used_fen + fen
    changed = db.session.execute(
        sa.update(BudgetAccount)
        .where(BudgetAccount.id == account_id, sa.or_(sa.literal(fen) < 0, after <= BudgetAccount.limit_fen))
        .values(used_fen=after)
        .returning(BudgetAccount.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if changed is None:
        raise Refused("promotion-over")


def _write_cuts(placed: Sequence[tuple[int, SupplierPart]]) -> None:
    """The cuts beside their lines, found by order and offer: one statement."""
    rows = [
        (order_id, item.offer_id, cut.promotion_id, cut.fen, cut.approval_id)
        for order_id, part in placed
        for item in part.items
        for cut in item.cuts
    ]
    names = ("order_id", "offer_id", "promotion_id", "fen", "approval_id")
    cut = sa.values(*(sa.column(name, sa.BigInteger) for name in names)).data(rows).alias("cut")
    lines = sa.select(OrderLine.id, cut.c.promotion_id, cut.c.fen, sa.cast(cut.c.approval_id, sa.BigInteger)).join(
        cut, sa.and_(cut.c.order_id == OrderLine.order_id, cut.c.offer_id == OrderLine.offer_id)
    )
    columns = ["order_line_id", "promotion_id", "amount_fen", "approval_id"]
    db.session.execute(sa.insert(LineDiscount).from_select(columns, lines))
