"""Dated settings: finance's admin adds, nobody edits, and what nobody could read is refused."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from core import clock, settings
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.errors import Refused
from core.settings.models import Setting
from procurement.rules.setting_text import EDITABLE
from tests import make


@pytest.fixture
def admin(client: FlaskClient, app: Flask) -> FlaskClient:
    make.log_in(client, make.seat(make.organisation(OrganisationKind.FINANCE), Role.FINANCE_ADMIN))
    return client


def entries() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Setting.id))) or 0


def form(value: str, days: int = 0, reason: str = "市财政〔2026〕1号") -> dict[str, str]:
    return {"value": value, "valid_from": (clock.today() + timedelta(days=days)).isoformat(), "reason": reason}


def test_a_new_headline_holds_from_its_day(admin: FlaskClient) -> None:
    assert admin.post("/settings/scheme.headline", data=form("C", days=3)).status_code == 303

    assert settings.value("scheme.headline") == "L"
    assert settings.value("scheme.headline", on=clock.today() + timedelta(days=3)) == "C"
    page = admin.get("/settings").text
    assert "主口径" in page
    assert "市财政〔2026〕1号" in page


@pytest.mark.parametrize(
    ("key", "value", "days"),
    [
        ("scheme.headline", "X", 0),
        ("scheme.headline", "L", 0),
        ("scheme.headline", "C", -1),
        ("gate.L", "13-01 warn", 0),
        ("gate.L", "07-01 reason 01-01 warn", 0),
        ("gate.L", "01-01 loud", 0),
        ("declaration.window", "03-31 01-01", 0),
        ("calendar.holidays", "2026-02-30", 0),
        ("listing.local", "maybe", 0),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(admin: FlaskClient, key: str, value: str, days: int) -> None:
    before = entries()
    answer = admin.post(f"/settings/{key}", data=form(value, days))

    assert answer.status_code == 409
    assert entries() == before


def test_an_unknown_key_is_not_there(admin: FlaskClient) -> None:
    assert admin.post("/settings/secret.key", data=form("1")).status_code == 404


def test_an_officer_changes_no_settings(client: FlaskClient, app: Flask) -> None:
    make.log_in(client, make.seat(make.organisation(OrganisationKind.FINANCE), Role.FINANCE_OFFICER))

    assert client.get("/settings").status_code == 403
    assert client.post("/settings/scheme.headline", data=form("C")).status_code == 403


@given(st.sampled_from(sorted(EDITABLE)), st.text(max_size=60))
def test_any_text_is_read_or_refused_and_what_is_read_shows_itself(key: str, typed: str) -> None:
    kind = EDITABLE[key]
    try:
        value = kind.parse(typed)
    except Refused:
        return
    assert kind.parse(kind.show(value)) == value
