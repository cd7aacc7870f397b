"""Those who want to sell: applications on every desk, looks at old suppliers, the calendar of holidays."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO

import sqlalchemy as sa
from PIL import Image

from catalog.models.admission import AdmissionApplication
from catalog.models.supplier import Household, Supplier
from catalog.queries import admission_terms, supplier_checks
from catalog.queries import leads as lead_queries
from catalog.rules.admission import AdmissionAct, AdmissionState, ApplicantKind, PaperKind
from catalog.rules.supplier import LinkageMode, SupplierStatus
from catalog.rules.supplier_life import CheckOutcome, Criteria, months_later
from catalog.services import (
    admission_review,
    admission_steps,
    applications,
    leads,
    office_lists,
    publications,
    supplier_life,
)
from catalog.services.applications import Agreement, Draft
from core import clock
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.files import services as files
from core.files.models import Audience
from core.people import services as people
from core.terms import services as terms
from core.terms.queries import binding
from core.terms.rules import TermsKind
from demo import bodies, cast, invented
from demo.cast import word, words
from demo.world import World

_DESKS = (
    (AdmissionState.TOWNSHIP, Role.TOWNSHIP_CLERK),
    (AdmissionState.AGRICULTURE, Role.AGRICULTURE_OFFICER),
    (AdmissionState.LINKAGE, Role.LINKAGE_OFFICER),
)
_CRITERIA = Criteria(households=5, verified_fen=10_000_00, score=5_000)
"""A small county asks for less of a lead enterprise than the shipped numbers."""
_FIRST_NUMBER = 700
"""Credit codes and phones of applicants start here: far from everybody else's."""


@dataclass(frozen=True)
class Wish:
    """One applicant of the table: how far it came, how many days ago each act was."""

    key: str
    name: str
    kind: ApplicantKind
    village: str
    goods: str
    agreements: int
    until: str
    days_ago: int


def wishes() -> list[Wish]:
    """The table of applicants."""
    return [
        Wish(
            row["key"], row["name"], ApplicantKind(row["kind"]), row["village"], row["goods"], int(row["agreements"]),
            row["until"], int(row["days_ago"]),
        )
        for row in cast.rows("applicants")
    ]  # fmt: skip


def tell(world: World) -> None:
    """The calendar first: limits are counted by it."""
    _calendar(world)
    _looks(world)
    for number, wish in enumerate(wishes()):
        _way(world, wish, number)


@contextmanager
def _days_ago(world: World, days: int, hour: int) -> Iterator[None]:
    with clock.frozen(world.days.at(world.days.today - timedelta(days=days), hour)), transaction():
        yield


def _calendar(world: World) -> None:
    operator = world.actor("platform", Role.PLATFORM_OPERATOR)
    with _days_ago(world, 60, 9):
        for year, lists in words()["holidays"].items():
            days = [office_lists.days_of("\n".join(lists[key])) for key in ("holidays", "worked")]
            office_lists.set_year(int(year), *days, reason=word("paper", "holidays"), by=operator)
        terms = replace(office_lists.terms(), lead=_CRITERIA)
        office_lists.set_terms(terms, valid_from=clock.today(), reason=word("paper", "criteria"), by=operator)


def _looks(world: World) -> None:
    """Every supplier was looked at on time; those of one town are due again in two weeks."""
    half = admission_terms.check_months()
    for key, supplier_id in world.suppliers.items():
        spec = world.supplier_specs[key]
        clerk = world.actors.get((bodies.town(spec.town), Role.TOWNSHIP_CLERK.value))
        if clerk is None:
            continue
        soon = spec.town == "220681105"
        on = months_later(world.days.today, -half) + timedelta(days=14 if soon else 60)
        with clock.frozen(world.days.at(on, 10)), transaction():
            found = db.session.get_one(Supplier, supplier_id)
            if found.status is SupplierStatus.ACTIVE:
                due, note = supplier_checks.due_of(found), word("paper", "looked")
                supplier_life.check(supplier_id, CheckOutcome.PASSED, due_on=due, note=note, by=clerk)


def _way(world: World, wish: Wish, number: int) -> None:
    with _days_ago(world, wish.days_ago, 9):
        who = _applicant(world, wish, number)
        terms.agree([binding()[TermsKind.SENSITIVE].id], by=who)
        found = applications.start(_draft(world, wish, number), by=who)
        no = found.application_no
        for kind in (PaperKind.LICENCE, PaperKind.BANK, PaperKind.ORIGIN, _proof(wish)):
            applications.add_paper(no, kind, _paper(who, kind), by=who)
    if wish.until == "draft":
        return
    with _days_ago(world, wish.days_ago, 10):
        applications.submit(no, by=who)
    _judge(world, wish, no)


