"""承诺达标合格证 from its making to the van: own lots, never more than there is, void by a new one."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from catalog.models.commitment import Commitment
from catalog.models.product import Lot
from catalog.queries import commitments as reading
from catalog.rules.commitment import CommitmentBasis
from catalog.services import commitments, harvests
from catalog.services.commitments import Promise
from core import clock
from core.db import db, transaction
from core.errors import Missing, Refused
from core.quantity import KG
from market.models.delivery import DeliveryLine
from market.models.order import Order, OrderLine
from market.queries.commitments import usable
from market.services import fulfilment
from market.services.lots import NewLot
from tests import make
from tests.make import certification as cert
from tests.support import hygiene
from tests.support.threads import at_once

B = CommitmentBasis


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def grown(of: make.Line, kg: str = "200", key: str = "a-key-of-the-field-1") -> int:
    """A lot of the line's cabbage with its harvest record. → its id."""
    product_id = db.session.scalars(sa.select(OrderLine.product_id)).first() or _product(of)
    with transaction():
        record = harvests.write(
            harvests.Harvest(key, product_id, kg, KG, clock.today(), "示例地块"), by=of.seller.actor
        )
        return record.lot_id


def _product(of: make.Line) -> int:
    return make.product(of.supplier).product_id


def promised(of: make.Line, lot_id: int, qty: int = 150_000) -> Commitment:
    with transaction():
        return commitments.issue(Promise(lot_id, qty, frozenset({B.CONTROL}), "0439-0000000"), by=of.seller.actor)


def shipped(of: make.Line, order: Order, number: str, lot_no: str, qty: int = 100_000) -> None:
    key = db.session.scalars(sa.select(OrderLine.id).where(OrderLine.order_id == order.id)).one()
    given = fulfilment.ShipLine(key, qty, NewLot(clock.today(), lot_no), commitment_no=number)
    with transaction():
        fulfilment.ship(order.id, [given], by=of.seller.actor)


def lot_no(lot_id: int) -> str:
    return db.session.scalars(sa.select(Lot.lot_no).where(Lot.id == lot_id)).one()


def test_its_seven_fields_are_kept_as_they_were(line: make.Line) -> None:
    order = make.order(line)
    made = promised(line, grown(line))
    sheet = reading.by_token(made.token)

    assert sheet.row.product_name == db.session.scalars(sa.select(OrderLine.product_name)).first()
    assert (sheet.quantity, sheet.bases, sheet.row.issued_on) == ("150kg", [B.CONTROL], clock.today())
    assert "不使用禁用农药兽药" in sheet.row.promise
    assert sheet.row.contact == "0439-0000000"
    assert sheet.row.origin_full.count(" ") == 1
    assert sheet.row.producer
    assert order.supplier_id == sheet.row.supplier_id


def test_goods_leave_with_it_until_it_is_used_up(line: make.Line) -> None:
    offer = make.product(line.supplier)
    order, second = make.order(line, (offer, 20)), make.order(line, (offer, 20))
    lot_id = grown(line)
    made = promised(line, lot_id)
    shipped(line, order, made.commitment_no, lot_no(lot_id))
    (choice,) = usable([made.product_id])[made.product_id]
    assert (choice.left_qty, choice.lot_no) == (50_000, lot_no(lot_id))
    with pytest.raises(Refused, match="commitment-used-up"):
        shipped(line, second, made.commitment_no, lot_no(lot_id))
    assert db.session.scalars(sa.select(DeliveryLine.commitment_no)).all() == [made.commitment_no]


def test_it_belongs_to_its_lot_and_its_producer(line: make.Line) -> None:
    order = make.order(line)
    lot_id, other = grown(line), grown(line, key="a-key-of-the-field-2")
    made = promised(line, lot_id)
    with pytest.raises(Refused, match="commitment-other-lot"):
        shipped(line, order, made.commitment_no, lot_no(other))
    stranger = make.line()
    with pytest.raises(Refused, match="commitment-of-another"):
        shipped(stranger, make.order(stranger), made.commitment_no, "")
    with pytest.raises(Missing), transaction():
        commitments.issue(Promise(lot_id, 1, frozenset({B.CONTROL}), "1"), by=stranger.seller.actor)
    with pytest.raises(Missing):
        reading.get_own(made.id, stranger.seller.actor)
    assert db.session.scalars(sa.select(DeliveryLine.id)).all() == []


def test_a_new_one_makes_the_old_one_void(line: make.Line) -> None:
    order = make.order(line)
    lot_id = grown(line)
    old = promised(line, lot_id)
    again = Promise(lot_id, 180_000, frozenset({B.CONTROL, B.OWN_TEST}), "0439-0000000")
    with transaction():
        new = commitments.replace(old.id, again, by=line.seller.actor)
    sheet = reading.by_token(old.token)
    assert (sheet.is_void, sheet.newer_no, reading.by_token(new.token).is_void) == (True, new.commitment_no, False)
    with pytest.raises(Refused, match="commitment-replaced"), transaction():
        commitments.replace(old.id, again, by=line.seller.actor)
    with pytest.raises(Refused, match="commitment-void"):
        shipped(line, order, old.commitment_no, lot_no(lot_id))
    shipped(line, order, new.commitment_no.lower(), lot_no(lot_id))


