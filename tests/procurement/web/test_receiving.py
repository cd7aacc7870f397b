"""The canteen's phone: coming deliveries, the scales, two signatures, papers."""

import io
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from core import clock
from core.db import db
from core.trail.models import AuditEvent
from market.models.delivery import Acceptance, AcceptanceDraft, AcceptanceLine, AcceptancePhoto, Delivery, DeliveryLine
from market.rules.order_states import OrderState
from tests import make
from tests.make.core import PASSWORD
from tests.support.statements import statements


@pytest.fixture
def line(app: Flask) -> make.Line:
    make.village_is_exited()
    return make.line()


def url(sent: Delivery, tail: str = "") -> str:
    return f"/canteen/deliveries/{sent.id}{tail}"


def form(sent: Delivery, **fields: Any) -> dict[str, Any]:
    key = db.session.scalars(sa.select(DeliveryLine.id).where(DeliveryLine.delivery_id == sent.id)).one()
    given = {"verdict": "passed", "accepted": "100", **fields}
    return {"unit": "kg"} | {f"{name}-{key}": value for name, value in given.items()}


def weigh(client: FlaskClient, of: make.Line, sent: Delivery, **fields: Any) -> Any:
    make.log_in(client, of.receiver.person)
    return client.post(url(sent, "/count"), data=form(sent, **fields))


def picture() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "PNG")
    return io.BytesIO(out.getvalue()), "cabbage.png"


def test_two_phones_weigh_and_sign(client: FlaskClient, line: make.Line) -> None:
    sent = make.delivery(line, make.order(line), 103_250)
    make.log_in(client, line.receiver.person)
    assert "示例白菜" in client.get("/canteen/deliveries").text
    assert "103.25公斤" in client.get(url(sent) + "?unit=kg").text
    answer = weigh(client, line, sent, verdict="partial", accepted="60+41.75", reason="rotten", photo=picture())
    assert answer.status_code == 303

    make.log_in(client, line.second.person)
    page = client.get(url(sent)).text
    assert "101.75kg" in page
    assert "腐烂变质" in page
    assert "¥529.10" in page
    answer = client.post(url(sent, "/acceptance"), data={"version": "1"})

    assert answer.status_code == 303
    assert db.session.scalars(sa.select(Acceptance.amount_fen)).one() == 529_10
    row = db.session.scalars(sa.select(AcceptanceLine)).one()
    assert (row.rejected_qty, row.reason) == (1_500, "腐烂变质")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AcceptancePhoto)) == 1
    assert "第二验收人" in client.get(url(sent)).text
    for kind in ("acceptance", "stock_in"):
        paper = client.get(url(sent, f"/{kind}.pdf"))
        assert paper.data.startswith(b"%PDF-")


def test_jin_is_half_a_kilo(client: FlaskClient, line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))

    weigh(client, line, sent, accepted="120.5 + 79.5斤")
    assert db.session.get(AcceptanceDraft, sent.id) is None
    answer = client.post(url(sent, "/count"), data=form(sent, accepted="120.5+79.5") | {"unit": "jin"})

    assert answer.status_code == 303
    assert db.session.get_one(AcceptanceDraft, sent.id).counts["lines"][0]["accepted_qty"] == 100_000


def test_the_second_signs_on_the_first_ones_phone(client: FlaskClient, line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    weigh(client, line, sent)
    given = {"version": "1", "login": line.second.person.phone, "password": PASSWORD}
    wrong = client.post(url(sent, "/acceptance/here"), data={**given, "password": "not-the-password"})
    assert wrong.status_code == 409
    assert "账号或密码不对" in wrong.text

    answer = client.post(url(sent, "/acceptance/here"), data=given)

    assert answer.status_code == 303
    signed = db.session.scalars(sa.select(Acceptance)).one()
    assert (signed.first_signer_id, signed.second_signer_id) == (line.receiver.person.id, line.second.person.id)
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "delivery-accepted")).one()
    assert event.actor_id == line.second.person.id


@pytest.mark.parametrize(("who", "sentence"), [("payer", "不是本单位的验收人"), ("receiver", "不能是同一个人")])
def test_a_signature_needs_another_receiver(client: FlaskClient, line: make.Line, who: str, sentence: str) -> None:
    sent = make.delivery(line, make.order(line))
    weigh(client, line, sent)
    login = getattr(line, who).person.phone

    answer = client.post(url(sent, "/acceptance/here"), data={"version": "1", "login": login, "password": PASSWORD})

    assert answer.status_code == 409
    assert sentence in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Acceptance.id))) == 0


