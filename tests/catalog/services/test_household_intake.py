"""Households from a file: each row judged, known people found again, nothing left readable."""

import csv
import io
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.household import HouseholdIntake, HouseholdPerson
from catalog.models.supplier import Household
from catalog.rules.households import IntakeState
from catalog.rules.households import IntakeVerdict as V
from catalog.rules.intake import COLUMNS, headers
from catalog.services import household_intake as intakes
from core import clock
from core.access.actor import Actor
from core.db import db, transaction
from core.errors import Missing, Refused
from core.sheets import Column, write
from tests import make
from tests.make import households as homes
from tests.make.catalog import VILLAGE
from tests.support.hygiene import faults


def row(**given: str) -> dict[str, str]:
    base = {
        "code": "", "village": "", "category": "脱贫户", "members": "3", "valid_from": "2021-01-01",
        "document": "镇发〔2021〕8号", "relation": "户主", "name": "王小明", "id_no": homes.id_no(),
        "phone": "13900011111", "account": "",
    }  # fmt: skip
    return {**base, **given}


def member(name: str = "李二", **given: str) -> dict[str, str]:
    return row(**{"category": "", "members": "", "valid_from": "", "document": "", "relation": "配偶", "name": name,
                  "phone": "", **given})  # fmt: skip


def csv_of(*rows: dict[str, str], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headers().values())
    writer.writerows([one[name] for name in COLUMNS] for one in rows)
    return out.getvalue().encode(encoding)


def xlsx_of(*rows: dict[str, str]) -> bytes:
    return write([("农户", [Column(t) for t in headers().values()], [[one[n] for n in COLUMNS] for one in rows])])


def read(by: Actor, data: bytes) -> tuple[str, list[V]]:
    with transaction():
        intake = intakes.read(data, name="名单.csv", by=by)
        return intake.token, [line.verdict for home in intakes.opened(intake) for line in home.lines]


def taken(by: Actor, token: str) -> tuple[int, int]:
    with transaction():
        intake = intakes.take(token, by=by)
        return intake.added, intake.changed


def registered() -> tuple[int, int]:
    db.session.expire_all()
    return tuple(db.session.scalar(sa.select(sa.func.count()).select_from(t)) for t in (Household, HouseholdPerson))


@pytest.fixture
def by(app: Flask) -> Actor:
    return homes.village_worker()[1]


@pytest.mark.parametrize("form", [xlsx_of, csv_of, lambda *rows: csv_of(*rows, encoding="gb18030")])
def test_the_same_file_twice_adds_nothing(by: Actor, form: object) -> None:
    data = form(row(), member(), row(name="赵大", members="1"))  # type: ignore[operator]
    token, verdicts = read(by, data)
    assert verdicts == [V.NEW] * 3
    assert taken(by, token) == (2, 0)
    assert registered() == (2, 3)

    token, verdicts = read(by, data)
    assert verdicts == [V.SAME] * 3
    with pytest.raises(Refused, match="intake-nothing"):
        taken(by, token)
    with pytest.raises(Refused, match="intake-nothing"):
        taken(by, token)
    assert registered() == (2, 3)


def test_a_newer_list_adds_people_and_changes_numbers(by: Actor) -> None:
    head, wife = row(), member()
    taken(by, read(by, csv_of(head, wife))[0])
    changed = {**head, "phone": "13900022222"}
    token, verdicts = read(by, csv_of(changed, wife, member("王小小")))

    assert verdicts == [V.CHANGED, V.SAME, V.NEW]
    assert taken(by, token) == (0, 1)
    people = db.session.scalars(sa.select(HouseholdPerson).order_by(HouseholdPerson.position)).all()
    assert [p.open("name") for p in people] == ["王小明", "李二", "王小小"]
    assert people[0].open("phone") == "13900022222"


