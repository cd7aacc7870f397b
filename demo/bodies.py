"""Organisations, people and places, by the same services that a first day uses."""

from datetime import date, timedelta

import sqlalchemy as sa

from catalog.models.supplier import Household, VillageCategory
from catalog.rules.supplier import HouseholdCategory
from core import clock
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.organisations import services as organisations
from core.organisations.models import Membership, Organisation
from core.people import services as people
from core.people.models import Person
from core.places.models import Place
from demo import cast, invented
from demo.cast import word, words
from demo.world import Kitchen, World
from procurement.models.unit import BudgetUnit, OpeningFigure
from procurement.rules.unit import BudgetLevel, UnitKind

PASSWORD = "demo-2026-xingcun"  # noqa: S105 - printed at every start of a demo
EXITED = (
    "220681100200", "220681100203", "220681101212", "220681101214", "220681104201", "220681104202", "220681105205",
    "220681105206", "220681105201", "220681102204", "220681102203", "220681103205", "220681103203", "220681200200",
    "220681200204", "220681004202", "220681002201",
)  # fmt: skip
VILLAGE_OF_THE_WORKER, SMALL_VILLAGE = "220681105205", "220681102203"
_UNIT_SEATS = ("canteen_orderer", "receiver", "receiver2", "unit_approver", "unit_payer", "unit_head")


def make(world: World) -> None:
    """All of them, on the last working day before the story begins."""
    _bodies(world)
    _units(world)
    _supplier_bodies(world)
    _people(world)
    _villages()


def _found(world: World, key: str, kind: OrganisationKind, name: str, **columns: str | None) -> Organisation:
    number = len(world.bodies) + 1
    given = {
        "uscc": None if kind in (OrganisationKind.CANTEEN, OrganisationKind.VILLAGE) else invented.uscc(kind, number),
        "address": word("paper", "unit_address", number=number),
        "phone": invented.phone(9000 + number),
    } | columns
    parent_id = given.pop("parent", None)
    body = organisations.found(
        kind, name, by=None, opened_on=date(world.days.year - 5, 1, 1), parent_id=int(parent_id) if parent_id else None,
        **given,
    )  # fmt: skip
    world.bodies[key] = body.id
    return body


def _bodies(world: World) -> None:
    for row in cast.rows("bodies"):
        _found(world, row["key"], OrganisationKind(row["kind"]), row["name"], place_code=row["place"] or None)
    towns = {spec.village[:9] for spec in cast.goods()}
    for place in db.session.scalars(sa.select(Place).where(Place.code.in_(towns)).order_by(Place.code)):
        name = word("paper", "town", name=place.name)
        _found(world, town(place.code), OrganisationKind.TOWNSHIP, name, place_code=place.code)


def town(code: str) -> str:
    """The key of the township office of a place: of a town, or of a village in it."""
    return f"town_{code[:9]}"


def _units(world: World) -> None:
    for unit in cast.units():
        world.units[unit.key] = unit
        parent = str(world.bodies[unit.superior]) if unit.superior else None
        body = _found(world, unit.key, OrganisationKind.UNIT, unit.name, parent=parent)
        db.session.add(
            BudgetUnit(
                organisation_id=body.id, kind=UnitKind(unit.kind), system=unit.system, level=BudgetLevel(unit.level)
            )
        )
        _last_figure(world, unit.total_fen, body.id)
        for place, name in enumerate(unit.canteens):
            room = _found(world, f"{unit.key}.{place}", OrganisationKind.CANTEEN, name, parent=str(body.id))
            share = (7 if place == 0 else 3, 10) if len(unit.canteens) > 1 else (1, 1)
            world.kitchens.append(Kitchen(unit, body.id, room.id, name, room.address, share, len(world.kitchens)))
    db.session.flush()


def _last_figure(world: World, total_fen: int, unit_id: int) -> None:
    """What was spent before the story: without it the first filing has nothing to be compared with."""
    if total_fen:
        year = world.days.year - 2
        db.session.add(
            OpeningFigure(
                unit_id=unit_id, fiscal_year=year, actual_fen=total_fen * 93 // 100, entered_on=clock.today(),
                document=word("paper", "last_year", year=year), created_at=clock.now(),
            )
        )  # fmt: skip


