"""The register in the hands of people: what each sees, numbers in the open once, who is told of it."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.household import HouseholdConsent, HouseholdPerson
from catalog.models.supplier import Household
from catalog.queries.households import Filters, listed
from catalog.rules.supplier import HouseholdCategory
from catalog.services.households import PersonDraft
from core import settings
from core.access.roles import OrganisationKind, Role
from core.clock import today
from core.db import db, transaction
from core.people.models import Person
from core.trail.models import AuditEvent
from tests import make
from tests.make import households as homes
from tests.make.catalog import TOWN, VILLAGE
from tests.support.hygiene import faults
from tests.support.statements import statements

OTHER_VILLAGE, OTHER_TOWN = "220681103201", "220681105205"


@pytest.fixture
def person() -> PersonDraft:
    return homes.household_person("王小明", phone="13900010021")


@pytest.fixture
def worker(app: Flask) -> Person:
    return homes.village_worker()[0]


@pytest.fixture
def home(worker: Person, person: PersonDraft) -> int:
    return homes.registered(homes.village_worker()[1], person).id


def open_texts(person: PersonDraft) -> tuple[str, ...]:
    return person.name, person.id_no, person.phone, person.account


REVEAL = {"what": "contact", "purpose": "visit", "reason": "核对走访时间"}


def test_everything_is_masked(client: FlaskClient, worker: Person, home: int, person: PersonDraft) -> None:
    make.log_in(client, worker)
    for address in ("/households", f"/households/{home}", "/households/new"):
        page = client.get(address)
        assert page.status_code == 200 and faults(page.text) == []
        assert not [text for text in open_texts(person) if text in page.text]
    text = client.get(f"/households/{home}").text
    assert "王**" in text and "139****0021" in text
    assert f"{person.id_no[:6]}{'*' * 10}{person.id_no[-2:]}" in text


def test_a_number_is_shown_once_by_a_post_and_on_record(
    client: FlaskClient, worker: Person, home: int, person: PersonDraft
) -> None:
    make.log_in(client, worker)
    address = f"/households/{home}/reveal"
    assert client.get(address).status_code in {404, 405}
    shown = client.post(address, data={**REVEAL, "_key": "k" * 20})

    assert shown.status_code == 200 and faults(shown.text) == []
    assert person.phone in shown.text and person.name in shown.text
    assert person.id_no not in shown.text and person.account not in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    again = client.post(address, data={**REVEAL, "_key": "k" * 20})  # the browser's reload
    assert again.status_code == 303 and person.phone not in again.text
    events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "household-revealed")).all()
    assert len(events) == 1
    assert "核对走访时间" in events[0].body and person.phone not in events[0].body


@pytest.mark.parametrize(
    "change", [{"purpose": ""}, {"purpose": "x"}, {"reason": ""}, {"reason": "无"}, {"what": "all"}]
)
def test_without_a_purpose_nothing_is_shown(
    client: FlaskClient, worker: Person, home: int, person: PersonDraft, change: dict[str, str]
) -> None:
    make.log_in(client, worker)
    refused = client.post(f"/households/{home}/reveal", data={**REVEAL, **change})

    assert refused.status_code == 409
    assert person.phone not in refused.text
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEvent.action == "household-revealed")) == 0


def test_looks_are_few_a_day(client: FlaskClient, worker: Person, home: int, person: PersonDraft) -> None:
    with transaction():
        settings.put("household.looks_a_day", 2, valid_from=today(), reason="test", author_id=None)
    make.log_in(client, worker)
    answers = [client.post(f"/households/{home}/reveal", data=REVEAL) for _ in range(3)]

    assert [a.status_code for a in answers] == [200, 200, 409]
    assert person.phone not in answers[2].text
    assert client.post("/households/find", data={"number": person.phone}).status_code == 409


def test_a_household_is_found_by_a_number_in_the_body_only(
    client: FlaskClient, worker: Person, home: int, person: PersonDraft
) -> None:
    make.log_in(client, worker)
    for number in (person.id_no, person.phone, person.account, f" {person.id_no.lower()} "):
        assert client.post("/households/find", data={"number": number}).location == f"/households/{home}"
    assert "没有找到" in client.post("/households/find", data={"number": homes.phone(99_999_999)}).text
    assert client.post("/households/find", data={"number": "王小明"}).status_code == 409
    make.log_in(client, homes.village_worker(OTHER_VILLAGE)[0])
    foreign = client.post("/households/find", data={"number": person.phone})
    assert foreign.status_code == 200 and "没有找到" in foreign.text and "H1032000001" not in foreign.text


def test_overseers_see_that_somebody_looked_and_not_what(
    client: FlaskClient, worker: Person, home: int, person: PersonDraft
) -> None:
    make.log_in(client, worker)
    client.post(f"/households/{home}/reveal", data=REVEAL)
    finance = make.organisation(OrganisationKind.FINANCE)
    for overseer in (homes.linkage_officer()[0], make.seat(finance, Role.FINANCE_AUDITOR)):
        make.log_in(client, overseer)
        for address in ("/households/looks", "/households/looks?code=H1032000001"):
            page = client.get(address)
            assert "村干" in page.text and "核对走访时间" in page.text and "H1032000001" in page.text
            assert not [text for text in open_texts(person) if text in page.text]
            assert faults(page.text) == []
        assert "没有查看记录" in client.get("/households/looks?code=H0000000000").text


# --- the matrix ----------------------------------------------------------------------------------

INSIDE = {Role.VILLAGE_WORKER, Role.TOWNSHIP_CLERK, Role.LINKAGE_OFFICER}
KIND_OF_ROLE = {
    Role.VILLAGE_WORKER: OrganisationKind.VILLAGE,
    Role.TOWNSHIP_CLERK: OrganisationKind.TOWNSHIP,
    Role.LINKAGE_OFFICER: OrganisationKind.REVITALISATION,
}
OF_A_HOUSEHOLD = re.compile(r"<id:household_id>")


def routes(app: Flask) -> list[tuple[str, str]]:
    """(method, address pattern) of every door of this part that shows or changes one household."""
    return [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if OF_A_HOUSEHOLD.search(rule.rule) and rule.endpoint.split(".")[0].startswith(("household", "income"))
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def seat_of(role: Role, place: str | None) -> Person:
    kind = KIND_OF_ROLE.get(role, OrganisationKind.UNIT)
    return make.seat(make.organisation(kind, place_code=place), role)


@pytest.mark.parametrize("role", [r for r in Role if r not in INSIDE and r is not Role.RESIDENT])
def test_nobody_else_comes_near_a_household(
    client: FlaskClient, app: Flask, home: int, person: PersonDraft, role: Role
) -> None:
    """Also with a village as their place: the role decides."""
    make.log_in(client, seat_of(role, VILLAGE))
    assert len(routes(app)) >= 8
    for method, pattern in (
        *routes(app),
        ("GET", "/households"),
        ("GET", "/households/new"),
        ("POST", "/households/new"),
    ):
        address = re.sub("<[^>]+>", str(home), pattern)
        answer = client.open(address, method=method, data=REVEAL if method == "POST" else None)
        assert answer.status_code in {403, 404}, (method, pattern, answer.status_code)
        assert not [text for text in (*open_texts(person), "王**") if text in answer.text]
    assert count(HouseholdConsent) == 0 and count(HouseholdPerson) == 1


def count(table: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.mark.parametrize("who", [None, "resident"])
def test_guests_and_residents_do_not_either(client: FlaskClient, app: Flask, home: int, who: str | None) -> None:
    if who:
        make.log_in(client, make.person())
    for method, pattern in (*routes(app), ("GET", "/households"), ("GET", "/households/looks")):
        answer = client.open(re.sub("<[^>]+>", str(home), pattern), method=method)
        assert answer.status_code in ({403, 404} if who else {302, 403}), (method, pattern)
        assert "王**" not in answer.text


@pytest.mark.parametrize(
    ("role", "at", "sees"),
    [
        (Role.VILLAGE_WORKER, VILLAGE, True),
        (Role.VILLAGE_WORKER, OTHER_VILLAGE, False),
        (Role.VILLAGE_WORKER, TOWN, False),
        (Role.VILLAGE_WORKER, None, False),
        (Role.TOWNSHIP_CLERK, TOWN, True),
        (Role.TOWNSHIP_CLERK, OTHER_TOWN[:9], False),
        (Role.TOWNSHIP_CLERK, VILLAGE, False),
        (Role.LINKAGE_OFFICER, None, True),
    ],
)
def test_an_office_sees_its_own_place(
    client: FlaskClient, app: Flask, home: int, role: Role, at: str | None, sees: bool
) -> None:
    make.log_in(client, seat_of(role, at))
    assert ("H1032000001" in client.get("/households").text) is sees
    assert client.get(f"/households/{home}").status_code == (200 if sees else 404)
    assert client.post(f"/households/{home}/reveal", data=REVEAL).status_code == (200 if sees else 404)
    if not sees:
        for method, pattern in routes(app):
            answer = client.open(re.sub("<[^>]+>", str(home), pattern), method=method, data=VALID)
            assert answer.status_code in {403, 404}, (method, pattern, answer.status_code)
        assert count(HouseholdConsent) == 0 and count(HouseholdPerson) == 1


VALID = {
    **REVEAL, "name": "李二", "phone": "13800000001", "members": "4", "category": "monitored", "document": "文件",
    "valid_from": "2026-01-01", "left_on": "2026-01-01", "kind": "tracking", "method": "signed", "is_given": "yes",
    "paper_no": "一", "given_on": "2026-01-01", "wage": "1", "operating": "1", "operating_cost": "1", "property": "1",
    "transfer": "1", "quarter": "2026Q3",
}  # fmt: skip


EVERY_OFFICE, TOWN_AND_COUNTY = INSIDE, {Role.TOWNSHIP_CLERK, Role.LINKAGE_OFFICER}
DECIDERS = {Role.LINKAGE_OFFICER, Role.FINANCE_AUDITOR}
DOORS: dict[str, set[Role]] = {
    **{f"households.{name}": EVERY_OFFICE for name in (
        "index", "new", "create", "show", "add_person", "change_contact", "let_go", "change_members",
        "change_category", "consent",
    )},
    "household_looks.reveal": EVERY_OFFICE,
    "household_looks.find": EVERY_OFFICE,
    "household_looks.listed": DECIDERS,
    **{f"household_intake.{name}": EVERY_OFFICE for name in (
        "start", "template", "upload", "show", "problems", "take", "discard",
    )},
    "household_exports.index": TOWN_AND_COUNTY,
    "household_exports.ask": TOWN_AND_COUNTY,
    "household_exports.fetch": TOWN_AND_COUNTY,
    "household_exports.waiting": DECIDERS,
    "household_exports.approve": DECIDERS,
    "household_exports.decline": DECIDERS,
    "incomes.index": EVERY_OFFICE,
    "incomes.show": EVERY_OFFICE,
    "incomes.enter": EVERY_OFFICE,
    **{f"income_analysis.{name}": TOWN_AND_COUNTY for name in (
        "analysis", "analysis_sheet", "red", "targets", "targets_sheet",
    )},
    "income_analysis.set_target": {Role.LINKAGE_OFFICER},
    "income_analysis.set_terms": {Role.LINKAGE_OFFICER},
    "income_analysis.sums": {Role.FINANCE_OFFICER, Role.FINANCE_AUDITOR},
    "income_analysis.sums_sheet": {Role.FINANCE_OFFICER, Role.FINANCE_AUDITOR},
}  # fmt: skip
"""Which roles a door opens to. What is not here is not open: the test asks for every door by name."""
OURS = {"households", "household_looks", "household_intake", "household_exports", "incomes", "income_analysis"}


@pytest.mark.parametrize("role", list(Role))
def test_every_door_opens_to_its_roles_only(client: FlaskClient, app: Flask, home: int, role: Role) -> None:
    kind = (
        OrganisationKind.FINANCE if role.value.startswith("finance") else KIND_OF_ROLE.get(role, OrganisationKind.UNIT)
    )
    place = {Role.VILLAGE_WORKER: VILLAGE, Role.TOWNSHIP_CLERK: TOWN}.get(role)
    who = make.person() if role is Role.RESIDENT else make.seat(make.organisation(kind, place_code=place), role)
    make.log_in(client, who)
    asked = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in OURS:
            asked.add(rule.endpoint)
            method = "POST" if "POST" in (rule.methods or set()) else "GET"
            address = re.sub("<string[^>]+>", "x" * 20, re.sub("<id:[^>]+>", str(home), rule.rule))
            answer = client.open(address, method=method)
            assert (answer.status_code == 403) is (role not in DOORS[rule.endpoint]), (
                rule.endpoint,
                answer.status_code,
            )
            assert answer.status_code < 500
    assert asked == set(DOORS)


# --- the desk ------------------------------------------------------------------------------------


def test_a_village_worker_takes_a_household_in(client: FlaskClient, worker: Person) -> None:
    make.log_in(client, worker)
    form = {
        "village": VILLAGE, "category": "exited", "members": "2", "valid_from": "2021-01-01", "document": "镇发1号",
        "name": "赵大", "id_no": homes.id_no(), "phone": "13900088888",
    }  # fmt: skip
    wrong = client.post("/households/new", data={**form, "id_no": form["id_no"][:17] + "A"})
    assert wrong.status_code == 409 and faults(wrong.text) == []
    assert count(Household) == 0

    made = client.post("/households/new", data=form)
    assert made.status_code == 303
    page = client.get(made.location)
    assert "赵*" in page.text and "139****8888" in page.text
    assert client.post("/households/new", data=form).status_code == 409  # the same person again
    assert count(Household) == 1

    for act, data in (
        ("people", {"name": "李二"}), ("members", {"members": "3"}), ("people/1/contact", {"phone": "13900077777"}),
        ("people/2/left", {"left_on": "2026-01-01"}), ("category", VALID), ("consents", VALID),
    ):  # fmt: skip
        assert client.post(f"{made.location}/{act}", data=data).status_code == 303, act
    page = client.get(made.location).text
    assert "139****7777" in page and "迁出" in page and "存档 一" in page


def test_a_list_of_ten_thousand_costs_the_same(app: Flask) -> None:
    by = homes.linkage_officer()[1]
    values = [
        {"code": f"T{n:06d}", "village_code": VILLAGE if n % 2 else OTHER_VILLAGE, "members": 3,
         "category": HouseholdCategory.EXITED}
        for n in range(10_000)
    ]  # fmt: skip
    with transaction():
        db.session.execute(sa.insert(Household), values)
    homes.registered(by, village=VILLAGE)
    with statements() as seen:
        rows, total = listed(by, Filters(), 150)

    assert total == 10_001 and len(rows) == 50
    assert len(seen) == 4