def test_wrong_rows_are_named_by_cell_and_their_households_stay_out(by: Actor) -> None:
    good, twice = row(name="孙好"), homes.id_no()
    wrong_check = twice[:17] + ("1" if twice[17] != "1" else "2")
    token, verdicts = read(
        by,
        csv_of(
            good, row(id_no=wrong_check), member(), row(category="贫困", members="0", valid_from="去年"),
            row(id_no=twice), row(id_no=twice), row(village="220681105205"), member(relation="户主", id_no=""),
        ),
    )  # fmt: skip

    assert verdicts == [V.NEW, *[V.WRONG] * 3, V.NEW, *[V.WRONG] * 3]
    with transaction():
        lines = {
            line.number: set(line.errors) for home in intakes.opened(intakes.get(token, by)) for line in home.lines
        }
    assert lines == {
        2: set(), 3: {"id_no"}, 4: set(), 5: {"category", "members", "valid_from"}, 6: set(), 7: {"id_no"},
        8: {"village"}, 9: {"id_no", "category", "members", "valid_from", "document"},
    }  # fmt: skip
    assert taken(by, token) == (2, 0)


def test_the_same_person_in_another_household_is_found(by: Actor) -> None:
    person = homes.household_person()
    homes.registered(homes.village_worker("220681103201")[1], person, village="220681103201")
    _, verdicts = read(by, csv_of(row(id_no=person.id_no), row(), member(id_no=person.id_no)))

    assert verdicts == [V.WRONG, V.WRONG, V.WRONG]


def test_what_was_read_is_sealed_and_wiped(by: Actor, app: Flask) -> None:
    one = row()
    token, _ = read(by, csv_of(one))
    stored = db.session.scalars(sa.select(HouseholdIntake)).one()
    assert stored.content_sealed and one["id_no"].encode() not in stored.content_sealed
    assert json.dumps(one["name"]).encode() not in stored.content_sealed
    taken(by, token)
    db.session.expire_all()
    assert db.session.scalars(sa.select(HouseholdIntake.content_sealed)).one() is None

    read(by, csv_of(row()))
    with clock.shifted(timedelta(hours=25)), transaction():
        assert intakes.drop_old() == 1
    db.session.expire_all()
    states = db.session.scalars(sa.select(HouseholdIntake.state).order_by(HouseholdIntake.id)).all()
    assert states == [IntakeState.TAKEN, IntakeState.DISCARDED]


def test_a_file_is_its_reader_s_own(by: Actor) -> None:
    token, _ = read(by, csv_of(row()))
    for other in (homes.village_worker()[1], homes.linkage_officer()[1]):
        with pytest.raises(Missing):
            taken(other, token)
    assert registered() == (0, 0)


def test_what_changed_meanwhile_stops_it(by: Actor) -> None:
    one = row()
    token, _ = read(by, csv_of(one))
    homes.registered(by, homes.household_person(id_no=one["id_no"]))

    with pytest.raises(Refused, match="intake-stale"):
        taken(by, token)
    assert registered() == (1, 1)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "file-empty"), ("姓名,身份证号\n王,1\n".encode(), "intake-columns"), (csv_of(), "intake-empty"),
     (b"PK\x03\x04xx", "sheet-unreadable")],
)  # fmt: skip
def test_a_file_that_is_none(by: Actor, data: bytes, code: str) -> None:
    with pytest.raises(Refused, match=code):
        read(by, data)
    assert db.session.scalar(sa.select(sa.func.count(HouseholdIntake.id))) == 0


def test_on_the_page(client: FlaskClient, app: Flask) -> None:
    make.log_in(client, homes.village_worker()[0])
    assert faults(client.get("/households/intake").text) == []
    assert client.get("/households/intake/template.xlsx").status_code == 200
    good, wrong = row(name="孙好好"), row(id_no="220681199501010019")
    sent = client.post(
        "/households/intake", data={"file": (io.BytesIO(xlsx_of(good, wrong)), "名单.xlsx")},
        content_type="multipart/form-data",
    )  # fmt: skip
    page = client.get(sent.location)
    assert faults(page.text) == [] and "no-store" in page.headers["Cache-Control"]
    assert "I3 身份证号" in page.text and "孙**" in page.text
    for text in (good["id_no"], good["name"], good["phone"]):
        assert text not in page.text
    assert client.get(f"{sent.location}/problems.xlsx").status_code == 200
    assert client.post(f"{sent.location}/take").status_code == 303
    assert "孙**" in client.get("/households").text
    assert client.post(f"{sent.location}/take").status_code == 409
    assert f"H{VILLAGE[6:]}0001" in client.get("/households").text
