"""Households and their people: taken in, corrected, spoken to. What is sealed is opened here and nowhere else.

Every act asks whether the household is the actor's (`mine`): a foreign one is missing (404).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.household import SEALED, HouseholdCategoryFact, HouseholdPerson
from catalog.models.supplier import Household
from catalog.queries.household_scope import mine, within
from catalog.rules import households as rules
from catalog.rules import identifiers as numbers
from catalog.rules.supplier import HouseholdCategory
from core import clock, sealing, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.people import sms
from core.places.models import Place, PlaceLevel
from core.trail.models import Stream

MOST_PEOPLE = 30


@dataclass(frozen=True)
class PersonDraft:
    """One person as typed: any of it may be missing but the name."""

    name: str
    id_no: str = ""
    phone: str = ""
    account: str = ""


@dataclass(frozen=True)
class HouseholdDraft:
    """A household with its people, the head first. Without a code it gets the village's next one."""

    village_code: str
    category: HouseholdCategory
    members: int
    valid_from: date
    document: str
    people: tuple[PersonDraft, ...]
    code: str = ""


def tidy(draft: PersonDraft) -> PersonDraft:
    """The same person with numbers in their one form. Raises: Refused of `identifiers`, "person-needs-name"."""
    name = " ".join(draft.name.split())
    if not name:
        raise Refused("person-needs-name")
    return PersonDraft(
        name[:40],
        numbers.resident_number(draft.id_no) if draft.id_no else "",
        numbers.mobile(draft.phone) if draft.phone else "",
        numbers.bank_account(draft.account) if draft.account else "",
    )


def take_in(draft: HouseholdDraft, *, by: Actor) -> Household:
    """A new household with its people and its first category fact.

    Raises: Missing "no-such-village" (not one of the actor's), Refused "household-code-taken", "person-in-household",
    "household-without-head", "household-too-many", "category-in-future", and as `tidy`.
    """
    _village(draft.village_code, by)
    people = [tidy(person) for person in draft.people]
    if not people or not people[0].id_no:
        raise Refused("household-without-head")
    if not len(people) <= draft.members <= MOST_PEOPLE:
        raise Refused("household-too-many", people=len(people), members=draft.members)
    _not_elsewhere(people)
    code = rules.code(draft.code) if draft.code else _next_code(draft.village_code)
    if db.session.scalar(sa.select(sa.exists().where(Household.code == code))):
        raise Refused("household-code-taken", code=code)
    made = Household(code=code, village_code=draft.village_code, category=draft.category, members=draft.members)
    db.session.add(made)
    db.session.flush()
    for position, person in enumerate(people, 1):
        _add_person(made.id, position, person)
    _fact(made, draft.category, draft.valid_from, draft.document, "", by)
    trail.record(
        Stream.PERSONAL, "household-taken-in", "household", made.id, by=by, right=Right.HOUSEHOLD_EDIT,
        code=code, people=len(people),
    )  # fmt: skip
    return made


def _village(code: str, by: Actor) -> None:
    place = db.session.get(Place, code)
    if place is None or place.level not in {PlaceLevel.VILLAGE, PlaceLevel.COMMUNITY} or not within(code, by):
        raise Missing("no-such-village")


def _not_elsewhere(people: Sequence[PersonDraft]) -> None:
    """Nobody stands twice, here or in another household (4.2 b). The lock is the unique index; this is the sentence."""
    given = [person.id_no for person in people if person.id_no]
    if len(set(given)) < len(given):
        raise Refused("person-in-household")
    wanted = [index for number in given for index in sealing.blind_indexes(number, "id_no")]
    known = sa.exists().where(HouseholdPerson.id_no_index.in_(wanted), HouseholdPerson.left_on.is_(None))
    if given and db.session.scalar(sa.select(known)):
        raise Refused("person-in-household")


def _next_code(village_code: str) -> str:
    """H + the last six digits of the village + a number; two at once meet at the unique constraint."""
    front = f"H{village_code[6:]}"
    newest = db.session.scalar(
        sa.select(sa.func.max(Household.code)).where(
            Household.code.startswith(front), sa.func.length(Household.code) == len(front) + 4
        )
    )
    return f"{front}{int(newest[-4:]) + 1 if newest else 1:04d}"


def _add_person(household_id: int, position: int, person: PersonDraft) -> HouseholdPerson:
    row = HouseholdPerson(household_id=household_id, position=position, created_at=clock.now())
    for field in SEALED:
        row.close(field, getattr(person, field))
    db.session.add(row)
    return row


def _fact(
    household: Household, category: HouseholdCategory, valid_from: date, document: str, reason: str, by: Actor
) -> None:
    if valid_from > clock.today():
        raise Refused("category-in-future")
    db.session.add(
        HouseholdCategoryFact(
            household_id=household.id, category=category, valid_from=valid_from,
            document=rules.free_text(document), reason=rules.free_text(reason), author_id=by.person_id,
            created_at=clock.now(),
        )
    )  # fmt: skip


def add_person(household_id: int, draft: PersonDraft, *, by: Actor) -> HouseholdPerson:
    """One more person of a household. Raises: Missing, Refused "person-in-household", "household-too-many"."""
    household = mine(household_id, by, lock=True)
    person = tidy(draft)
    _not_elsewhere([person])
    taken = sa.select(sa.func.max(HouseholdPerson.position)).where(HouseholdPerson.household_id == household.id)
    position = (db.session.scalar(taken) or 0) + 1
    if position > MOST_PEOPLE:
        raise Refused("household-too-many", people=position, members=household.members)
    row = _add_person(household.id, position, person)
    _record("household-person-added", household, by, position=position)
    return row


