"""Companies and villages on real orders: who may, what counts, and that no unit's quota hears of it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, codes
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Forbidden, Missing, Refused
from core.files.models import Audience, StoredFile
from core.organisations.models import Organisation
from core.people.models import Person
from market.gateways.ports import Payee
from market.models.order import Order, OrderGroup, OrderLine
from market.models.pairing import EnterpriseOrder, OutsideSale, PurchasePledge, VillagePairing
from market.queries import outside_sales as outside_reading
from market.queries import pairings as reading
from market.rules.order_states import OrderAct
from market.rules.pairing import OutsideChannel, OutsideState, PairingState, PledgeState
from market.services import after_sales, fulfilment, order_steps, outside_sales, pairings, pledges, receipts
from market.services.fulfilment import NewLot, ShipLine, Van
from market.services.outside_sales import Sale
from market.services.pairings import Proposal
from procurement.models.ledger import FactEntry
from tests import make
from tests.make import after_sales as make_cases
from tests.make import shop
from tests.make.catalog import VILLAGE
from tests.make.core import writing
from tests.support.threads import at_once


@dataclass
class Cast:
    company: Organisation
    buyer: Actor
    village: Actor
    town: Actor
    office: Actor


@pytest.fixture
def cast(app: Flask) -> Cast:
    def seated(kind: OrganisationKind, role: Role, **more: str) -> tuple[Organisation, Actor]:
        body = make.organisation(kind, **more)
        return body, make.actor(make.seat(body, role), body, role)

    company, buyer = seated(OrganisationKind.ENTERPRISE, Role.ENTERPRISE_BUYER)
    return Cast(
        company,
        buyer,
        seated(OrganisationKind.VILLAGE, Role.VILLAGE_WORKER, place_code=VILLAGE)[1],
        seated(OrganisationKind.TOWNSHIP, Role.TOWNSHIP_CLERK, place_code=VILLAGE[:9])[1],
        seated(OrganisationKind.REVITALISATION, Role.LINKAGE_OFFICER)[1],
    )


def proposed(cast: Cast) -> int:
    with transaction():
        return pairings.propose(Proposal(VILLAGE, clock.today(), None, "韩示例"), by=cast.buyer).id


def paired(cast: Cast) -> int:
    pairing_id = proposed(cast)
    with transaction():
        pairings.decide(pairing_id, agreed=True, reason="", by=cast.office)
    return pairing_id


def pledged(cast: Cast, pairing_id: int, fen: int) -> int:
    period = (clock.today(), clock.today() + timedelta(days=300))
    with transaction():
        pledge_id = pledges.write(pairing_id, amount_fen=fen, goods="木耳", period=period, by=cast.buyer).id
    with transaction():
        pledges.agree(pledge_id, by=cast.village)
    return pledge_id


def bought(line: make.Line, by: Actor, *, received: bool = True) -> Order:
    """A box of cabbage for 26 yuan, paid, sent and received."""
    shop.merchant(line.supplier, Payee("2088000000000001"))
    person = db.session.get_one(Person, by.person_id)
    offer = make.product(line.supplier)
    group = shop.checked_out(by, shop.address(person), (offer, 1), price_fen=2_600)
    order = db.session.scalars(sa.select(Order).where(Order.group_id == group.id)).one()
    with writing():
        order_steps.move(order, OrderAct.PAY, party="provider", by=None)
    row = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id)).one()
    with transaction():
        part = ShipLine(row.id, row.qty, NewLot(clock.today()), "HGZ-1")
        fulfilment.ship(order.id, [part], van=Van("示例", "13800000000"), by=line.seller.actor)
    if received:
        with transaction():
            receipts.receive(order.id, by=by)
    return order


def paper(by: Actor, digest: str = "a") -> int:
    with transaction():
        file = StoredFile(
            token=codes.token(), audience=Audience.PARTIES, owner_id=by.organisation_id,
            uploaded_by_id=by.person_id, purpose="outside-sale", name="票", content_type="image/webp", size=1,
            sha256=digest * 64, created_at=clock.now(),
        )  # fmt: skip
        db.session.add(file)
        db.session.flush()
        return file.id


def sold(by: Actor, *, fen: int = 5_000, digest: str = "a") -> int:
    wanted = Sale(
        VILLAGE, OutsideChannel.OFFLINE, "示例商超", "秋木耳", fen, clock.today(), paper(by, digest)
    )  # fmt: skip
    with transaction():
        return outside_sales.enter(wanted, by=by).id


def test_real_purchases_fulfil_a_pledge_and_no_ledger_of_units_hears_of_them(cast: Cast) -> None:
    pairing_id = paired(cast)
    pledge_id = pledged(cast, pairing_id, 5_000)
    line = make.line()
    order = bought(line, cast.buyer)

    pair = reading.get(pairing_id, cast.buyer)
    part = pair.pledges[0].progress
    assert (part.received_fen, part.on_way_fen, part.done_bp, part.is_met) == (2_600, 0, 5_200, False)
    assert [(one.order_no, one.village_code) for one in pair.bought] == [(order.order_no, VILLAGE)]
    with pytest.raises(Refused, match="pledge-not-met"), transaction():
        pledges.fulfil(pledge_id, by=cast.buyer)
    assert db.session.get_one(PurchasePledge, pledge_id).state is PledgeState.AGREED
    assert db.session.scalar(sa.select(sa.func.count(FactEntry.id))) == 0
    assert order.buyer_id is None
    assert db.session.scalars(sa.select(EnterpriseOrder.enterprise_id)).one() == cast.company.id


def test_a_met_pledge_is_said_to_be_fulfilled(cast: Cast) -> None:
    pledge_id = pledged(cast, paired(cast), 2_600)
    bought(make.line(), cast.buyer)
    with transaction():
        pledges.fulfil(pledge_id, by=cast.village)

    found = db.session.get_one(PurchasePledge, pledge_id)
    assert found.state is PledgeState.FULFILLED
    assert found.over_at is not None


def test_goods_on_their_way_wait_and_private_purchases_are_nobodys(cast: Cast) -> None:
    pairing_id = paired(cast)
    pledged(cast, pairing_id, 5_000)
    line = make.line()
    bought(line, cast.buyer, received=False)
    part = reading.get(pairing_id, cast.buyer).pledges[0].progress
    assert (part.received_fen, part.on_way_fen) == (0, 2_600)

    private = make.actor(make.person())
    with transaction():
        pairings.attribute(db.session.scalars(sa.select(OrderGroup.id)).one(), private)
    assert db.session.scalar(sa.select(sa.func.count(EnterpriseOrder.group_id))) == 1


def test_goods_of_another_villages_lot_are_not_this_villages(cast: Cast) -> None:
    pairing_id = paired(cast)
    pledged(cast, pairing_id, 5_000)
    bought(make.line(), cast.buyer)
    with writing():
        db.session.execute(sa.text("UPDATE village_pairing SET village_code = (SELECT code FROM place "
                                   "WHERE level = 'village' AND code <> :own LIMIT 1)"), {"own": VILLAGE})  # fmt: skip

    assert reading.get(pairing_id, cast.buyer).pledges[0].progress.received_fen == 0


def test_a_pairing_is_decided_by_the_office_once_and_ended_with_its_pledges(cast: Cast) -> None:
    pairing_id = proposed(cast)
    with pytest.raises(Refused, match="pairing-exists"):
        proposed(cast)
    with pytest.raises(Refused, match="pairing-not-active"):
        pledged(cast, pairing_id, 100)
    for stranger in (cast.buyer, cast.village):
        with pytest.raises(Forbidden), transaction():
            pairings.decide(pairing_id, agreed=True, reason="", by=stranger)
    with pytest.raises(Refused, match="reason-needed"), transaction():
        pairings.decide(pairing_id, agreed=False, reason=" ", by=cast.office)
    assert db.session.get_one(VillagePairing, pairing_id).state is PairingState.PROPOSED
    with transaction():
        pairings.decide(pairing_id, agreed=True, reason="", by=cast.office)
    pledge_id = pledged(cast, pairing_id, 100)
    with transaction():
        pairings.end(pairing_id, reason="到期", by=cast.buyer)

    assert db.session.get_one(VillagePairing, pairing_id).state is PairingState.ENDED
    assert db.session.get_one(PurchasePledge, pledge_id).state is PledgeState.ENDED
    proposed(cast)  # the pair may begin again; the old row stays
    assert db.session.scalar(sa.select(sa.func.count(VillagePairing.id))) == 2


def test_two_proposals_at_once_make_one(app: Flask, cast: Cast) -> None:
    answers = at_once(app, *(lambda: proposed(cast) for _ in range(2)))

    assert sum(isinstance(one, Refused) for one in answers) == 1
    assert db.session.scalar(sa.select(sa.func.count(VillagePairing.id))) == 1


def test_everybody_sees_their_own(cast: Cast) -> None:
    pairing_id = paired(cast)
    foreign = make.organisation(OrganisationKind.ENTERPRISE)
    stranger = make.actor(make.seat(foreign, Role.ENTERPRISE_BUYER), foreign, Role.ENTERPRISE_BUYER)

    for seen in (cast.buyer, cast.village, cast.town, cast.office):
        assert reading.listed(seen)[1] == 1
    assert reading.listed(stranger)[1] == 0
    with pytest.raises(Missing):
        reading.get(pairing_id, stranger)
    with pytest.raises(Missing), transaction():
        pairings.end(pairing_id, reason="x", by=stranger)


def test_sales_elsewhere_need_evidence_once_and_a_second_person_and_stay_apart(cast: Cast) -> None:
    pairing_id = paired(cast)
    pledged(cast, pairing_id, 10_000)
    sale_id = sold(cast.buyer)
    with pytest.raises(Refused, match="outside-evidence-used"):
        sold(cast.village)
    both = make.actor(make.person(), cast.company, Role.LINKAGE_OFFICER)
    with pytest.raises(Forbidden), transaction():
        outside_sales.decide(sale_id, agreed=True, reason="", by=cast.buyer)
    same = Actor(**{**both.__dict__, "person_id": cast.buyer.person_id})
    with pytest.raises(Refused, match="outside-same-person"), transaction():
        outside_sales.decide(sale_id, agreed=True, reason="", by=same)
    assert outside_reading.sums(cast.office) == {}
    with transaction():
        outside_sales.decide(sale_id, agreed=True, reason="", by=cast.office)

    part = reading.get(pairing_id, cast.buyer).pledges[0].progress
    assert (part.outside_fen, part.received_fen, part.done_bp) == (5_000, 0, 0)
    assert outside_reading.sums(cast.office) == {OutsideChannel.OFFLINE: 5_000}


def test_a_refused_sale_frees_its_evidence(cast: Cast) -> None:
    sale_id = sold(cast.village)
    with transaction():
        outside_sales.decide(sale_id, agreed=False, reason="看不清", by=cast.office)
    again = sold(cast.village, fen=6_000)

    assert db.session.get_one(OutsideSale, sale_id).state is OutsideState.REFUSED
    assert db.session.get_one(OutsideSale, again).state is OutsideState.ENTERED


def test_what_goes_back_after_a_case_is_no_longer_bought(cast: Cast) -> None:
    """Two packs received, the shop agrees to give one back: one is left for the pledge."""
    of = make_cases.bought()
    line = of.lines[0]
    with writing():
        order = db.session.get_one(Order, of.order_id)
        db.session.add(EnterpriseOrder(group_id=order.group_id, enterprise_id=cast.company.id, at=order.placed_at))
    days = {"since": clock.today(), "until": clock.today()}
    whole = reading.bought([cast.company.id], **days)
    case = make_cases.case(of, packs=1)
    with transaction():
        after_sales.agree(case.token, goods_back=False, by=of.seller)

    rest = reading.bought([cast.company.id], **days)
    assert sum(one.fen for one in whole) == line.paid_fen
    assert sum(one.fen for one in rest) == line.paid_fen - line.paid_fen // 2
