"""Writing a plan's lines: goods offered here, and goods of ordinary vendors; judged as they are written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.product import Category
from catalog.queries import offers
from catalog.rules import restrictions
from core import clock
from core.access.actor import Actor
from core.db import db
from core.errors import Missing, Refused
from core.quantity import Unit, line_amount
from market.queries.offer_terms import terms_of
from market.services import ordering
from procurement.models.plan import Plan, PlanLine
from procurement.queries import canteens, eligibility, terms
from procurement.rules.plan import GeneralReason, LineChannel
from procurement.rules.scheme import SchemeTerms
from procurement.services import plan_rows

MOST_LINES = 120


@dataclass(frozen=True)
class Ordinary:
    """A line of an ordinary vendor as typed: quantity in base units, price in 1/100 fen per one `unit`."""

    vendor: str
    category_id: int
    goods: str
    unit: Unit
    qty: int
    price_fen_x100: int
    deliver_on: date | None = None


class Ground:
    """What lines of one plan are judged by, read once: the kind of unit, and the schemes of each year."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.kind = canteens.named(plan.canteen_id).kind.value
        self._schemes: dict[int, dict[str, SchemeTerms]] = {}

    def schemes(self, year: int) -> dict[str, SchemeTerms]:
        """The terms that judge a year."""
        if year not in self._schemes:
            self._schemes[year] = terms.in_force(year)
        return self._schemes[year]


def add_offer(
    token: str, *, version: int, offer_id: int, packs: int, by: Actor, deliver_on: date | None = None
) -> PlanLine:
    """Packs of an offer; a line of the same offer and day is raised instead.

    Raises: Missing; Refused "offer-gone", "plan-goods-barred", "packs-too-few", "packs-too-many", "plan-day-outside",
    "order-before-presale", "plan-too-long", and as `plan_rows.editable`.
    """
    plan = plan_rows.editable(token, version=version, by=by)
    offer = offers.sellable([offer_id], for_units=True).get(offer_id)
    if offer is None:
        raise Missing("no-such-offer")
    day = deliver_on or max(plan.period_from, min(clock.today(), plan.period_to), offer.presale_from or date.min)
    lines = plan_rows.lines_of(plan)
    same = next((one for one in lines if one.offer_id == offer_id and one.deliver_on == day), None)
    line = same or PlanLine(plan_id=plan.id, channel=LineChannel.PLATFORM, offer_id=offer_id, deliver_on=day)
    _check_day(plan, day)
    _price(Ground(plan), line, offer, (same.packs or 0) + packs if same else packs)
    if same is None:
        _append(plan, lines, line)
    plan_rows.saved(plan, by)
    return line


def add_offers(token: str, *, version: int, packs: Mapping[int, int], by: Actor) -> int:
    """A whole basket {offer id: packs} in one act; how many lines it made. Raises: "basket-empty", as `add_offer`."""
    if not packs:
        raise Refused("basket-empty")
    for offer_id, count in packs.items():
        line = add_offer(token, version=version, offer_id=offer_id, packs=count, by=by)
        version = db.session.execute(sa.select(Plan.version).where(Plan.id == line.plan_id)).scalar_one()
    return len(packs)


