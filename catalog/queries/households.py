"""Households as those may see them who look after them: numbers masked, always; the open ones are `services.looks`."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.household import HouseholdCategoryFact, HouseholdConsent, HouseholdPerson
from catalog.models.supplier import Household
from catalog.queries.household_scope import mine, places_of, scope, under
from catalog.rules import households as rules
from catalog.rules import identifiers as numbers
from catalog.rules.households import ConsentKind
from catalog.rules.supplier import HouseholdCategory
from core import sealing
from core.access.actor import Actor
from core.db import any_of, db
from core.errors import Refused
from core.people.models import Person
from core.places import queries as places
from core.places.models import PlaceLevel
from core.places.queries import PlaceName

PAGE = 50


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty is everything of one's own."""

    place: str = ""
    category: HouseholdCategory | None = None
    code: str = ""

    @property
    def active(self) -> int:
        """How many are set."""
        return sum(bool(value) for value in (self.place, self.category, self.code))


@dataclass(frozen=True)
class MaskedPerson:
    """A person with every number masked; erased ones have nothing left."""

    position: int
    name: str
    id_no: str
    phone: str
    account: str
    left_on: date | None
    is_erased: bool


@dataclass(frozen=True)
class Row:
    """A household in a list."""

    household_id: int
    code: str
    village_code: str
    village: str
    category: HouseholdCategory
    members: int
    head: str
    phone: str


def listed(who: Actor, filters: Filters, page: int = 1) -> tuple[list[Row], int]:
    """One page of the actor's households in the order of their codes, and how many there are. Four statements."""
    where = [scope(who), *_conditions(filters)]
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Household).where(*where)) or 0
    found = db.session.scalars(
        sa.select(Household).where(*where).order_by(Household.village_code, Household.code)
        .limit(PAGE).offset((page - 1) * PAGE)
    ).all()  # fmt: skip
    heads = heads_of([one.id for one in found])
    names = places.names({one.village_code for one in found})
    return [_row(one, heads.get(one.id), names) for one in found], total


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.place:
        found.append(under(filters.place))
    if filters.category:
        found.append(Household.category == filters.category)
    if filters.code:
        found.append(Household.code.startswith(filters.code.upper(), autoescape=True))
    return found


def _row(one: Household, head: HouseholdPerson | None, names: dict[str, PlaceName]) -> Row:
    shown = masked(head) if head else None
    place = names.get(one.village_code)
    return Row(
        one.id, one.code, one.village_code, place.full if place else one.village_code, one.category, one.members,
        shown.name if shown else "", shown.phone if shown else "",
    )  # fmt: skip


def heads_of(household_ids: Collection[int]) -> dict[int, HouseholdPerson]:
    """The heads of households, still sealed."""
    query = sa.select(HouseholdPerson).where(
        any_of(HouseholdPerson.household_id, household_ids), HouseholdPerson.position == 1
    )
    return {row.household_id: row for row in db.session.scalars(query)}


def masked_heads(household_ids: Collection[int]) -> dict[int, str]:
    """王** for each household that has a head."""
    return {key: masked(row).name for key, row in heads_of(household_ids).items()}


def masked(row: HouseholdPerson) -> MaskedPerson:
    """The person as 4.3 shows them."""
    shown = {
        "name": rules.masked_name, "id_no": rules.masked_number, "phone": rules.masked_phone,
        "account": rules.masked_account,
    }  # fmt: skip
    texts = {field: mask(text) if (text := row.open(field)) else "" for field, mask in shown.items()}
    return MaskedPerson(row.position, left_on=row.left_on, is_erased=row.erased_at is not None, **texts)


@dataclass(frozen=True)
class CategoryLine:
    """One category fact with its author."""

    category: HouseholdCategory
    valid_from: date
    document: str
    reason: str
    author: str


@dataclass(frozen=True)
class View:
    """A household's page."""

    household: Household
    village: str
    people: list[MaskedPerson]
    categories: list[CategoryLine]
    consents: dict[ConsentKind, HouseholdConsent]

    @property
    def is_erased(self) -> bool:
        """Whether nothing about its people is kept any more."""
        return bool(self.people) and all(person.is_erased for person in self.people)