def _proof(wish: Wish) -> PaperKind:
    """What shows the link to households: a trader's producer, agreements, or a recognised product."""
    if wish.kind is ApplicantKind.TRADER:
        return PaperKind.AUTHORISATION
    return PaperKind.AGREEMENTS if wish.agreements else PaperKind.RECOGNITION


def _judge(world: World, wish: Wish, no: str) -> None:
    """Desk after desk, a day apart, as far as the table says."""
    for step, (desk, role) in enumerate(_DESKS, start=1):
        ended = {f"returned_{desk.value}": AdmissionAct.SEND_BACK, f"refused_{desk.value}": AdmissionAct.REFUSE}
        if wish.until == desk.value:
            return
        act = ended.get(wish.until, AdmissionAct.PASS)
        with _days_ago(world, max(wish.days_ago - step, 0), 11):
            reason = "" if act is AdmissionAct.PASS else word("paper", f"admission_{act.value}")
            admission_review.decide(no, act, seen=desk, version_no=1, by=_officer(world, wish, role), reason=reason)
        if act is not AdmissionAct.PASS:
            return
    if wish.until == "objected":
        with _days_ago(world, max(wish.days_ago - 4, 0), 12):
            publications.object_to(no, word("paper", "objection"), by=world.residents[1])
    if wish.until == "active":
        with _days_ago(world, 0, 1):
            publications.activate_due()


def _officer(world: World, wish: Wish, role: Role) -> Actor:
    offices = {
        Role.TOWNSHIP_CLERK: bodies.town(wish.village), Role.AGRICULTURE_OFFICER: "agri",
        Role.LINKAGE_OFFICER: "revival",
    }  # fmt: skip
    return world.actor(offices[role], role)


def _applicant(world: World, wish: Wish, number: int) -> Actor:
    if wish.key == "resident":
        return world.residents[0]
    name = word("paper", "applicant", name=wish.name)
    person = people.create(name, phone=invented.phone(_FIRST_NUMBER + number), password=bodies.PASSWORD)
    return Actor(person.id, person.name, request_id="demo")


def _draft(world: World, wish: Wish, number: int) -> Draft:
    codes = db.session.scalars(
        sa.select(Household.code).where(Household.village_code.like(f"{wish.village[:9]}%")).order_by(Household.code)
    ).all()
    is_trader = wish.kind is ApplicantKind.TRADER
    return Draft(
        kind=wish.kind, name=wish.name, uscc=invented.uscc(OrganisationKind.SUPPLIER, _FIRST_NUMBER + number),
        legal_person=word("paper", "legal"), phone=invented.phone(_FIRST_NUMBER + number), village_code=wish.village,
        bank_name=word("paper", "bank"), bank_account_name=wish.name, goods=wish.goods,
        bank_account_no=invented.bank_account(_FIRST_NUMBER + number),
        licence_valid_to=date(world.days.year + 4, 12, 31),
        agreements=tuple(Agreement(code, LinkageMode.PURCHASE) for code in codes[: wish.agreements]),
        recognition_no="" if wish.agreements or is_trader else word("paper", "recognition"),
        producer_id=world.suppliers["fungi"] if is_trader else None,
    )  # fmt: skip


def _paper(by: Actor, kind: PaperKind) -> int:
    """A blank sheet: the demo shows no real document."""
    sheet = BytesIO()
    Image.new("RGB", (600, 840), "white").save(sheet, "PNG")
    sheet.seek(0)
    name = f"{kind.value}.png"
    return files.take_paper(sheet, name=name, purpose="admission", by=by, audience=Audience.PARTIES, owner_id=None).id


def recognise(world: World) -> None:
    """Once scores stand: the first that meets the criteria is recognised, the others wait; queues are put in order."""
    officer = world.actor("agri", Role.AGRICULTURE_OFFICER)
    with _days_ago(world, 0, 1):
        fit = [each for each in lead_queries.candidates() if each.meets and not each.is_lead]
        if fit:
            document = word("paper", "lead_document", year=world.days.year)
            leads.recognise(fit[0].supplier_id, document=document, by=officer)
        admission_steps.rerank_all()


def states() -> dict[str, int]:
    """How many applications stand where, for the test of the demo."""
    rows = db.session.execute(
        sa.select(AdmissionApplication.state, sa.func.count()).group_by(AdmissionApplication.state)
    )
    return {state.value: count for state, count in rows}
