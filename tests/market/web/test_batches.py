"""What a batch's label opens for everybody, and calling a batch back."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.offer import Offer
from catalog.models.product import Lot
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Refused
from core.people.models import SentMessage
from market.models.delivery import Delivery
from market.models.order import Order, OrderLine
from market.services import acceptance, fulfilment
from market.services.fulfilment import ShipLine
from market.services.lots import NewLot
from tests import make
from tests.make import farm as farms
from tests.support.hygiene import faults


@pytest.fixture
def line(app: Flask) -> make.Line:
    make.village_is_exited()
    return make.line()


def the_lot() -> Lot:
    return db.session.scalars(sa.select(Lot)).one()


def sent(of: make.Line) -> Delivery:
    return make.delivery(of, make.order(of))


def test_everybody_reads_where_a_batch_comes_from(client: FlaskClient, line: make.Line) -> None:
    delivery = sent(line)
    with transaction():
        version = acceptance.count(delivery.id, make.counts(delivery), by=line.receiver.actor).version
    with transaction():
        acceptance.accept(delivery.id, version=version, by=line.second.actor)

    answer = client.get(f"/lot/{the_lot().token}")

    assert faults(answer.text) == []
    assert answer.status_code == 200
    assert "脱贫村" in answer.text
    assert "1 个单位食堂两人过磅验收" in answer.text
    assert line.unit.name not in answer.text  # canteens are counted, not named
    assert client.get("/lot/00000000000000000000000000000000").status_code == 404


@pytest.mark.parametrize(("count", "said"), [(6, "带动 6 户"), (3, "带动少于5户")])
def test_a_batch_says_the_suppliers_public_figure_and_no_count_of_its_own(
    client: FlaskClient, count: int, said: str
) -> None:
    """How many sold into a lot stands on no page (rule 76): here it was one."""
    farm = farms.farm()
    for home in [make.household() for _ in range(count - 1)]:
        make.linkage(farm.supplier, home)
    note = farms.purchase(farm)
    lot = db.session.get_one(Lot, note.lot_id)

    page = client.get(f"/lot/{lot.token}").text

    assert faults(page) == []
    assert "按收购单向农户收购" in page
    assert said in page
    assert "向 1 户" not in page


def test_a_recalled_batch_warns_tells_and_stays(client: FlaskClient, line: make.Line) -> None:
    delivery = sent(line)
    lot = the_lot()
    with transaction():
        db.session.execute(sa.update(Order).values(phone="13900000001"))
    make.log_in(client, line.seller.person)
    before = db.session.scalar(sa.select(sa.func.count(SentMessage.id)))
    assert client.post(f"/batches/{lot.id}/recall", data={"reason": ""}).status_code == 409
    assert client.post(f"/batches/{lot.id}/recall", data={"reason": "农残超标", "advice": "封存"}).status_code == 303

    assert "农残超标" in client.get(f"/lot/{lot.token}").text
    assert db.session.scalar(sa.select(sa.func.count(SentMessage.id))) == before + 1
    make.log_in(client, line.receiver.person)
    assert "收到过的一批货已召回" in client.get("/desk").text
    offer = db.session.scalars(sa.select(Offer)).one()
    order = make.order(line, (offer, 2))
    line_id = db.session.scalars(sa.select(OrderLine.id).where(OrderLine.order_id == order.id)).one()
    same = NewLot(harvested_on=lot.harvested_on, lot_no=lot.lot_no)
    with pytest.raises(Refused, match="lot-recalled"), transaction():
        fulfilment.ship(order.id, [ShipLine(line_id, 1_000, same, "HGZ-1")], by=line.seller.actor)
    assert db.session.scalars(sa.select(Delivery.id)).all() == [delivery.id]


def test_the_office_calls_and_only_the_office_clears(client: FlaskClient, line: make.Line) -> None:
    sent(line)
    lot = the_lot()
    office = make.organisation(OrganisationKind.AGRICULTURE)
    make.log_in(client, make.seat(office, Role.AGRICULTURE_OFFICER))
    assert faults(client.get("/batches").text) == []
    client.post(f"/batches/{lot.id}/recall", data={"reason": "抽检不合格"})
    assert "抽检不合格" in client.get("/batches").text

    make.log_in(client, line.seller.person)
    assert client.post(f"/batches/{lot.id}/clearance", data={"reason": "我们自己查过"}).status_code == 409
    assert faults(client.get(f"/batches/{lot.id}").text) == []
    assert client.get(f"/batches/{lot.id}/label.pdf?size=40&copies=3").data.startswith(b"%PDF-")

    make.log_in(client, make.seat(office, Role.AGRICULTURE_OFFICER))
    assert client.post(f"/batches/{lot.id}/clearance", data={"reason": "复检合格"}).status_code == 303
    assert "已召回" not in client.get(f"/lot/{lot.token}").text


def test_a_foreign_batch_is_not_there(client: FlaskClient, line: make.Line) -> None:
    sent(line)
    other = make.organisation(OrganisationKind.SUPPLIER)
    make.supplier("示例另一家")
    make.log_in(client, make.seat(other, Role.SUPPLIER_CLERK))

    assert client.get(f"/batches/{the_lot().id}").status_code == 404
    assert client.post(f"/batches/{the_lot().id}/recall", data={"reason": "x"}).status_code == 404