def test_a_refused_count_shows_what_was_typed(client: FlaskClient, line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))

    answer = weigh(client, line, sent, accepted="99.5")

    assert answer.status_code == 409
    assert "合格加退回应等于送货数量" in answer.text
    assert 'value="99.5"' in answer.text
    assert db.session.get(AcceptanceDraft, sent.id) is None


def test_an_unreadable_weight_is_said_at_its_field(client: FlaskClient, line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))

    answer = weigh(client, line, sent, accepted="一百")

    assert answer.status_code == 409
    assert "读不出来" in answer.text


def test_the_approver_taps_for_an_excess_and_for_a_missing_certificate(client: FlaskClient, line: make.Line) -> None:
    sent = make.delivery(line, make.order(line), 110_000, commitment_no="")
    weigh(client, line, sent, accepted="110")
    make.log_in(client, line.second.person)
    assert "缺承诺达标合格证" in client.get(url(sent)).text
    assert client.post(url(sent, "/acceptance"), data={"version": "1"}).status_code == 409
    assert client.post(url(sent, "/excess"), data={"version": "1"}).status_code == 403

    make.log_in(client, line.approver.person)
    assert client.post(url(sent, "/excess"), data={"version": "1"}).status_code == 303
    assert client.post(url(sent, "/waiver"), data={"version": "1", "reason": "次日补交"}).status_code == 303
    assert client.post(url(sent, "/acceptance"), data={"version": "1"}).status_code == 303

    signed = db.session.scalars(sa.select(Acceptance)).one()
    assert signed.excess_agreed_by_id == signed.waived_by_id == line.approver.person.id


def test_nobody_elses_delivery_is_shown(client: FlaskClient, line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    make.log_in(client, make.line().receiver.person)

    assert client.get(url(sent)).status_code == 404
    assert client.post(url(sent, "/count"), data=form(sent)).status_code == 404
    assert client.get(url(sent, "/acceptance.pdf")).status_code == 404


def test_the_inbox_leads_to_the_scales_and_to_the_signature(client: FlaskClient, line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    make.log_in(client, line.second.person)
    assert "送到的货待称重验收" in client.get("/desk").text

    weigh(client, line, sent)
    assert "待您第二个签字" not in client.get("/desk").text
    make.log_in(client, line.second.person)

    assert "待您第二个签字" in client.get("/desk").text


def test_the_list_costs_the_same_however_long_it_is(client: FlaskClient, line: make.Line) -> None:
    make.delivery(line, make.order(line))
    make.log_in(client, line.receiver.person)
    with statements() as one:
        client.get("/canteen/deliveries")
    for _ in range(3):
        make.delivery(line, make.order(line))
    with statements() as four:
        client.get("/canteen/deliveries")

    assert len(four) == len(one) <= 12


def test_the_rest_is_closed_by_the_unit(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)
    make.accepted(line, order, 50_000)
    make.log_in(client, line.receiver.person)

    answer = client.post(f"/canteen/deliveries/orders/{order.id}/rest", data={"reason": "不要了"})

    assert answer.status_code == 303
    db.session.refresh(order)
    assert order.state is OrderState.FULFILLED


def test_what_waits_too_long_reaches_a_manager(client: FlaskClient, line: make.Line) -> None:
    long_ago = clock.now() - timedelta(days=3)
    with clock.frozen(long_ago):
        make.delivery(line, make.order(line))
    make.log_in(client, line.approver.person)

    assert "请督促" in client.get("/desk").text


def test_a_signed_slip_is_corrected_on_two_phones(client: FlaskClient, line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    weigh(client, line, sent)
    make.log_in(client, line.second.person)
    client.post(url(sent, "/acceptance"), data={"version": "1"})
    assert "更正验收" in client.get(url(sent)).text
    assert "更正原因" in client.get(url(sent) + "?recount=1").text

    make.log_in(client, line.receiver.person)
    fields = form(sent, verdict="partial", accepted="90", reason="rotten")
    assert client.post(url(sent, "/count"), data=fields).status_code == 409
    assert client.post(url(sent, "/count"), data=fields | {"correction": "行填错"}).status_code == 303
    make.log_in(client, line.second.person)
    assert "更正" in (page := client.get(url(sent)).text)
    assert "行填错" in page
    assert client.post(url(sent, "/acceptance"), data={"version": "1"}).status_code == 303

    assert "第 2 次验收" in client.get(url(sent)).text
    assert db.session.scalars(sa.select(Acceptance.amount_fen).order_by(Acceptance.id)).all() == [520_00, 468_00]
    assert client.get(url(sent, "/acceptance.pdf")).data.startswith(b"%PDF-")