def test_two_new_ones_at_once_leave_one(app: Flask, line: make.Line) -> None:
    make.order(line)
    lot_id = grown(line)
    old_id = promised(line, lot_id).id
    again = Promise(lot_id, 180_000, frozenset({B.CONTROL}), "1")

    def go() -> None:
        with transaction():
            commitments.replace(old_id, again, by=line.seller.actor)

    results = at_once(app, go, go)
    assert [getattr(one, "code", one) for one in results if one] == ["commitment-replaced"]
    assert len(db.session.scalars(sa.select(Commitment)).all()) == 2


def test_it_promises_no_more_than_the_lot_holds(line: make.Line) -> None:
    make.order(line)
    lot_id = grown(line)
    promised(line, lot_id)
    with pytest.raises(Refused, match="commitment-above-lot"):
        promised(line, lot_id, 50_001)
    promised(line, lot_id, 50_000)


def test_only_where_the_category_needs_it(line: make.Line) -> None:
    make.order(line)
    offer = make.product(line.supplier, category="fungi-zhenmo", name="示例榛蘑")
    with transaction():
        record = harvests.write(
            harvests.Harvest("a-key-of-the-field-3", offer.product_id, "10", KG, clock.today()), by=line.seller.actor
        )
        lot_id = record.lot_id
    with pytest.raises(Refused, match="commitment-not-needed"):
        promised(line, lot_id, 1_000)


@pytest.mark.parametrize("statement", ["DELETE FROM commitment", "UPDATE commitment SET qty = 1"])
def test_the_database_keeps_it(line: make.Line, statement: str) -> None:
    make.order(line)
    promised(line, grown(line))
    with pytest.raises(DBAPIError), transaction():
        db.session.execute(sa.text(statement))


def test_the_clerk_makes_prints_and_sends_and_everybody_reads(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)
    lot_id = grown(line)
    make.log_in(client, line.seller.person)
    form: dict[str, object] = {"lot": lot_id, "quantity": "100+20", "bases": "control", "contact": "0439-0000000"}
    assert client.post("/supplier/commitments/new", data={**form, "quantity": "300"}).status_code == 409
    assert client.post("/supplier/commitments/new", data={**form, "bases": "commissioned_test"}).status_code == 409
    assert client.post("/supplier/commitments/new", data=form).status_code == 303
    made = db.session.scalars(sa.select(Commitment)).one()
    for size in ("40", "60"):
        label = client.get(f"/supplier/commitments/{made.id}/label.pdf?size={size}&copies=3")
        assert label.data.startswith(b"%PDF-")
    assert client.get(f"/supplier/commitments/{made.id}/label.pdf?size=50").status_code == 409
    note = f"/supplier/orders/{order.id}/delivery"
    assert made.commitment_no in client.get(note).text
    key = db.session.scalars(sa.select(OrderLine.id)).one()
    given = {f"qty-{key}": "100", f"promise-{key}": made.commitment_no, "arrives_on": clock.today().isoformat()}
    assert client.post(note, data=given).status_code == 303
    sent = db.session.scalars(sa.select(DeliveryLine)).one()
    assert (sent.commitment_no, sent.lot_id) == (made.commitment_no, lot_id)
    for path in ("", "/new", f"/{made.id}", f"/{made.id}/new"):
        answer = client.get(f"/supplier/commitments{path}")
        assert (answer.status_code, hygiene.faults(answer.text)) == (200, []), path
    client.post("/logout")
    page = client.get(f"/commitments/{made.token}")
    assert "120kg" in page.text
    assert hygiene.faults(page.text) == []
    assert client.get(f"/commitments/{'x' * 32}").status_code == 404


def test_the_receiver_opens_it_from_the_scales(client: FlaskClient, line: make.Line) -> None:
    order = make.order(line)
    lot_id = grown(line)
    made = promised(line, lot_id)
    shipped(line, order, made.commitment_no, lot_no(lot_id))
    make.log_in(client, line.receiver.person)
    delivery_id = db.session.scalars(sa.select(DeliveryLine.delivery_id)).one()
    assert f"/commitments/{made.token}" in client.get(f"/canteen/deliveries/{delivery_id}").text


def test_foreign_ids_are_404(client: FlaskClient, line: make.Line) -> None:
    make.order(line)
    made = promised(line, grown(line))
    make.log_in(client, make.line().seller.person)
    for path in ("", "/new", "/label.pdf?size=40"):
        assert client.get(f"/supplier/commitments/{made.id}{path}").status_code == 404, path
    assert client.post(f"/supplier/commitments/{made.id}/new", data={"quantity": "1"}).status_code == 404


def test_a_commissioned_test_comes_with_its_report(line: make.Line) -> None:
    make.order(line)
    lot_id = grown(line)
    with transaction():
        report = cert.a_file(line.seller.actor)
        made = commitments.issue(
            Promise(lot_id, 1_000, frozenset({B.COMMISSIONED_TEST}), "1", report), by=line.seller.actor
        )
    assert reading.by_token(made.token).report_token