def add_ordinary(token: str, *, version: int, typed: Ordinary, by: Actor) -> PlanLine:
    """Goods of an ordinary vendor.

    Raises: Missing; Refused "no-such-category", "plan-goods-barred", "plan-line-nothing", "plan-day-outside",
    "plan-too-long", and as `plan_rows.editable`.
    """
    plan = plan_rows.editable(token, version=version, by=by)
    category = db.session.get(Category, typed.category_id)
    if category is None or not category.is_leaf:
        raise Refused("no-such-category")
    ground = Ground(plan)
    _check_barred(ground.kind, category, typed.goods)
    amount_fen = line_amount(typed.qty, typed.price_fen_x100, typed.unit.ratio)
    if typed.qty <= 0 or amount_fen <= 0:
        raise Refused("plan-line-nothing")
    day = typed.deliver_on or plan.period_from
    _check_day(plan, day)
    line = PlanLine(
        plan_id=plan.id,
        channel=LineChannel.ORDINARY,
        vendor=typed.vendor,
        category_id=category.id,
        goods=typed.goods,
        base_unit=typed.unit.base,
        price_fen_x100=typed.price_fen_x100,
        basis_qty=typed.unit.ratio,
        qty=typed.qty,
        upper_qty=typed.qty,
        amount_fen=amount_fen,
        upper_fen=amount_fen,
        deliver_on=day,
        eligibility=eligibility.of_ordinary(ground.schemes(day.year), is_ingredient=category.is_ingredient),
    )
    _append(plan, plan_rows.lines_of(plan), line)
    plan_rows.saved(plan, by)
    return line


@dataclass(frozen=True)
class Change:
    """What a saved form says of one line. None: as it was. Packs or quantity 0: the line goes."""

    packs: int | None = None
    qty: int | None = None
    deliver_on: date | None = None
    general_reason: str | None = None
    general_note: str | None = None


def save(token: str, *, version: int, changes: Mapping[int, Change], by: Actor) -> Plan:
    """Quantities, days and reasons of the plan's lines in one act; prices become today's.

    Raises: Missing; Refused as `add_offer`.
    """
    plan = plan_rows.editable(token, version=version, by=by)
    lines = plan_rows.lines_of(plan)
    gone = [one for one in lines if _is_zero(changes.get(one.id, Change()))]
    for one in gone:
        db.session.delete(one)
    kept = [one for one in lines if one not in gone]
    today = offers.sellable([one.offer_id for one in kept if one.offer_id], for_units=True)
    ground = Ground(plan)
    for one in kept:
        _apply(ground, one, changes.get(one.id, Change()), today)
    plan_rows.saved(plan, by)
    return plan


def copy(source: Iterable[PlanLine], plan: Plan, *, shift_days: int) -> list[str]:
    """The lines of an earlier plan at today's prices, as many days later. → goods that could not be taken over."""
    lines = list(source)
    today = offers.sellable([one.offer_id for one in lines if one.offer_id], for_units=True)
    ground = Ground(plan)
    food = set(db.session.scalars(sa.select(Category.id).where(Category.is_ingredient)))
    left: list[str] = []
    made: list[PlanLine] = []
    for old in lines:
        offer = today.get(old.offer_id or 0)
        line = _copied(old, plan, shift_days)
        if old.channel is LineChannel.PLATFORM and not _may_copy(ground, line, offer):
            left.append(old.goods)
            continue
        made.append(line)
        if offer is None:
            year = (line.deliver_on or plan.period_from).year
            line.eligibility = eligibility.of_ordinary(ground.schemes(year), is_ingredient=old.category_id in food)
        else:
            _price(ground, line, offer, max(old.packs or 0, offer.min_packs))
    for position, line in enumerate(made, start=1):
        line.position = position
    db.session.add_all(made)
    db.session.flush()
    return left


def _may_copy(ground: Ground, line: PlanLine, offer: offers.SellableOffer | None) -> bool:
    if offer is None or offer.barred_for(ground.kind):
        return False
    return offer.presale_from is None or (line.deliver_on or ground.plan.period_from) >= offer.presale_from


def _copied(old: PlanLine, plan: Plan, shift_days: int) -> PlanLine:
    day = date.fromordinal((old.deliver_on or plan.period_from).toordinal() + (shift_days if old.deliver_on else 0))
    names = ("channel", "offer_id", "vendor", "category_id", "goods", "base_unit", "price_fen_x100", "basis_qty",
             "qty", "upper_qty", "amount_fen", "upper_fen")  # fmt: skip
    line = PlanLine(plan_id=plan.id, **{name: getattr(old, name) for name in names})
    line.deliver_on = min(max(day, plan.period_from), plan.period_to)
    return line


