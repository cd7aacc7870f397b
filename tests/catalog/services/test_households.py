"""Taking households in: sealed, one person once, each office its own."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.household import HouseholdCategoryFact, HouseholdPerson
from catalog.models.supplier import Household
from catalog.rules.supplier import HouseholdCategory
from catalog.services import households
from core import clock, resealing, sealing
from core.db import db, transaction
from core.errors import Missing, Refused
from core.people.models import SentMessage
from core.trail.models import AuditEvent
from tests import make
from tests.make import households as homes
from tests.make.catalog import VILLAGE
from tests.support.threads import at_once

OTHER_VILLAGE, OTHER_TOWN = "220681103201", "220681105205"


def people() -> list[HouseholdPerson]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(HouseholdPerson).order_by(HouseholdPerson.position)))


def test_what_is_about_a_person_is_sealed(app: Flask) -> None:
    person = homes.household_person("王小明")
    made = homes.registered(homes.village_worker()[1], person)

    row = people()[0]
    assert made.code == "H1032000001"
    assert [row.open(f) for f in ("name", "id_no", "phone", "account")] == [
        person.name, person.id_no, person.phone, person.account,
    ]  # fmt: skip
    for field in ("name", "id_no", "phone", "account"):
        assert getattr(person, field).encode() not in row.sealed(field)


def test_a_sealed_value_opens_in_its_own_row_and_column_only(app: Flask) -> None:
    by = homes.village_worker()[1]
    homes.registered(by, homes.household_person(), homes.household_person("李二"))
    first, second = people()
    second.phone_sealed = first.account_sealed = first.phone_sealed
    for row, field in ((second, "phone"), (first, "account")):
        with pytest.raises(sealing.KeyProblem):
            row.open(field)
    db.session.rollback()


def test_one_person_stands_in_one_household(app: Flask) -> None:
    by, twice = homes.village_worker()[1], homes.id_no()
    first = homes.registered(by, homes.household_person(), homes.household_person("李二", id_no=twice))

    with pytest.raises(Refused, match="person-in-household"):
        homes.registered(by, homes.household_person(id_no=twice.lower()))
    with pytest.raises(Refused, match="person-in-household"):
        homes.registered(by, homes.household_person(id_no=(same := homes.id_no())), homes.household_person(id_no=same))
    assert len(people()) == 2

    with transaction():
        households.let_go(first.id, 2, clock.today(), by=by)
    homes.registered(by, homes.household_person(id_no=twice))
    assert len(people()) == 3


def test_two_villages_at_once_cannot_both_have_the_person(app: Flask) -> None:
    workers = [homes.village_worker(code)[1] for code in (VILLAGE, OTHER_VILLAGE)]
    drafts = [
        homes.draft(homes.household_person(id_no="220681195001011000"[:17] + _check("22068119500101100")), village=code)
        for code in (VILLAGE, OTHER_VILLAGE)
    ]

    def enter(number: int) -> int:
        with transaction():
            return households.take_in(drafts[number], by=workers[number]).id

    results = at_once(app, lambda: enter(0), lambda: enter(1))

    assert sum(isinstance(r, int) for r in results) == 1
    assert len(people()) == 1


def _check(body: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


@pytest.mark.parametrize("village", [OTHER_VILLAGE, OTHER_TOWN, "220681103", "999999999999"])
def test_a_village_takes_in_its_own_only(app: Flask, village: str) -> None:
    with pytest.raises(Missing):
        homes.registered(homes.village_worker()[1], village=village)
    assert people() == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"code": "220681199501010016"}, "household-code-shape"),
        ({"code": "13800138000"}, "household-code-shape"),
        ({"members": 31}, "household-too-many"),
        ({"members": 0}, "household-too-many"),
    ],
)
def test_a_misfit_writes_nothing(app: Flask, given: dict[str, object], code: str) -> None:
    with pytest.raises(Refused, match=code):
        homes.registered(homes.village_worker()[1], **given)
    assert people() == []
    assert db.session.scalar(sa.select(sa.func.count(Household.id))) == 0


def test_a_wrong_check_digit_is_refused(app: Flask) -> None:
    number = homes.id_no()
    wrong = number[:17] + ("0" if number[17] != "0" else "1")

    with pytest.raises(Refused, match="ric-check"):
        homes.registered(homes.village_worker()[1], homes.household_person(id_no=wrong))


def test_a_category_is_a_dated_fact(app: Flask) -> None:
    by = homes.village_worker()[1]
    made = homes.registered(by)
    change = {"document": "镇发〔2026〕1号", "reason": "收入骤降", "by": by}
    with transaction():
        households.change_category(made.id, HouseholdCategory.MONITORED, valid_from=date(2026, 3, 1), **change)

    facts = db.session.scalars(sa.select(HouseholdCategoryFact).order_by(HouseholdCategoryFact.id)).all()
    assert [(f.category, f.valid_from) for f in facts] == [
        (HouseholdCategory.EXITED, date(2020, 1, 1)), (HouseholdCategory.MONITORED, date(2026, 3, 1)),
    ]  # fmt: skip
    for category, day, code in (
        (HouseholdCategory.MONITORED, date(2026, 4, 1), "category-same"),
        (HouseholdCategory.EXITED, date(2026, 2, 1), "category-before-last"),
        (HouseholdCategory.EXITED, clock.today() + timedelta(days=1), "category-in-future"),
    ):
        with pytest.raises(Refused, match=code), transaction():
            households.change_category(made.id, category, valid_from=day, **change)
    assert len(facts) == 2
    foreign = homes.village_worker(OTHER_VILLAGE)[1]
    with pytest.raises(Missing), transaction():
        households.change_category(
            made.id, HouseholdCategory.EXITED, valid_from=date(2026, 4, 1), document="x", reason="x", by=foreign
        )


def test_a_message_is_sent_and_the_number_stays_hidden(app: Flask) -> None:
    person = homes.household_person(phone="13900010021")
    made = homes.registered(homes.village_worker()[1], person)
    bare = make.household()
    with transaction():
        assert households.send(made.id, "one-time-code", code="123456", minutes=5) is True
        assert households.send(bare.id, "one-time-code", code="123456", minutes=5) is False

    assert [m.phone for m in db.session.scalars(sa.select(SentMessage))] == ["139****0021"]


def test_a_new_key_takes_everything_over_in_batches(app: Flask) -> None:
    by = homes.village_worker()[1]
    drafts = [homes.household_person() for _ in range(3)]
    homes.registered(by, *drafts)
    old, new = sealing.active_key(), sealing.add_key()
    rounds = []
    while not rounds or rounds[-1]:
        with transaction():
            rounds.append(resealing.reseal_batch(limit=5))

    assert rounds == [5, 5, 2, 0]
    held = resealing.counts()["household_person.phone_sealed"]
    assert held.get(old, 0) == 0 and held[new] == 3
    assert [p.open("id_no") for p in people()] == [d.id_no for d in drafts]


def test_the_trail_tells_acts_and_no_numbers(app: Flask) -> None:
    by, person = homes.village_worker()[1], homes.household_person("赵钱孙")
    made = homes.registered(by, person)
    with transaction():
        households.change_contact(made.id, 1, phone="13900099999", account="", by=by)

    bodies = db.session.scalars(sa.select(AuditEvent.body).where(AuditEvent.object_type == "household")).all()
    assert len(bodies) == 2
    for text in (person.name, person.id_no, person.phone, person.account, "13900099999"):
        assert not any(text in body for body in bodies)


def test_numbers_in_words_are_refused(app: Flask) -> None:
    by = homes.village_worker()[1]
    made = homes.registered(by)
    with pytest.raises(Refused, match="text-holds-number"), transaction():
        households.change_category(
            made.id, HouseholdCategory.MONITORED, valid_from=date(2026, 1, 1),
            document="身份证 220681 19950101 0016", reason="", by=by,
        )  # fmt: skip
