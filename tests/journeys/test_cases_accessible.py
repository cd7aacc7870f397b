"""What went wrong, what was told, what binds: cases, disputes, messages, terms and the account at both widths."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, telling
from core.access.rights import Right
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.notices import routes
from core.notices.models import OutgoingText
from core.notices.rules import NoticeKind, TextChannel
from core.people.models import Person
from core.terms import services as terms
from market.models.delivery import AcceptanceLine
from market.rules.complaint import ComplaintKind
from market.services import after_sales, complaints, dispute_cases, disputes
from tests import make
from tests.journeys.steps import Crew
from tests.make import after_sales as made
from tests.support.browser import DESK, PHONE, violations

WIDTHS = pytest.mark.parametrize("device", [PHONE, DESK], ids=["390", "1440"])


def walk(crew: Crew, who: Person, device: dict[str, Any], *paths: str) -> None:
    page = crew.at(who.phone or "", device=device)
    found = {}
    for path in paths:
        page.goto(path)
        is_wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found[path] = violations(page) + (["wide"] if is_wide else [])
    assert {path: faults for path, faults in found.items() if faults} == {}


@WIDTHS
def test_after_sales_of_each_side(app: Flask, new_page: Any, device: dict[str, Any]) -> None:
    of = made.bought(packs=(1, 1))
    case = made.case(of)
    with transaction():
        after_sales.decline(case.token, reason="包装完好", by=of.seller)
        after_sales.appeal(case.token, text="请平台看照片", photos=[made.photo()], by=of.by)
        complaint = complaints.lodge(ComplaintKind.GOODS, "少发", "少一袋", by=of.by).token
    case_path, second = f"/after-sales/{case.token}", of.lines[1].id
    people = (of.buyer, of.seller_person, of.operator_person)
    db.session.rollback()
    crew = Crew(new_page)
    if device is DESK:
        walk(crew, people[2], device, "/platform/arbitration", f"/platform/arbitration/{case.token}",
             "/platform/complaints", "/platform/reviews", "/login/again", f"/complaints/{complaint}")  # fmt: skip
    walk(crew, people[0], device, "/after-sales", case_path, f"/after-sales/new/{second}", "/complaints",
         f"/complaints/{complaint}", "/messages", "/account/leave", "/terms", "/terms/privacy")  # fmt: skip
    walk(crew, people[1], device, "/supplier/after-sales", f"/supplier{case_path}", "/supplier/reviews")


@WIDTHS
def test_a_dispute_and_what_was_told(app: Flask, new_page: Any, device: dict[str, Any]) -> None:
    line = make.line()
    signed = make.accepted(line, make.order(line))
    row = db.session.scalars(sa.select(AcceptanceLine.id).where(AcceptanceLine.acceptance_id == signed.id)).one()
    body = make.organisation(OrganisationKind.PLATFORM)
    operator = make.seat(body, Role.PLATFORM_OPERATOR)
    by = make.actor(operator, body, Role.PLATFORM_OPERATOR)
    with transaction():
        dispute = disputes.open_dispute(
            row, amount_fen=5_20, reason="发黄", photos=[made.photo()], by=line.second.actor
        ).id
        dispute_cases.answer(dispute, text="运到时是好的", by=line.seller.actor)
        routes.put("wecom", of_office=True, address="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0", secret="",
                   kinds=["orders"], is_active=True, by=by)  # fmt: skip
        telling.tell_office(body.id, Right.OPERATE, NoticeKind.ORDERS, "order-paid", ref="1", order_no="OR1")
        db.session.add(
            OutgoingText(
                channel=TextChannel.MAIL,
                kind=NoticeKind.ORDERS,
                target="x@example.org",
                text="订单 OR1 已付款。",
                key="k",
                queued_at=clock.now(),
                due_at=clock.now(),
                attempts=8,
                fault="no-gateway",
            )
        )
    path = f"/disputes/{dispute}"
    crew = Crew(new_page)
    walk(crew, line.second.person, device, path, "/messages")
    walk(crew, line.seller.person, device, path)
    walk(crew, operator, device, path, "/disputes", "/messages", "/messages/choices", "/messages/texts")


def test_what_is_asked_at_the_log_in(app: Flask, new_page: Any) -> None:
    with transaction():
        terms.publish_first()
    person = make.person("居民")
    walk(Crew(new_page), person, PHONE, "/account/privacy", "/messages/choices")
