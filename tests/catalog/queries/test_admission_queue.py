"""A desk's queue: income effect first, explained, by pages; quick with ten thousand, always two statements."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.admission import AdmissionApplication
from catalog.queries import admission_queue as queue
from catalog.rules.admission import AdmissionState, PaperKind
from catalog.rules.admission_order import Rank
from catalog.rules.supplier import LinkageMode
from catalog.services import admission_steps, office_lists
from catalog.services.applications import Agreement
from core import clock
from core.db import db, transaction
from tests import make
from tests.make import admission
from tests.make.catalog import TOWN, VILLAGE
from tests.support.statements import statements

MANY = 10_000
DESKS = ["township", "agriculture", "linkage", "publication"]


@pytest.fixture
def crowd(app: Flask) -> admission.Officers:
    """Ten thousand at each of the four desks' doors, a quarter each, of two towns."""
    by, who = admission.officers(), make.person()
    now, today = clock.now(), clock.today()
    rows = [
        {
            "application_no": f"RZ261101-{n:06d}-K", "applicant_id": who.id, "state": DESKS[n % 4], "version_no": 1,
            "entity_type": "cooperative", "name": f"示例合作社{n}", "uscc": f"93220681{n:010d}", "legal_person": "示例",
            "phone": "13800000000", "village_code": VILLAGE if n % 3 else "220681105205",
            "town_code": TOWN if n % 3 else "220681105", "bank_name": "示例", "bank_account_name": f"示例合作社{n}",
            "bank_account_no": "6200000000001", "goods": "黑木耳", "sells_processed": False, "agreements": [],
            "rank": n % 4 if n % 7 else 0, "rank_facts": {"on": today.isoformat(), "agreements": n % 9},
            "step_at": now - timedelta(minutes=n), "step_on": today, "limit_days": 5, "spent_days": 0,
            "due_on": today + timedelta(days=n % 9 - 3), "published_on": today, "objections_until": today,
            "created_at": now, "updated_at": now,
        }
        for n in range(MANY)
    ]  # fmt: skip
    with transaction():
        db.session.execute(sa.insert(AdmissionApplication), rows)
    db.session.execute(sa.text("ANALYZE admission_application"))
    db.session.rollback()
    return by


def test_ten_thousand_are_no_slower_and_no_more_statements(app: Flask, crowd: admission.Officers) -> None:
    for officer in (crowd.township, crowd.agriculture, crowd.linkage, crowd.operator):
        mine = queue.desks_of(officer)[0]
        first = queue.page(mine, officer)
        deep = queue.Key(2, clock.now() - timedelta(minutes=5_000), 1)
        with statements() as sent:
            began = time.perf_counter()
            second = queue.page(mine, officer, after=queue.key_of(first.following or ""))
            queue.page(mine, officer, after=deep)
            taken = time.perf_counter() - began
        assert len(sent) == 4
        assert len(first.rows) == len(second.rows) == queue.PAGE
        assert taken < 0.3, f"{mine}: {taken:.3f} s for two pages"


def test_the_page_and_its_counters_answer_in_time(app: Flask, crowd: admission.Officers) -> None:
    client = app.test_client()
    for name in ("township", "agriculture", "linkage", "operator"):
        make.log_in(client, crowd.people[name])
        client.get("/admission")
        with statements() as sent:
            began = time.perf_counter()
            assert client.get("/admission").status_code == 200
            taken = time.perf_counter() - began
        assert taken < 0.3, f"{name}: {taken:.3f} s"
        assert len(sent) <= 16, sent


def test_pages_by_key_show_everybody_once(app: Flask) -> None:
    by = admission.officers()
    made = [admission.application() for _ in range(queue.PAGE + 3)]
    first = queue.page(AdmissionState.TOWNSHIP, by.township)
    second = queue.page(AdmissionState.TOWNSHIP, by.township, after=queue.key_of(first.following or ""))
    assert [row.application_no for row in (*first.rows, *second.rows)] == [one.application_no for one in made]
    assert (first.total, second.following) == (queue.PAGE + 3, None)


def test_clear_effect_first_then_agreements_then_time(app: Flask) -> None:
    by = admission.officers()
    recognised = admission.draft(agreements=0, recognition_no="示例认定1号")
    plain = admission.application(recognised, papers=(*admission.NEEDED[:3], PaperKind.RECOGNITION))
    few, many = (admission.application(admission.draft(agreements=n)) for n in (2, 5))
    rows = queue.page(AdmissionState.TOWNSHIP, by.township).rows
    assert [row.application_no for row in rows] == [one.application_no for one in (many, few, plain)]
    assert [row.why.rank for row in rows] == [Rank.PROVISIONAL, Rank.SOME, Rank.NONE]
    assert rows[0].why.effect.agreements == 5
    assert dict(rows[0].why.answers) == {"lead": False, "preferred": False, "provisional": True, "some": True}


def test_codes_that_the_register_does_not_know_move_nobody(app: Flask) -> None:
    by = admission.officers()
    invented = tuple(Agreement(f"X{n:05d}", LinkageMode.PURCHASE) for n in range(9))
    found = admission.application(replace(admission.draft(), agreements=invented))
    assert queue.page(AdmissionState.TOWNSHIP, by.township).rows[0].why.rank is Rank.NONE
    assert found.rank == Rank.NONE


def test_what_is_verified_overnight_counts_in_the_morning(app: Flask) -> None:
    by, found = admission.officers(), admission.application(admission.draft(agreements=4))
    extra = make.household()
    with transaction():
        row = db.session.get_one(AdmissionApplication, found.id)
        row.agreements = [*row.agreements, {"code": extra.code, "mode": "purchase"}]
    with transaction():
        assert admission_steps.rerank_all() == 1
    with transaction():
        assert admission_steps.rerank_all() == 0
    assert queue.page(AdmissionState.TOWNSHIP, by.township).rows[0].why.rank is Rank.PROVISIONAL


@pytest.mark.parametrize("text", ["", "1.2", "a.b.c", "1.99999999999999999999.1", "9.9.9.9", "0.99999999999999999.1"])
def test_a_strange_key_is_the_first_page(text: str) -> None:
    assert queue.key_of(text) is None


def test_a_new_calendar_moves_the_last_days(app: Flask) -> None:
    by = admission.officers()
    with clock.frozen(clock.day_start(make.day("2026-09-29"))):
        found = admission.application()
        assert found.due_on == make.day("2026-10-06")
        with transaction():
            days = office_lists.days_of("2026-10-01~2026-10-07")
            office_lists.set_year(2026, days, [make.day("2026-10-10")], reason="通知", by=by.operator)
            assert admission_steps.redate() == 1
        db.session.refresh(found)
        assert found.due_on == make.day("2026-10-12")