def _apply(ground: Ground, line: PlanLine, change: Change, today: Mapping[int, offers.SellableOffer]) -> None:
    if change.deliver_on is not None:
        _check_day(ground.plan, change.deliver_on)
        line.deliver_on = change.deliver_on
    if change.general_reason is not None:
        line.general_reason = GeneralReason(change.general_reason).value if change.general_reason else ""
        line.general_note = (change.general_note or "")[:200]
    if line.channel is LineChannel.ORDINARY:
        if change.qty is not None:
            line.qty = line.upper_qty = change.qty
            line.amount_fen = line.upper_fen = line_amount(line.qty, line.price_fen_x100, line.basis_qty)
        return
    offer = today.get(line.offer_id or 0)
    if offer is None:
        raise Refused("offer-gone", goods=line.goods)
    _price(ground, line, offer, line.packs or 0 if change.packs is None else change.packs)


def add_extra(plan: Plan, offer: offers.SellableOffer, packs: int, *, on: date) -> PlanLine:
    """A line of an approved plan, locked by the caller, for goods that its approver takes beside an order.

    Nobody edits an approved plan; this adds to it, at the offer's price and origin of today, and its sums grow.
    Raises: Refused "plan-goods-barred", "packs-too-few", "packs-too-many", "plan-too-long".
    """
    day = min(max(on, plan.period_from), plan.period_to)
    line = PlanLine(plan_id=plan.id, channel=LineChannel.PLATFORM, offer_id=offer.offer_id, deliver_on=day)
    _price(Ground(plan), line, offer, packs)
    _append(plan, plan_rows.lines_of(plan), line)
    plan_rows.add_up(plan)
    plan.version += 1
    db.session.flush()
    return line


def _is_zero(change: Change) -> bool:
    return change.packs == 0 or change.qty == 0


def _price(ground: Ground, line: PlanLine, offer: offers.SellableOffer, packs: int) -> None:
    """The line at the offer's price and origin of today."""
    document = offer.barred_for(ground.kind)
    if document:
        raise Refused("plan-goods-barred", goods=offer.product_name, document=document)
    ordering.check_day(offer, line.deliver_on or ground.plan.period_from)
    priced = terms_of(offer).of(packs)
    line.offer_version_id = offer.offer_version_id
    line.category_id = offer.category_id
    line.goods = f"{offer.product_name} {offer.pack_name}"[:60]
    line.vendor = offer.supplier_name
    line.base_unit = offer.base_unit
    line.packs = packs
    line.price_fen_x100, line.basis_qty = offer.price_fen_x100_for(packs), offer.basis_qty
    line.qty, line.upper_qty = priced.qty, priced.upper_qty
    line.amount_fen, line.upper_fen = priced.amount_fen, priced.upper_fen
    day = line.deliver_on or ground.plan.period_from
    line.eligibility = eligibility.of_offer(offer, ground.schemes(day.year))


def _append(plan: Plan, lines: list[PlanLine], line: PlanLine) -> None:
    if len(lines) >= MOST_LINES:
        raise Refused("plan-too-long", most=MOST_LINES)
    line.position = max((one.position for one in lines), default=0) + 1
    db.session.add(line)
    db.session.flush()


def _check_day(plan: Plan, day: date) -> None:
    if not plan.period_from <= day <= plan.period_to:
        raise Refused("plan-day-outside", first=plan.period_from, last=plan.period_to)


def _check_barred(kind: str, category: Category, goods: str) -> None:
    rows = offers.restrictions_of({category.id, category.parent_id or category.id}, clock.today())
    held = [row for own in rows.values() for row in own]
    path = {category.id, category.parent_id or category.id}
    found = restrictions.barrier(held, path, kind, clock.today(), is_wild=category.is_wild)
    if found:
        raise Refused("plan-goods-barred", goods=goods, document=found.document)
