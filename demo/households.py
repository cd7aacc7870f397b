"""Households with people that nobody is, two years of their incomes, and what their offices do with them this week."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from random import Random

import sqlalchemy as sa

from catalog.models.household import HouseholdCategoryFact, HouseholdConsent, HouseholdPerson
from catalog.models.income import IncomeSnapshot
from catalog.models.supplier import Household
from catalog.queries import snapshots
from catalog.rules import income as rules
from catalog.rules.households import ConsentKind, ConsentMethod, Revealed, RevealPurpose
from catalog.rules.income import Income, TargetKind
from catalog.rules.quarter import Quarter
from catalog.services import household_exports, incomes, looks
from core import clock
from core.access.roles import Role
from core.db import db, transaction
from demo import invented
from demo.bodies import VILLAGE_OF_THE_WORKER
from demo.cast import word
from demo.world import World

_YUAN = 100


def register(world: World) -> None:
    """People, the first category fact and the consent of every household of the story."""
    homes, author = _homes(), world.actor("revival", Role.LINKAGE_OFFICER).person_id
    for number, home in enumerate(homes, 1):
        for position in range(1, min(home.members, 2) + 1):
            db.session.add(_person(home, number, position))
        db.session.add(
            HouseholdCategoryFact(
                household_id=home.id, category=home.category, valid_from=date(world.days.year - 5, 1, 1),
                document=word("household", "document", number=number), author_id=author, created_at=clock.now(),
            )
        )  # fmt: skip
        if number % 9:  # some still have to be asked
            db.session.add(
                HouseholdConsent(
                    household_id=home.id, kind=ConsentKind.TRACKING, is_given=True, method=ConsentMethod.SIGNED,
                    paper_no=word("household", "consent", number=number), given_on=clock.today(), author_id=author,
                    created_at=clock.now(),
                )
            )  # fmt: skip
    db.session.flush()


def _homes() -> list[Household]:
    return list(db.session.scalars(sa.select(Household).order_by(Household.village_code, Household.code)))


def _person(home: Household, number: int, position: int) -> HouseholdPerson:
    """Numbers that pass their checks and belong to nobody."""
    person = HouseholdPerson(household_id=home.id, position=position, created_at=clock.now())
    person.close("name", word("household", "head" if position == 1 else "member", number=number))
    person.close("id_no", invented.id_no(2 * number + position))
    if position == 1:
        person.close("phone", invented.phone(5000 + number))
        person.close("account", invented.bank_account(500_000 + number))
    return person


def tell(world: World) -> None:
    """Incomes of two years up to the quarter that is being entered, targets, and this week's looks and lists."""
    dice = Random(f"{world.seed}-households")  # noqa: S311 - a demo, no secret
    due = rules.due(world.days.today)
    first = Quarter(world.days.year - 2, 1)
    with transaction():
        rows = [row for home in _homes() for row in _snapshots(home, first, due, dice)]
        db.session.execute(sa.insert(IncomeSnapshot), rows)
    _targets(world)
    _corrections(world, due)
    _running(world, due)
    _this_week(world)


def _snapshots(home: Household, first: Quarter, due: Quarter, dice: Random) -> list[dict[str, object]]:
    """Every quarter before the one that is due, growing slowly; one household in twelve falls at the end."""
    yearly = dice.choice((6_500, 8_800, 10_500, 12_000, 13_500, 15_000, 18_000)) * home.members
    wage_share = dice.choice((25, 40, 55))
    falls = dice.random() < 1 / 12
    rows, quarter = [], first
    while quarter < due:
        years = quarter.year - first.year
        season = (80, 90, 110, 120)[quarter.number - 1]
        total = yearly * (100 + years * dice.randint(6, 13)) // 100 * season // 400
        if falls and quarter == due.plus(-1):
            total = total * 6 // 10
        cost = total * dice.randint(8, 15) // 100
        wage, property_, transfer = total * wage_share // 100, total * 6 // 100, total * 12 // 100
        rows.append(_row(home, quarter, Income(
            wage * _YUAN, (total - wage - property_ - transfer + cost) * _YUAN, cost * _YUAN,
            property_ * _YUAN, transfer * _YUAN,
        )))  # fmt: skip
        quarter = quarter.plus(1)
    return rows


def _row(home: Household, quarter: Quarter, income: Income) -> dict[str, object]:
    return {
        "household_id": home.id, "year": quarter.year, "quarter": quarter.number, "version_no": 1,
        "members": home.members, "wage_fen": income.wage_fen, "operating_fen": income.operating_fen,
        "operating_cost_fen": income.operating_cost_fen, "property_fen": income.property_fen,
        "transfer_fen": income.transfer_fen, "reason": "", "created_at": clock.day_start(rules.due_on(quarter)),
    }  # fmt: skip


def _targets(world: World) -> None:
    officer = world.actor("revival", Role.LINKAGE_OFFICER)
    towns = sorted({home.village_code[:9] for home in _homes()})
    with clock.frozen(world.days.at(date(world.days.year, 1, 5), 10)), transaction():
        for number, town in enumerate(towns):
            for kind, target in (
                (TargetKind.PER_HEAD, (12_000 + 500 * (number % 6)) * _YUAN),
                (TargetKind.LIFTED, 1 + number % 3),
            ):
                incomes.set_target(town, world.days.year, kind, target, reason=word("household", "target"), by=officer)


def _corrections(world: World, due: Quarter) -> None:
    """The township corrects two locked quarters, the old version stays."""
    clerk, last = world.actor("town_220681105", Role.TOWNSHIP_CLERK), due.plus(-1)
    homes = [home.id for home in _homes() if home.village_code == VILLAGE_OF_THE_WORKER][:2]
    known = snapshots.current([last], household_ids=homes)
    with transaction():
        for home in homes:
            income = replace(known[home, last].income, wage_fen=known[home, last].income.wage_fen + 600 * _YUAN)
            incomes.enter(home, last, income, reason=word("household", "correction"), by=clerk)


def _running(world: World, due: Quarter) -> None:
    """The quarter that is being entered: some are done, where its rounds have begun; 8 % more than a year ago."""
    if rules.opens_on(due, 45) > world.days.today:
        return
    worker = world.actor("village_pk", Role.VILLAGE_WORKER)
    homes = [home.id for home in _homes() if home.village_code == VILLAGE_OF_THE_WORKER][:4]
    known = snapshots.current([due.plus(-4)], household_ids=homes)
    with transaction():
        for home in homes:
            grown = {name: fen * 108 // 100 for name, fen in asdict(known[home, due.plus(-4)].income).items()}
            incomes.enter(home, due, Income(**grown), by=worker)


def _this_week(world: World) -> None:
    """A village worker looked at an account yesterday; a township asks for a list."""
    worker, clerk = world.actor("village_pk", Role.VILLAGE_WORKER), world.actor("town_220681105", Role.TOWNSHIP_CLERK)
    home = next(one for one in _homes() if one.village_code == VILLAGE_OF_THE_WORKER)
    home_id = home.id
    db.session.rollback()
    yesterday = world.days.at(world.days.today - timedelta(days=1), 15, 20)
    with clock.frozen(yesterday), transaction():
        looks.reveal(
            home_id, Revealed.ACCOUNT, purpose=RevealPurpose.PAYMENT, reason=word("household", "look"), by=worker
        )
    with transaction():
        household_exports.request(
            "", has_names=False, purpose=RevealPurpose.VERIFY, reason=word("household", "export"), by=clerk
        )
