"""What is registered already of the people and codes of a file, read in four statements."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.household import SEALED, HouseholdPerson
from catalog.models.supplier import Household
from catalog.queries.household_scope import within
from catalog.rules.households import IntakeVerdict
from catalog.services.households import PersonDraft, find_person
from core import sealing
from core.access.actor import Actor
from core.db import any_of, db
from core.places import queries as places
from core.places.models import PlaceLevel


@dataclass(frozen=True)
class KnownHome:
    """A registered household; `is_mine`: the actor may change it."""

    household_id: int
    code: str
    village_code: str
    category: str
    is_mine: bool


@dataclass(frozen=True)
class Known:
    """The register as far as a file touches it. Texts in the open stay in memory."""

    homes: dict[int, KnownHome]
    codes: dict[str, KnownHome]
    people: dict[str, HouseholdPerson]  # identity number → person
    of_home: dict[int, list[HouseholdPerson]]
    villages: frozenset[str]

    def is_village(self, code: str) -> bool:
        """Whether the code is a village's."""
        return code in self.villages

    def by_person(self, id_no: str) -> KnownHome | None:
        """The household in which the number stands."""
        person = self.people.get(id_no) if id_no else None
        return self.homes[person.household_id] if person else None

    def by_code(self, code: str) -> KnownHome | None:
        """The household with the code."""
        return self.codes.get(code) if code else None

    def verdict(self, household_id: int | None, given: PersonDraft) -> IntakeVerdict:
        """What a row would do in its household."""
        person = find_person(self.of_home.get(household_id or 0, []), given)
        if person is None:
            return IntakeVerdict.NEW
        pairs = ((field, getattr(given, field)) for field in SEALED)
        differs = any(text and text != person.open(field) for field, text in pairs)
        return IntakeVerdict.CHANGED if differs else IntakeVerdict.SAME


def read_known(numbers: Sequence[str], codes: Sequence[str], by: Actor) -> Known:
    """Everything registered under these identity numbers and codes."""
    index_of = {index: number for number in numbers if number for index in sealing.blind_indexes(number, "id_no")}
    found = db.session.scalars(
        sa.select(HouseholdPerson).where(
            any_of(HouseholdPerson.id_no_index, list(index_of), sa.LargeBinary), HouseholdPerson.left_on.is_(None)
        )
    ).all()
    people = {index_of[row.id_no_index]: row for row in found if row.id_no_index}
    homes = db.session.scalars(
        sa.select(Household).where(
            sa.or_(
                any_of(Household.id, {row.household_id for row in found}),
                any_of(Household.code, [code for code in codes if code], sa.String),
            )
        )
    ).all()
    everybody = db.session.scalars(
        sa.select(HouseholdPerson)
        .where(any_of(HouseholdPerson.household_id, [one.id for one in homes]), HouseholdPerson.left_on.is_(None))
        .order_by(HouseholdPerson.position)
    ).all()
    of_home: dict[int, list[HouseholdPerson]] = {}
    for row in everybody:
        of_home.setdefault(row.household_id, []).append(row)
    listed = places.listed(PlaceLevel.VILLAGE) + places.listed(PlaceLevel.COMMUNITY)
    known = [KnownHome(h.id, h.code, h.village_code, h.category.value, within(h.village_code, by)) for h in homes]
    return Known(
        {home.household_id: home for home in known}, {home.code: home for home in known}, people, of_home,
        frozenset(place.code for place in listed),
    )  # fmt: skip
