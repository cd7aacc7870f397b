"""Money to households over five quarters: agreements, claims in every state, re-checks, scores by the same job."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from io import BytesIO
from random import Random

import sqlalchemy as sa
from PIL import Image

from catalog.models.benefit import HouseholdBenefit
from catalog.models.linkage import RecheckDraw, RecheckItem
from catalog.models.product import Category
from catalog.models.supplier import Household, LinkageAgreement
from catalog.rules.agreement import Terms
from catalog.rules.benefit import KIND_OF_MODE, BenefitKind, PayMethod
from catalog.rules.claim_checks import CheckVerdict
from catalog.rules.quarter import Quarter
from catalog.rules.supplier import LinkageMode
from catalog.services import agreements, attesting, benefits, claim_checks, margins
from catalog.services.agreements import Signed
from core import clock
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.files import services as files
from core.files.models import Audience
from core.jobs import run_scheduled
from core.jobs.models import Outbox
from core.organisations import services as organisations
from core.people import services as people
from core.places import queries as places
from demo import cast, invented
from demo.cast import word
from demo.world import World

_HOMES, _QUARTERS = 5, 5
_YUAN = 100
_OWN_VILLAGE = "220681105205"
_DEALS = (
    ("fungi", LinkageMode.DIVIDEND, None, 600),
    ("rice", LinkageMode.LAND_RENT, 480, None),
    ("meat", LinkageMode.GUARANTEED, 500, 400),
    ("potato", LinkageMode.CUSTODY, None, None),
    ("egg", LinkageMode.PROCESSING, None, None),
)
_STEADY = 4
"""The first suppliers pay every quarter and are found honest."""


@dataclass(frozen=True)
class _Home:
    """A household a supplier pays, and for what."""

    id: int
    code: str
    village: str
    kind: BenefitKind


def tell(world: World) -> None:
    """Village offices and agreements before, then quarter after quarter, each with its night."""
    dice = Random(f"{world.seed}-linkage")  # noqa: S311 - a demo, no secret
    running = Quarter.of(world.days.today)
    before = world.days.at(running.plus(1 - _QUARTERS).first_day - timedelta(days=20), 10)
    with clock.frozen(before), transaction():
        _offices(world)
        _deals(world)
        _margins(world)
    paying = {key: _homes(made) for key, made in world.suppliers.items()}
    categories = _categories()
    db.session.rollback()
    for step in range(1 - _QUARTERS, 1):
        quarter = running.plus(step)
        for place, key in enumerate(world.suppliers):
            # Not everybody pays in every quarter, the trader in none: it buys from a co-operative.
            if world.supplier_specs[key].type != "trader" and (step == 0 or (place + step) % 4 or place < _STEADY):
                _pays(world, key, paying[key], quarter, categories.get(key), dice)
        if step < 0:
            _night(world, quarter)
    _night(world, running.plus(-1))


def _offices(world: World) -> None:
    """The villages besides the one of the demo's own worker."""
    villages = {goods.village for goods in cast.goods()} - {_OWN_VILLAGE}
    named = places.names(villages)
    for number, code in enumerate(sorted(villages), start=1):
        body = organisations.found(
            OrganisationKind.VILLAGE, word("linkage", "village", name=named[code].name), by=None, uscc=None,
            place_code=code, opened_on=date(world.days.year - 5, 1, 1),
        )  # fmt: skip
        name = word("linkage", "worker", surname=word("seat", "surnames")[number])
        person = people.create(name, phone=invented.phone(7000 + number))
        organisations.grant(person, body, Role.VILLAGE_WORKER, by=None)
        world.actors[f"village_{code}", Role.VILLAGE_WORKER.value] = replace(
            world.actor("village_pk", Role.VILLAGE_WORKER),
            person_id=person.id, name=name, organisation_id=body.id, organisation_name=body.name, place_code=code,
            scope_ids=frozenset({body.id}),
        )  # fmt: skip


def _worker(world: World, village: str) -> Actor:
    key = "village_pk" if village == _OWN_VILLAGE else f"village_{village}"
    return world.actor(key, Role.VILLAGE_WORKER)