def change_contact(household_id: int, position: int, *, phone: str, account: str, by: Actor) -> None:
    """A new phone or account; an empty one stays as it was. The trail tells which changed, never the number.

    Raises: Missing "no-such-person", Refused of `identifiers`.
    """
    household = mine(household_id, by, lock=True)
    row = _person(household.id, position)
    given = {
        "phone": numbers.mobile(phone) if phone else "",
        "account": numbers.bank_account(account) if account else "",
    }
    changed = [field for field, text in given.items() if text and text != row.open(field)]
    for field in changed:
        row.close(field, given[field])
    if changed:
        _record("household-contact-changed", household, by, position=position, fields=len(changed))


def update_person(household_id: int, draft: PersonDraft, *, by: Actor) -> None:
    """What a newer list says of a person who is registered: found by number, else by name; empty fields stay.

    Raises: Missing "no-such-person", Refused of `identifiers`, "person-in-household".
    """
    household = mine(household_id, by, lock=True)
    given = tidy(draft)
    people = db.session.scalars(
        sa.select(HouseholdPerson)
        .where(HouseholdPerson.household_id == household.id, HouseholdPerson.left_on.is_(None))
        .order_by(HouseholdPerson.position)
    ).all()
    row = find_person(people, given)
    if row is None:
        raise Missing("no-such-person")
    changed = [field for field in SEALED if (text := getattr(given, field)) and text != row.open(field)]
    if "id_no" in changed:
        _not_elsewhere([given])
    for field in changed:
        row.close(field, getattr(given, field))
    if changed:
        _record("household-contact-changed", household, by, position=row.position, fields=len(changed))


def find_person(people: Sequence[HouseholdPerson], given: PersonDraft) -> HouseholdPerson | None:
    """The person of a household by number; by name where one of the two has no number."""
    indexes = sealing.blind_indexes(given.id_no, "id_no") if given.id_no else []
    for row in people:
        if row.id_no_index in indexes:
            return row
    nameless = (row for row in people if not (indexes and row.id_no_index))
    return next((row for row in nameless if row.open("name") == given.name), None)


def let_go(household_id: int, position: int, on: date, *, by: Actor) -> None:
    """A person has left the household (moved, died): from now on they may stand in another.

    Raises: Missing, Refused "head-stays", "day-in-future".
    """
    household = mine(household_id, by, lock=True)
    row = _person(household.id, position)
    if position == 1:
        raise Refused("head-stays")
    if on > clock.today():
        raise Refused("day-in-future")
    row.left_on = on
    _record("household-person-left", household, by, position=position)


def _person(household_id: int, position: int) -> HouseholdPerson:
    row = db.session.get(HouseholdPerson, (household_id, position))
    if row is None or row.left_on is not None or row.erased_at is not None:
        raise Missing("no-such-person")
    return row


def change_members(household_id: int, members: int, *, by: Actor) -> None:
    """How many live there now. Snapshots keep the number of their own quarter. Raises: Missing, Refused."""
    household = mine(household_id, by, lock=True)
    if not 1 <= members <= MOST_PEOPLE:
        raise Refused("number-out-of-bounds", least=1, most=MOST_PEOPLE)
    before, household.members = household.members, members
    _record("household-members-changed", household, by, before=before, members=members)


def change_category(
    household_id: int, category: HouseholdCategory, *, valid_from: date, document: str, reason: str, by: Actor
) -> None:
    """A new fact; what was recognised before stays as it is (rule 40).

    Raises: Missing, Refused "category-same", "category-in-future", "category-before-last", "text-holds-number".
    """
    household = mine(household_id, by, lock=True)
    if household.category is category:
        raise Refused("category-same")
    newest = db.session.scalar(
        sa.select(sa.func.max(HouseholdCategoryFact.valid_from)).where(
            HouseholdCategoryFact.household_id == household.id
        )
    )
    if newest is not None and valid_from < newest:
        raise Refused("category-before-last", on=newest)
    _fact(household, category, valid_from, document, reason, by)
    before, household.category = household.category, category
    trail.record(
        Stream.PERSONAL, "household-category-changed", "household", household.id, by=by,
        right=Right.HOUSEHOLD_EDIT, before={"category": before}, after={"category": category},
        code=household.code, category=category,
    )  # fmt: skip


def _record(act: str, household: Household, by: Actor, **facts: Any) -> None:
    trail.record(
        Stream.PERSONAL, act, "household", household.id, by=by, right=Right.HOUSEHOLD_EDIT, code=household.code, **facts
    )


def send(household_id: int, sms_code: str, /, **facts: object) -> bool:
    """Send a sentence of `[sms]` to the household's head. False when there is no phone. The number never leaves here.

    What is kept of the message shows the number masked, on the demo's page as in the database.
    """
    row = db.session.get(HouseholdPerson, (household_id, 1))
    phone = row.open("phone") if row else None
    if phone is None:
        return False
    sms.send_masked(phone, rules.masked_phone(phone), sms_code, **facts)
    return True
