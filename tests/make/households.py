"""Households with people whose numbers pass every check: they stand in tests only, never in data that is shipped."""

import itertools
from datetime import date

from catalog.models.supplier import Household
from catalog.rules.supplier import HouseholdCategory
from catalog.services import households
from catalog.services.households import HouseholdDraft, PersonDraft
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.people.models import Person
from tests.make.catalog import TOWN, VILLAGE
from tests.make.core import actor, organisation, seat, writing

_numbers = itertools.count(1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_no(number: int | None = None) -> str:
    """A resident number that passes its check."""
    n = next(_numbers) if number is None else number
    body = f"220681{1950 + n // 27_000:04d}{n // 2_250 % 12 + 1:02d}{n // 90 % 25 + 1:02d}{n % 90 + 100:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, _WEIGHTS, strict=True)) % 11]


def phone(number: int) -> str:
    return f"139{number:08d}"


def household_person(name: str = "王小明", **given: str) -> PersonDraft:
    n = next(_numbers)
    return PersonDraft(**{"name": name, "id_no": id_no(n), "phone": phone(n), "account": f"62170000{n:010d}", **given})


def draft(*people: PersonDraft, village: str = VILLAGE, members: int = 3, **given: object) -> HouseholdDraft:
    return HouseholdDraft(
        village_code=village,
        category=HouseholdCategory.EXITED,
        members=members,
        valid_from=date(2020, 1, 1),
        document="示例文件",
        people=people or (household_person(),),
        **given,  # type: ignore[arg-type]
    )


def registered(by: Actor, *people: PersonDraft, village: str = VILLAGE, members: int = 3, **given: object) -> Household:
    """A household through the service."""
    with writing():
        return households.take_in(draft(*people, village=village, members=members, **given), by=by)


def village_worker(village: str = VILLAGE) -> tuple[Person, Actor]:
    body = organisation(OrganisationKind.VILLAGE, place_code=village)
    who = seat(body, Role.VILLAGE_WORKER, name="村干")
    return who, actor(who, body, Role.VILLAGE_WORKER)


def township_clerk(town: str = TOWN) -> tuple[Person, Actor]:
    body = organisation(OrganisationKind.TOWNSHIP, place_code=town)
    who = seat(body, Role.TOWNSHIP_CLERK, name="镇办")
    return who, actor(who, body, Role.TOWNSHIP_CLERK)


def linkage_officer() -> tuple[Person, Actor]:
    body = organisation(OrganisationKind.REVITALISATION)
    who = seat(body, Role.LINKAGE_OFFICER, name="联农")
    return who, actor(who, body, Role.LINKAGE_OFFICER)
