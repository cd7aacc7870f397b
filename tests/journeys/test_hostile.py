"""Every form of every role, sent what nobody means: no 5xx, and a refusal leaves no trace in the trail.

The forms are found by walking each role's pages in a world where everybody has work, so a new form is tried without a
word here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import redis
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from catalog.services import products
from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.people.models import Person
from core.trail.models import AuditEvent
from market.services import acceptance, settlement
from procurement.services import plans
from tests import make
from tests.make import catalogue_staff, market, shop
from tests.make.kitchen import draft, kitchen

NASTY = (
    "\x00",
    "²",
    "９" * 30,
    "好" * 10_000,
    "\U0001f600\u202eقلم\u0301",
    "' OR 1=1 --<b>{{7*7}}</b>=1+1",
)
NO_TRY = {"auth.log_out", "static"}
MOST_PAGES = 60


@dataclass
class Form:
    """A form as a browser would send it: fields of one's own, and those the page put there."""

    action: str
    typed: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)


class Reader(HTMLParser):
    """The POST forms and the links of a page."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.forms, self.links = path, [], []  # type: ignore[var-annotated]
        self.open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"])
        if tag == "form" and given.get("method", "").lower() == "post":
            self.open = Form(urljoin(self.path, given.get("action") or self.path))
            self.forms.append(self.open)
        if self.open is not None and given.get("name") and tag in {"input", "select", "textarea", "button"}:
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self.open is not None
        kind = given.get("type", "text")
        if given["name"] in {"csrf_token", "_key"} or kind == "file":
            return
        is_typed = tag == "textarea" or (
            tag == "input" and kind in {"text", "number", "date", "tel", "password", "search"}
        )
        into = self.open.typed if is_typed else self.open.given
        into.setdefault(given["name"], given.get("value", "1"))


def events() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count(AuditEvent.seq))) or 0


@pytest.fixture
def people(app: Flask) -> list[Person]:
    """Everybody with something to do: plans, an order, a delivery to count, one counted, money open and declared."""
    of = market.line()
    make.declared(of.unit, 400_000_00)
    waiting, counted, paid, owed = (market.order(of) for _ in range(4))
    market.order(of, state=market.OrderState.PLACED)
    market.delivery(of, waiting)
    sent = market.delivery(of, counted)
    with transaction():
        acceptance.count(sent.id, market.counts(sent), by=of.receiver.actor)
    market.accepted(of, owed)
    done = market.accepted(of, paid)
    with transaction():
        slip = settlement.prepare({done.id: 1_00}, by=of.payer.actor).id
        settlement.prepare({done.id: 1_00}, by=of.payer.actor)
    with transaction():
        settlement.declare(slip, bank_day_on=clock.today(), bank_serial="S1", by=of.payer.actor)
    school = kitchen()
    draft(school, packs=20, flour_fen=100_00)
    plan = draft(school, packs=20, flour_fen=10_000_00)
    with transaction():
        plans.submit(plan.token, version=plan.version, by=school.orderer)
    staff = catalogue_staff.staff(of.supplier)
    with transaction():
        products.create(catalogue_staff.draft(), by=staff.clerk)
        half = products.create(catalogue_staff.draft("示例榛子"), by=staff.clerk)
        catalogue_staff.offers.add_pack(half.id, catalogue_staff.pack(), by=staff.clerk, packs_on_hand=20)
        products.submit(half.id, by=staff.clerk)
    finance = make.organisation(OrganisationKind.FINANCE)
    officers = [make.seat(finance, r) for r in (Role.FINANCE_OFFICER, Role.FINANCE_ADMIN, Role.FINANCE_AUDITOR)]
    resident, _ = shop.resident()
    shop.address(resident)
    unit_people = [of.receiver, of.second, of.approver, of.payer, of.orderer, of.seller]
    head = make.seat(of.unit, Role.UNIT_HEAD)
    reviewer = make.seat(make.unit("示例教育局"), Role.SUPERIOR_REVIEWER)
    chiefs = [*school.people.values(), head, reviewer, staff.clerk_person, staff.township_person, staff.operator_person]
    return [resident, *(one.person for one in unit_people), *chiefs, *officers]


def forms_of(app: Flask, client: FlaskClient, tried: set[str]) -> Iterator[tuple[str, Form]]:
    """(endpoint, form) of what this person finds, each endpoint once over all of them."""
    start = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments}
    ahead, seen = sorted(start), set[str]()
    while ahead and len(seen) < MOST_PAGES:
        path = ahead.pop(0)
        endpoint = endpoint_of(app, path, "GET")
        if endpoint is None or endpoint in seen:
            continue
        answer = client.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        seen.add(endpoint)
        page = Reader(path)
        page.feed(answer.text)
        ahead += page.links
        for form in page.forms:
            target = endpoint_of(app, form.action, "POST")
            if target is not None and target not in tried | NO_TRY:
                tried.add(target)
                yield target, form


def endpoint_of(app: Flask, path: str, method: str) -> str | None:
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(path).path, method=method)[0])
    except (HTTPException, RequestRedirect):
        return None


def attacks(form: Form) -> Iterator[dict[str, Any]]:
    """What is typed made nasty; then also what the page itself gave; then nothing at all."""
    for nasty in NASTY if form.typed else ():
        yield form.given | dict.fromkeys(form.typed, nasty)
    for nasty in NASTY[:3] if form.given else ():
        yield dict.fromkeys({**form.given, **form.typed}, nasty)
    yield {}


def wrong(client: FlaskClient, queue: redis.Redis, form: Form, data: dict[str, Any]) -> str | None:
    queue.flushdb()  # no limit of attempts stands in the way
    before = events()
    try:
        answer = client.post(form.action, data=data)
    except Exception as error:  # noqa: BLE001  what no handler caught is the finding
        return f"{type(error).__name__}: {str(error)[:160]}"
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if answer.status_code >= 400 and events() != before:
        return f"{answer.status_code} and a trace in the trail"
    return None


def test_no_form_falls_over_and_no_refusal_leaves_a_trace(
    app: Flask, client: FlaskClient, queue: redis.Redis, people: list[Person]
) -> None:
    tried, found = set[str](), []
    for who in people:
        queue.flushdb()
        make.log_in(client, who)
        for endpoint, form in forms_of(app, client, tried):
            for data in attacks(form):
                if problem := wrong(client, queue, form, data):
                    shown = {name: value[:20] for name, value in data.items()}
                    found.append(f"{endpoint} {shown}: {problem}")
            queue.flushdb()
            make.log_in(client, who)

    assert len(tried) > 40
    assert found == []