def _paper(by: Actor) -> int:
    sheet = BytesIO()
    Image.new("RGB", (420, 594), "white").save(sheet, "PNG")
    sheet.seek(0)
    name = word("linkage", "paper") + ".png"
    kept = files.take_paper(
        sheet, name=name, purpose="agreement", by=by, audience=Audience.PARTIES, owner_id=by.organisation_id
    )
    return kept.id


def _deals(world: World) -> None:
    """Agreements in the modes that the suppliers' first lists do not have; one gets new terms."""
    today = clock.today()
    for key, mode, yuan, share_bp in _DEALS:
        clerk = world.actor(key, Role.SUPPLIER_CLERK)
        homes = [home for home in _homes(world.suppliers[key]) if home.village in _villages(key)][:_HOMES]
        terms = Terms(
            mode, date(today.year, 1, 1), date(today.year + 4, 12, 31), guaranteed_fen=yuan and yuan * _YUAN,
            dividend_bp=share_bp, text=word("linkage", mode.value),
        )  # fmt: skip
        made = agreements.sign(terms, [Signed(h.code, today) for h in homes], file_id=_paper(clerk), by=clerk)
        if mode is LinkageMode.GUARANTEED:
            better = replace(terms, valid_from=today + timedelta(days=30), guaranteed_fen=600 * _YUAN)
            agreements.renew(made.id, better, file_id=_paper(clerk), by=clerk)


def _villages(key: str) -> set[str]:
    return {goods.village for goods in cast.goods() if goods.supplier == key}


def _margins(world: World) -> None:
    officer = world.actor("agri", Role.AGRICULTURE_OFFICER)
    ids = {row.code: row.id for row in db.session.execute(sa.select(Category.code, Category.id))}
    for code, margin_bp in (("fungi-muer", 4_500), ("fruit-blueberry", 6_000), ("grain-rice", 4_000)):
        document = word("linkage", "margin")
        margins.put(ids[code], margin_bp, valid_from=clock.today(), document=document, by=officer)


def _homes(supplier_id: int) -> list[_Home]:
    """The households bound to a supplier, each once, with what its agreement pays for."""
    rows = db.session.execute(
        sa.select(Household.id, Household.code, Household.village_code, LinkageAgreement.mode)
        .join(LinkageAgreement, LinkageAgreement.household_id == Household.id)
        .where(LinkageAgreement.supplier_id == supplier_id)
        .order_by(Household.code, LinkageAgreement.id)
    )
    found = {row[0]: _Home(row[0], row[1], row[2], KIND_OF_MODE[row[3]]) for row in rows}
    return list(found.values())


def _categories() -> dict[str, int]:
    """The first category each supplier sells."""
    ids = {row.code: row.id for row in db.session.execute(sa.select(Category.code, Category.id))}
    return {goods.supplier: ids[goods.category] for goods in reversed(cast.goods())}


def _pays(world: World, key: str, homes: list[_Home], quarter: Quarter, category_id: int | None, dice: Random) -> None:
    """A supplier's payments of a quarter: written, attested a week later, mostly confirmed."""
    if not homes:
        return
    clerk, today = world.actor(key, Role.SUPPLIER_CLERK), world.days.today
    paid_on = max(quarter.first_day, min(today, quarter.first_day + timedelta(days=30 + dice.randrange(40))))
    chosen = homes[:_HOMES] if quarter != Quarter.of(today) else homes[: _HOMES + 1]
    with clock.frozen(world.days.at(paid_on, 15)), transaction():
        ids = [_claim(world, key, home, paid_on, category_id, dice, clerk) for home in chosen]
    _looked_at(world, list(zip(ids, chosen, strict=True)), world.days.at(paid_on + timedelta(days=7), 9), dice)


def _claim(world: World, key: str, home: _Home, on: date, category_id: int | None, dice: Random, clerk: Actor) -> int:
    number = dice.randrange(10**8)
    source = ("demo", (on.toordinal() * 10**6 + home.id) * 100 + world.suppliers[key])
    yuan = 9_800 if home.code.endswith("002") and key == "berry" else 620 + 20 * dice.randrange(60)
    made = benefits.draft(
        kind=home.kind,
        supplier_id=world.suppliers[key],
        household_id=home.id,
        amount_fen=yuan * _YUAN,
        earned_on=on,
        category_id=category_id if home.kind is BenefitKind.PURCHASE else None,
        quantity_g=dice.randrange(20, 200) * 1_000 if home.kind is BenefitKind.PURCHASE else None,
        source=source,
        by=clerk,
    )
    how = dice.random()
    if how < 0.80:
        benefits.mark_paid(source, on, word("linkage", "voucher", number=f"{number:08d}"), by=clerk)
    elif how < 0.92:
        benefits.mark_paid(source, on, "", method=PayMethod.CASH, file_id=_paper(clerk), by=clerk)
    return made.id


