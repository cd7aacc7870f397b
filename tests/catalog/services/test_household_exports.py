"""Lists with personal rows need two people; contact data ends three years after the last benefit."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.household import HouseholdExport, HouseholdPerson
from catalog.models.supplier import LinkageAgreement
from catalog.rules.households import ExportState, RevealPurpose
from catalog.services import household_exports as exports
from catalog.services import retention
from core import clock, sheets
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.people.models import Person
from core.trail.models import AuditEvent
from tests import make
from tests.make import households as homes
from tests.make.catalog import TOWN, VILLAGE
from tests.support.hygiene import faults


@pytest.fixture
def clerk(app: Flask) -> tuple[Person, Actor]:
    return homes.township_clerk()


@pytest.fixture
def officer(app: Flask) -> tuple[Person, Actor]:
    return homes.linkage_officer()


def asked(by: Actor, *, has_names: bool = False, place: str = "") -> int:
    with transaction():
        return exports.request(place, has_names=has_names, purpose=RevealPurpose.VERIFY, reason="核对年报", by=by).id


def decided(export_id: int, by: Actor, *, approve: bool = True) -> ExportState:
    with transaction():
        return exports.decide(export_id, approve=approve, by=by).state


def fetched(export_id: int, by: Actor) -> list[str]:
    with transaction():
        data = exports.fetch(export_id, by=by)
    return [cell for row in sheets.read(data)[0].rows for cell in row]


def test_two_people_and_a_watermark_on_every_row(clerk: tuple[Person, Actor], officer: tuple[Person, Actor]) -> None:
    person = homes.household_person("王小明")
    for draft in (person, homes.household_person("赵大")):
        homes.registered(clerk[1], draft)
    export = asked(clerk[1], has_names=True)
    with pytest.raises(Refused, match="export-not-ready"):
        fetched(export, clerk[1])
    assert decided(export, officer[1]) is ExportState.APPROVED
    cells = fetched(export, clerk[1])

    assert person.name in cells and person.phone in cells
    assert not [c for c in cells if person.id_no in c or person.account in c]
    assert sum(f"申请 {export} 镇办" in cell for cell in cells) >= 2
    assert any("不得转发" in cell and "核对年报" in cell for cell in cells)
    told = db.session.scalars(sa.select(AuditEvent.body).where(AuditEvent.object_type == "household_export")).all()
    assert len(told) == 3 and not any(person.phone in body or person.name in body for body in told)
    with pytest.raises(Missing):
        fetched(export, officer[1])  # who decided fetches nothing


def test_a_masked_list_is_masked(clerk: tuple[Person, Actor], officer: tuple[Person, Actor]) -> None:
    person = homes.household_person("王小明", phone="13900010021")
    homes.registered(clerk[1], person)
    export = asked(clerk[1])
    decided(export, officer[1])
    cells = fetched(export, clerk[1])

    assert "王**" in cells and "139****0021" in cells
    assert not [c for c in cells if person.phone in c or person.name in c]


def test_nobody_decides_on_their_own(officer: tuple[Person, Actor]) -> None:
    export = asked(officer[1])
    with pytest.raises(Refused, match="export-needs-second"):
        decided(export, officer[1])
    assert db.session.get_one(HouseholdExport, export).state is ExportState.REQUESTED


def test_the_database_asks_for_two_people_as_well(officer: tuple[Person, Actor]) -> None:
    export = asked(officer[1])
    same = sa.update(HouseholdExport).where(HouseholdExport.id == export)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(same.values(decided_by_id=officer[1].person_id))


def test_a_list_lapses_after_a_day(clerk: tuple[Person, Actor], officer: tuple[Person, Actor]) -> None:
    export, waiting = asked(clerk[1]), asked(clerk[1])
    decided(export, officer[1])
    with clock.shifted(timedelta(hours=25)):
        with pytest.raises(Refused, match="export-not-ready"):
            fetched(export, clerk[1])
        with transaction():
            assert exports.lapse_old() == 1
    with clock.shifted(timedelta(days=8)), transaction():
        assert exports.lapse_old() == 1
    with pytest.raises(Refused, match="state-forbids-act"):
        decided(waiting, officer[1])


@pytest.mark.parametrize("at", ["220681105", "220681105205", "2206"])
def test_a_town_asks_for_its_own_only(clerk: tuple[Person, Actor], at: str) -> None:
    with pytest.raises(Missing):
        asked(clerk[1], place=at)
    assert asked(clerk[1], place=VILLAGE) and asked(clerk[1], place=TOWN)


def test_on_the_pages(client: FlaskClient, clerk: tuple[Person, Actor], officer: tuple[Person, Actor]) -> None:
    homes.registered(clerk[1])
    form = {"place": "", "has_names": "no", "purpose": "verify", "reason": "核对年报"}
    make.log_in(client, clerk[0])
    assert client.post("/households/exports", data={**form, "reason": "x"}).status_code == 409
    assert client.post("/households/exports", data=form).status_code == 303
    assert faults(client.get("/households/exports").text) == []
    export = db.session.scalars(sa.select(HouseholdExport.id)).one()
    assert client.post(f"/households/exports/{export}/approve").status_code == 403
    auditor = make.seat(make.organisation(OrganisationKind.FINANCE), Role.FINANCE_AUDITOR)
    make.log_in(client, auditor)
    assert faults(client.get("/households/exports/waiting").text) == []
    assert "农户名单导出等待审批" in client.get("/desk").text
    assert client.post(f"/households/exports/{export}/fetch").status_code == 403
    assert client.post(f"/households/exports/{export}/approve").status_code == 303
    make.log_in(client, clerk[0])
    assert "24 小时内下载" in client.get("/desk").text
    book = client.post(f"/households/exports/{export}/fetch")
    assert book.status_code == 200 and "no-store" in book.headers["Cache-Control"]


# --- the end of contact data ---------------------------------------------------------------------


def test_contact_data_ends_three_years_after_the_last_benefit(app: Flask) -> None:
    by = homes.village_worker()[1]
    seller = make.supplier()
    old, running, ended = (homes.registered(by).id for _ in range(3))
    with transaction():
        made = date(2015, 1, 1)
        values = [(running, None), (ended, date(2026, 6, 30))]
        db.session.add_all(
            LinkageAgreement(supplier_id=seller.id, household_id=h, mode="wage", valid_from=made, valid_to=to)
            for h, to in values
        )
    today = clock.today()
    assert retention.due(today) == []
    in_three = date(today.year + 3, today.month, today.day)
    assert [one.household_id for one in retention.due(in_three)] == [old] + [ended] * (ended_first(in_three))
    with transaction():
        retention.erase(in_three)
    db.session.expire_all()
    person = db.session.get_one(HouseholdPerson, (old, 1))
    assert person.erased_at is not None
    assert [person.open(f) for f in ("name", "id_no", "phone", "account")] == [None] * 4
    assert person.id_no_index is person.phone_index is person.account_index is None
    assert db.session.get_one(HouseholdPerson, (running, 1)).erased_at is None
    assert [one.household_id for one in retention.due(in_three)] == []


def ended_first(on: date) -> bool:
    """Its people were registered today: that is later than the end of June 2026."""
    return on >= clock.today().replace(year=clock.today().year + 3)


def test_the_dry_run_changes_nothing(app: Flask) -> None:
    homes.registered(homes.village_worker()[1])
    answer = app.test_cli_runner().invoke(args=["households", "retention", "--dry-run"])

    assert answer.exit_code == 0 and "0 户" in answer.output
    assert db.session.scalar(sa.select(sa.func.count()).where(HouseholdPerson.erased_at.is_not(None))) == 0


def test_keys_can_be_changed_from_the_command_line(app: Flask) -> None:
    person = homes.household_person()
    homes.registered(homes.village_worker()[1], person)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["keys", "rotate"]).exit_code == 0
    assert "重新加密 0 项" in runner.invoke(args=["keys", "rotate", "--resume"]).output
    assert "household_person.id_no_sealed" in runner.invoke(args=["keys", "check"]).output
    db.session.expire_all()
    assert db.session.scalars(sa.select(HouseholdPerson)).one().open("id_no") == person.id_no