def view(household_id: int, who: Actor) -> View:
    """Raises: Missing for a foreign one."""
    household = mine(household_id, who)
    people = db.session.scalars(
        sa.select(HouseholdPerson)
        .where(HouseholdPerson.household_id == household.id)
        .order_by(HouseholdPerson.position)
    )
    facts = db.session.execute(
        sa.select(HouseholdCategoryFact, Person.name)
        .outerjoin(Person, Person.id == HouseholdCategoryFact.author_id)
        .where(HouseholdCategoryFact.household_id == household.id)
        .order_by(HouseholdCategoryFact.valid_from.desc(), HouseholdCategoryFact.id.desc())
    )
    place = places.names({household.village_code}).get(household.village_code)
    return View(
        household,
        place.full if place else household.village_code,
        [masked(row) for row in people],
        [CategoryLine(f.category, f.valid_from, f.document, f.reason, name or "") for f, name in facts],
        consents([household.id]).get(household.id, {}),
    )


def consents(household_ids: Sequence[int]) -> dict[int, dict[ConsentKind, HouseholdConsent]]:
    """The newest word of each household on each kind."""
    newest = (
        sa.select(HouseholdConsent)
        .ext(distinct_on(HouseholdConsent.household_id, HouseholdConsent.kind))
        .where(any_of(HouseholdConsent.household_id, household_ids))
        .order_by(
            HouseholdConsent.household_id, HouseholdConsent.kind,
            HouseholdConsent.given_on.desc(), HouseholdConsent.id.desc(),
        )
    )  # fmt: skip
    found: dict[int, dict[ConsentKind, HouseholdConsent]] = defaultdict(dict)
    for row in db.session.scalars(newest):
        found[row.household_id][row.kind] = row
    return found


def without_consent(who: Actor) -> int:
    """How many of the actor's households never agreed to the tracking of their income, nor refused it."""
    asked = sa.exists().where(
        HouseholdConsent.household_id == Household.id, HouseholdConsent.kind == ConsentKind.TRACKING
    )
    tracked = Household.category != HouseholdCategory.ORDINARY
    query = sa.select(sa.func.count()).select_from(Household).where(scope(who), tracked, ~asked)
    return db.session.scalar(query) or 0


def categories_on(household_ids: Collection[int], on: date) -> dict[int, HouseholdCategory]:
    """What households were on a day, by the newest fact up to it; one without facts is what its row says (rule 40)."""
    newest = (
        sa.select(HouseholdCategoryFact.household_id, HouseholdCategoryFact.category)
        .ext(distinct_on(HouseholdCategoryFact.household_id))
        .where(any_of(HouseholdCategoryFact.household_id, household_ids), HouseholdCategoryFact.valid_from <= on)
        .order_by(
            HouseholdCategoryFact.household_id, HouseholdCategoryFact.valid_from.desc(), HouseholdCategoryFact.id.desc()
        )
    )
    known = {row.household_id: row.category for row in db.session.execute(newest)}
    facts = sa.exists().where(HouseholdCategoryFact.household_id == Household.id)
    bare = sa.select(Household.id, Household.category).where(any_of(Household.id, household_ids), ~facts)
    return known | {row.id: row.category for row in db.session.execute(bare)}


def found_by_number(typed: str, who: Actor) -> int | None:
    """The actor's household in which a person has this identity number, phone or account; None for none of theirs.

    Raises: Refused "number-unknown-kind" when it is none of the three.
    """
    given: list[sa.ColumnElement[bool]] = []
    for field, check in (
        ("id_no", numbers.resident_number), ("phone", numbers.mobile), ("account", numbers.bank_account),
    ):  # fmt: skip
        try:
            given.append(getattr(HouseholdPerson, f"{field}_index").in_(sealing.blind_indexes(check(typed), field)))
        except Refused:
            continue
    if not given:
        raise Refused("number-unknown-kind")
    query = (
        sa.select(Household.id)
        .join(HouseholdPerson, HouseholdPerson.household_id == Household.id)
        .where(sa.or_(*given), HouseholdPerson.left_on.is_(None), scope(who))
        .order_by(Household.id)
        .limit(1)
    )
    return db.session.scalar(query)


def villages_of(who: Actor) -> list[PlaceName]:
    """The villages whose households the actor may see, towns together."""
    prefixes = places_of(who)
    found = places.listed(PlaceLevel.VILLAGE) + places.listed(PlaceLevel.COMMUNITY)
    kept = [p for p in found if prefixes is None or any(p.code.startswith(prefix) for prefix in prefixes)]
    return sorted(kept, key=lambda place: place.code)
