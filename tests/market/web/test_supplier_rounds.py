"""Rounds, pick list, labels, questions at the door: what is typed stays, strangers find nothing, lists stay cheap."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import bulk, clock, codes
from core.db import db
from market.models.delivery import Delivery
from market.models.order import Order, OrderLine
from market.models.shipping import DeliveryRound, OrderAsk, Parcel, PickMark
from market.rules.order_states import OrderKind, OrderState
from tests import make
from tests.make.core import writing
from tests.support import hygiene
from tests.support.statements import statements

ROUND = {"name": "花山线", "weekdays": ["0", "2"], "cutoff_days": "1", "cutoff_at": "17:00", "towns": ["220681103"]}


@pytest.fixture
def line(app: Flask, client: FlaskClient) -> make.Line:
    made = make.line()
    make.log_in(client, made.seller.person)
    return made


def whole(page: str) -> None:
    assert hygiene.faults(page) == []


def test_a_round_is_written_kept_and_stopped(client: FlaskClient, line: make.Line) -> None:
    late = client.post("/supplier/rounds/new", data=ROUND | {"window_from": "09:00", "window_to": "08:00"})
    assert late.status_code == 409
    assert 'value="花山线"' in late.text

    assert client.post("/supplier/rounds/new", data=ROUND | {"min_stop": "300"}).status_code == 303
    row = db.session.scalars(sa.select(DeliveryRound)).one()
    assert (row.weekdays, row.cutoff_minute, row.min_stop_fen) == (0b101, 17 * 60, 300_00)
    page = client.get("/supplier/rounds")
    assert "花山镇" in page.text
    whole(page.text)
    whole(client.get(f"/supplier/rounds/{row.id}").text)

    assert client.post(f"/supplier/rounds/{row.id}/closing").status_code == 303
    assert client.get(f"/supplier/rounds/{row.id}").status_code == 404


def test_a_tick_of_an_old_page_takes_nobody_elses_away(client: FlaskClient, line: make.Line) -> None:
    first, second = make.order(line), make.order(line)
    ids = [
        db.session.scalars(sa.select(OrderLine.id).where(OrderLine.order_id == one.id)).one() for one in (first, second)
    ]
    assert client.post("/supplier/picking", data={"packed": [str(ids[0])]}).status_code == 303
    stale = {"packed": [str(ids[1])]}  # read before the first tick stood
    assert client.post("/supplier/picking", data=stale).status_code == 303
    assert set(db.session.scalars(sa.select(PickMark.order_line_id))) == set(ids)
    whole(client.get("/supplier/picking").text)
    assert client.get("/supplier/picking/print.pdf").data.startswith(b"%PDF-")

    assert client.post("/supplier/picking", data={"was": [str(ids[0])]}).status_code == 303
    assert db.session.scalars(sa.select(PickMark.order_line_id)).all() == [ids[1]]

    make.log_in(client, make.line().seller.person)
    client.post("/supplier/picking", data={"was": [str(ids[1])], "packed": [str(ids[0]), "x", "9" * 30]})
    assert db.session.scalars(sa.select(PickMark.order_line_id)).all() == [ids[1]]


def test_a_label_names_no_person(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)
    page = client.get(f"/supplier/orders/{order.id}/labels")
    whole(page.text)
    answer = client.get(f"/supplier/orders/{order.id}/labels.pdf?boxes=2&size=40")
    assert answer.data.startswith(b"%PDF-")
    assert client.get(f"/box/{order.token}").location == f"/supplier/orders/{order.id}"

    make.log_in(client, line.receiver.person)
    assert client.get(f"/box/{order.token}").location == f"/canteen/orders/{order.token}"
    sent = make.delivery(line, order)
    assert client.get(f"/box/{order.token}").location == f"/canteen/deliveries/{sent.id}"
    make.log_in(client, make.line().receiver.person)
    assert client.get(f"/box/{order.token}").status_code == 404
    assert client.get(f"/supplier/orders/{order.id}/labels").status_code in {403, 404}


def test_a_question_is_asked_and_taken_back_on_the_order(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)
    radish = make.product(line.supplier, category="veg-radish", name="示例萝卜")
    page = client.get(f"/supplier/orders/{order.id}/goods")
    whole(page.text)
    bad = client.post(f"/supplier/orders/{order.id}/goods", data={"offer": str(radish.id), "packs": "", "reason": "加"})
    assert bad.status_code == 409

    given = {"offer": str(radish.id), "packs": "2", "reason": "白菜不够"}
    assert client.post(f"/supplier/orders/{order.id}/goods", data=given).status_code == 303
    ask = db.session.scalars(sa.select(OrderAsk)).one()
    shown = client.get(f"/supplier/orders/{order.id}")
    assert "示例萝卜" in shown.text
    whole(shown.text)

    make.log_in(client, line.approver.person)
    buyers = client.get("/canteen/asks")
    assert "白菜不够" in buyers.text
    whole(buyers.text)
    whole(client.get(f"/canteen/orders/{order.token}").text)

    make.log_in(client, line.seller.person)
    assert client.post(f"/supplier/orders/{order.id}/asks/{ask.id}/withdrawal").status_code == 303
    assert "已撤回" in client.get(f"/supplier/orders/{order.id}").text


def test_a_parcel_is_added_where_the_note_stands(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)
    sent = make.delivery(line, order)
    at = f"/supplier/orders/{order.id}/deliveries/{sent.id}/parcels"
    wrong = client.post(at, data={"courier-1": "jt", "tracking-1": "12345"})
    assert wrong.status_code == 409
    assert "不像极兔速递的单号" in wrong.text

    assert client.post(at, data={"courier-1": "jt", "tracking-1": "jt1234567890123"}).status_code == 303
    assert db.session.scalars(sa.select(Parcel.tracking_no)).one() == "JT1234567890123"
    assert "JT1234567890123" in client.get(f"/supplier/orders/{order.id}").text


def ten_thousand(of: make.Line, like: Order) -> None:
    """Orders of the same shop as rows, a line each."""
    line = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == like.id)).one()
    line_columns = [c.name for c in OrderLine.__table__.columns if c.name not in {"id", "order_id", "paid_fen"}]
    columns = [c.name for c in Order.__table__.columns if c.name not in {"id", "order_no", "token"}]
    same = {name: getattr(like, name) for name in columns}
    with writing():
        rows = [same | {"order_no": f"N{n:06d}", "token": f"{codes.token()[:20]}{n}"[:32]} for n in range(10_000)]
        made = bulk.insert_many(Order, rows, returning=["id"])
        goods = {name: getattr(line, name) for name in line_columns}
        bulk.insert_many(OrderLine, [goods | {"order_id": row.id} for row in made])
        db.session.execute(sa.text("ANALYZE purchase_order, order_line"))


def test_the_desk_with_ten_thousand_orders_costs_what_it_costs_with_one(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)
    assert order.kind is OrderKind.CANTEEN and order.state is OrderState.CONFIRMED
    pages = ("/supplier/orders?tab=to-send", "/supplier/picking", "/supplier/rounds", "/desk")
    few = []
    for page in pages:
        with statements() as seen:
            assert client.get(page).status_code == 200
        few.append(len(seen))
    ten_thousand(line, order)

    many = []
    for page in pages:
        started = clock.now()
        with statements() as seen:
            assert client.get(page).status_code == 200
        assert (clock.now() - started).total_seconds() < 3, page
        many.append(len(seen))

    assert many == few
    assert max(many[:3]) <= 20  # the inbox adds up every floor
    assert db.session.scalar(sa.select(sa.func.count(Delivery.id))) == 0
