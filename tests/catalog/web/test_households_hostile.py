"""What nobody means, sent to every form of the households' part: never a 5xx, never a trace of a refusal."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.db import db
from core.people.models import Person
from core.trail.models import AuditEvent
from tests import make
from tests.catalog.web.test_households import OURS, REVEAL, VALID
from tests.journeys.test_hostile import NASTY
from tests.make import households as homes

FIELDS = (
    *VALID, "village", "members", "id_no", "account", "number", "code", "place", "has_names", "town", "target", "line",
    "fall", "then", "file",
)  # fmt: skip


@pytest.mark.parametrize("of", [homes.village_worker, homes.township_clerk, homes.linkage_officer])
def test_no_form_falls_over(client: FlaskClient, app: Flask, of: object) -> None:
    who: Person = of()[0]  # type: ignore[operator]
    home = homes.registered(homes.linkage_officer()[1]).id
    make.log_in(client, who)
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in OURS or "POST" not in (rule.methods or set()):
            continue
        address = re.sub("<string[^>]+>", "x" * 20, re.sub("<id:[^>]+>", str(home), rule.rule))
        for nasty in NASTY:
            for data in (
                dict.fromkeys(FIELDS, nasty),
                {**VALID, **REVEAL, **dict.fromkeys(("reason", "document"), nasty)},
            ):
                before = events()
                answer = client.post(f"{address}?quarter={nasty[:12]}", data=data)
                if answer.status_code >= 500 or (answer.status_code >= 400 and events() != before):
                    found.append((rule.endpoint, nasty[:20], answer.status_code))
    assert found == []


def events() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) or 0


@pytest.mark.parametrize(
    "query", ["quarter=²026Q1", "half=9999H9", "place=%00", "page=-1", "page=9e9", "code=%25", "year=-5"]
)
def test_no_page_falls_over_its_address(client: FlaskClient, app: Flask, query: str) -> None:
    homes.registered(homes.linkage_officer()[1])
    make.log_in(client, homes.linkage_officer()[0])
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in OURS and "GET" in (rule.methods or set()) and not rule.arguments:
            assert client.get(f"{rule.rule}?{query}").status_code < 500, rule.rule