def _supplier_bodies(world: World) -> None:
    for spec in cast.suppliers():
        world.supplier_specs[spec.key] = spec
        _found(world, spec.key, OrganisationKind.SUPPLIER, spec.name, place_code=spec.town)


# --- people ------------------------------------------------------------------------------------------


def _people(world: World) -> None:
    named = {(seat.body, seat.role): seat for seat in cast.seats()}
    for (body, role), seat in named.items():
        _seat(world, body, role, seat.name, seat.login)
    wanted = [(unit.key, role) for unit in world.units.values() if unit.canteens for role in _UNIT_SEATS]
    wanted += [(unit.key, "unit_head") for unit in world.units.values() if not unit.canteens]
    wanted += [(key, "superior_reviewer") for key in ("edu", "health")]
    wanted += [(key, "contractor_buyer") for key in ("caterer", "caterer2")]
    wanted += [(key, "supplier_clerk") for key in world.supplier_specs]
    wanted += [(key, "township_clerk") for key in world.bodies if key.startswith("town_")]
    for body, role in wanted:
        if (body, role) not in world.actors:
            _seat(world, body, role, _name(world, role))
    for name in words()["resident"]["names"]:
        login = "jumin" if not world.residents else None
        person = people.create(name, phone=_phone(world), username=login, password=PASSWORD)
        world.residents.append(Actor(person.id, person.name))


def _name(world: World, role: str) -> str:
    surnames = word("seat", "surnames")
    return surnames[len(world.actors) % len(surnames)] + word("seat", role)


def _phone(world: World) -> str:
    return invented.phone(len(world.actors) + len(world.residents) + 1)


def _seat(world: World, body: str, role: str, name: str, login: str | None = None) -> None:
    person: Person = people.create(name, phone=_phone(world), username=login, password=PASSWORD)
    held, place = Role(role.removesuffix("2")), db.session.get_one(Organisation, world.bodies[body])
    until = world.days.today + timedelta(days=25) if held is Role.GUEST_AUDITOR else None
    organisations.grant(person, place, held, by=None, valid_to=until)
    under = [room for key, room in world.bodies.items() if key.startswith(f"{body}.")]
    world.actors[body, role] = Actor(
        person_id=person.id, name=name, organisation_id=place.id, organisation_name=place.name,
        organisation_kind=place.kind, place_code=place.place_code, roles=frozenset({Role.RESIDENT, held}),
        scope_ids=frozenset({place.id, *under}), request_id="demo",
    )  # fmt: skip


def logins() -> list[tuple[str, str, str, str]]:
    """(role, name, organisation, user name) of everybody who stands in the table, residents first."""
    shown = [seat.login for seat in cast.seats() if seat.shown]
    rows = db.session.execute(
        sa.select(Membership.role, Person.name, Organisation.name, Person.username)
        .join(Person, Person.id == Membership.person_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Person.username.in_(shown), Membership.ended_at.is_(None))
    ).all()
    order = {login: place for place, login in enumerate(shown)}
    resident = db.session.scalar(sa.select(Person.name).where(Person.username == "jumin"))
    first = [(Role.RESIDENT.value, resident, "", "jumin")] if resident else []
    held = sorted(rows, key=lambda row: order[row[3] or ""])
    return first + [(role.value, name, place, login or "") for role, name, place, login in held]


# --- villages ----------------------------------------------------------------------------------------


def _villages() -> None:
    """The exited villages, and households by code only: no name, number or phone."""
    now = clock.now()
    for code in EXITED:
        db.session.add(
            VillageCategory(
                village_code=code, is_exited=True, valid_from=date(2020, 1, 1), document=word("paper", "exited"),
                created_at=now,
            )
        )  # fmt: skip
        for number in range(_homes_of(code)):
            category = HouseholdCategory.MONITORED if number == 4 else HouseholdCategory.EXITED
            db.session.add(
                Household(
                    code=f"YS{code[6:]}{number + 1:03d}", village_code=code, category=category, members=2 + number % 4
                )
            )
    db.session.flush()


def _homes_of(village_code: str) -> int:
    """6–10 tracked households; fewer than five in one village, so that the public table has something to hide."""
    if village_code == SMALL_VILLAGE:
        return 4
    return 12 if village_code == VILLAGE_OF_THE_WORKER else 6 + int(village_code[-1]) % 5