def _looked_at(world: World, claims: list[tuple[int, _Home]], at: datetime, dice: Random) -> None:
    """What the villages and households say. What was paid these days still waits."""
    today = world.days.today
    waits = clock.county_day(at) >= today or Quarter.of(clock.county_day(at)) == Quarter.of(today)
    for village in sorted({home.village for _, home in claims}):
        mine = [n for n, home in claims if home.village == village]
        if waits and village == _OWN_VILLAGE:
            continue  # the demo's own village worker has them this morning
        # Of what was just paid some still wait for the village.
        chosen = mine[: len(mine) // 2 + 1] if waits else mine
        with clock.frozen(at), transaction():
            attesting.attest(chosen, by=_worker(world, village))
            if not waits:
                _nobody_is_asked_again()
        for n in chosen:
            _answer(n, at + timedelta(days=2), dice, most=today)


def _nobody_is_asked_again() -> None:
    """What is long past sends no SMS this morning."""
    asked = sa.update(Outbox).where(Outbox.task == attesting.ASK, Outbox.done_at.is_(None))
    db.session.execute(asked.values(done_at=clock.now()))


def _answer(benefit_id: int, at: datetime, dice: Random, *, most: date) -> None:
    luck = dice.random()
    if clock.county_day(at) > most or luck >= 0.78:
        return
    with clock.frozen(at), transaction():
        token = attesting.new_link(benefit_id)
        if luck < 0.72:
            attesting.confirm_by_link(token)
        else:
            attesting.object_by_link(token, word("linkage", "objection"))


def _night(world: World, quarter: Quarter) -> None:
    """Ten days after a quarter the job scores it; then the office visits whom the draw before named."""
    at = world.days.at(quarter.last_day + timedelta(days=11), 3)
    with clock.frozen(at):
        run_scheduled("market.score_linkage")
    db.session.rollback()
    officer = world.actor("revival", Role.LINKAGE_OFFICER)
    if quarter < Quarter.of(world.days.today).plus(-1):
        with clock.frozen(world.days.at(quarter.last_day + timedelta(days=40), 14)), transaction():
            _settle(officer)
            _visit(world, officer, quarter)


def _settle(officer: Actor) -> None:
    """Objections of the past: every other was right."""
    query = sa.select(HouseholdBenefit.id).where(HouseholdBenefit.state == "disputed").order_by(HouseholdBenefit.id)
    for place, benefit_id in enumerate(list(db.session.scalars(query))):
        if place % 2:
            benefits.void(benefit_id, word("linkage", "void"), by=officer)
        else:
            attesting.uphold(benefit_id, word("linkage", "uphold"), by=officer)


def _visit(world: World, officer: Actor, quarter: Quarter) -> None:
    """The re-check of a quarter: all true, but one of the year's second quarter before."""
    rows = db.session.execute(
        sa.select(RecheckItem.id, HouseholdBenefit.supplier_id)
        .join(RecheckDraw, RecheckDraw.id == RecheckItem.draw_id)
        .join(HouseholdBenefit, HouseholdBenefit.id == RecheckItem.benefit_id)
        .where(RecheckDraw.quarter == str(quarter), RecheckItem.verdict == CheckVerdict.OPEN)
        .order_by(RecheckItem.id)
    ).all()
    honest = list(world.suppliers.values())[:_STEADY]
    struck = quarter != Quarter.of(world.days.today).plus(-2)
    for item_id, supplier_id in rows:
        is_true = struck or supplier_id in honest
        struck = struck or not is_true
        note = word("linkage", "visited" if is_true else "false")
        claim_checks.check(item_id, is_true=is_true, note=note, file_id=None, by=officer)
