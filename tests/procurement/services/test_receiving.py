"""From the scales to the counted yuan: the market's act and the ledger's are one (rules 25, 53, 55)."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.offer import OfferStock
from core import clock
from core.access.roles import Role
from core.db import db, transaction
from core.errors import Refused
from core.trail.verify import verify
from market.models.delivery import Acceptance, AcceptanceLine, Delivery
from market.models.settlement import Transfer
from market.queries import payables
from market.rules.transfer import ConfirmedBy
from market.services import acceptance, correcting, disputes, invoices, settlement
from procurement.models.ledger import FactEntry, FactKind, QuotaPosting, SpendBalance
from procurement.models.plan import Envelope
from procurement.models.unit import BudgetUnit
from procurement.services import payments, receiving
from tests import make


@pytest.fixture
def line(app: Flask) -> make.Line:
    make.village_is_exited()
    return make.line()


def received(of: make.Line, sent: Delivery, *rejected: int) -> Acceptance:
    with transaction():
        draft = acceptance.count(sent.id, make.counts(sent, *rejected), by=of.receiver.actor)
        return receiving.accept_delivery(sent.id, version=draft.version, by=of.second.actor)


def paid(of: make.Line, signed: Acceptance, *, bank_day: date | None = None) -> Transfer:
    with transaction():
        slip = settlement.prepare({signed.id: None}, by=of.payer.actor)
        day = bank_day or clock.today()
        settlement.declare(slip.id, bank_day_on=day, bank_serial=f"S{slip.id}", by=of.payer.actor)
        return payments.confirm_transfer(slip.id, by=of.seller.actor, word=ConfirmedBy.SUPPLIER)


def counted(code: str = "L") -> int:
    rows = sa.select(sa.func.coalesce(sa.func.sum(QuotaPosting.amount_fen), 0)).where(QuotaPosting.scheme_code == code)
    return int(db.session.scalar(rows) or 0)


def facts(kind: FactKind) -> list[int]:
    return list(db.session.scalars(sa.select(FactEntry.amount_fen).where(FactEntry.kind == kind)))


def test_accepting_writes_facts_and_counts_nothing_before_the_money_is_confirmed(line: make.Line) -> None:
    signed = received(line, make.delivery(line, make.order(line), 103_250), 1_500)

    assert facts(FactKind.ACCEPTED) == [529_10]
    assert facts(FactKind.REJECTED) == [7_80]
    assert db.session.scalars(sa.select(SpendBalance.platform_fen)).one() == 529_10
    assert counted() == 0

    paid(line, signed)

    assert counted("L") == counted("C") == 529_10
    assert counted("N") == 0
    assert not verify().broken


def test_what_is_not_disputed_is_paid_and_counts_the_disputed_kilo_once_it_is_decided(line: make.Line) -> None:
    signed = received(line, make.delivery(line, make.order(line)))
    row = db.session.scalars(sa.select(AcceptanceLine.id)).one()
    with transaction():
        dispute = disputes.open_dispute(row, amount_fen=5_20, reason="发黄", by=line.second.actor).id
    paid(line, signed)
    assert counted("L") == signed.amount_fen - 5_20

    with transaction():
        disputes.withdraw(dispute, by=line.second.actor)
    paid(line, signed)
    assert counted("L") == signed.amount_fen


def test_it_counts_on_the_later_of_acceptance_and_bank_day(line: make.Line) -> None:
    with clock.shifted(-timedelta(days=10)):
        order = make.order(line)
    signed = received(line, make.delivery(line, order))
    paid(line, signed, bank_day=clock.today() - timedelta(days=5))

    assert db.session.scalars(sa.select(QuotaPosting.recognised_on)).first() == signed.accepted_on


def test_goods_without_their_certificate_never_count(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line), commitment_no="")
    with transaction():
        draft = acceptance.count(sent.id, make.counts(sent), by=line.receiver.actor)
        acceptance.waive_papers(sent.id, version=draft.version, reason="次日补交", by=line.approver.actor)
    with transaction():
        signed = receiving.accept_delivery(sent.id, version=draft.version, by=line.second.actor)

    paid(line, signed)

    assert counted("L") == 0
    assert facts(FactKind.PAID) == [520_00]


def test_a_refused_signature_leaves_no_fact(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    with transaction():
        version = acceptance.count(sent.id, make.counts(sent), by=line.receiver.actor).version

    with pytest.raises(Refused, match="signer-twice"), transaction():
        receiving.accept_delivery(sent.id, version=version, by=line.receiver.actor)

    assert facts(FactKind.ACCEPTED) == []
    assert db.session.scalar(sa.select(sa.func.count(Acceptance.id))) == 0


def test_what_is_accepted_fills_the_envelope(line: make.Line) -> None:
    make.declared(line.unit, 1_000_000_00)

    received(line, make.delivery(line, make.order(line)))

    rows = db.session.execute(sa.select(Envelope.scheme_code, Envelope.eligible_done_fen, Envelope.general_done_fen))
    assert {code: (eligible, general) for code, eligible, general in rows} == {
        "L": (520_00, 0),
        "C": (520_00, 0),
        "N": (0, 520_00),
    }


def test_the_units_setting_decides_about_its_orderer(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    both = make.actor(line.orderer.person, line.unit, Role.CANTEEN_ORDERER, Role.RECEIVER, scope=(line.canteen.id,))
    with transaction():
        version = acceptance.count(sent.id, make.counts(sent), by=line.second.actor).version
    with pytest.raises(Refused, match="signer-is-orderer"), transaction():
        receiving.accept_delivery(sent.id, version=version, by=both)
    with transaction():
        db.session.get_one(BudgetUnit, line.unit.id).orderer_may_be_second = True
    with transaction():
        signed = receiving.accept_delivery(sent.id, version=version, by=both)

    assert signed.orderer_took_part


def test_with_that_setting_the_kitchen_still_needs_an_outsider(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    both = make.actor(line.orderer.person, line.unit, Role.CANTEEN_ORDERER, Role.RECEIVER, scope=(line.canteen.id,))
    with transaction():
        db.session.get_one(BudgetUnit, line.unit.id).orderer_may_be_second = True
        version = acceptance.count(sent.id, make.counts(sent), by=line.receiver.actor).version

    with pytest.raises(Refused, match="signer-from-kitchen"), transaction():
        receiving.accept_delivery(sent.id, version=version, by=both)


def test_four_people_suffice(line: make.Line) -> None:
    """Orderer; two signers, the approver one of them; payer: the fourth."""
    sent = make.delivery(line, make.order(line))
    with transaction():
        version = acceptance.count(sent.id, make.counts(sent), by=line.receiver.actor).version
        signed = receiving.accept_delivery(sent.id, version=version, by=line.approver.actor)

    paid(line, signed)

    assert counted() == 520_00


def test_an_invoice_is_a_fact_too(line: make.Line) -> None:
    signed = received(line, make.delivery(line, make.order(line)))
    with transaction():
        payments.record_invoice(
            f"{clock.today():%y}110000000000000001",
            [signed.id],
            issued_on=clock.today(),
            total_fen=520_00,
            by=line.payer.actor,
        )

    assert facts(FactKind.INVOICED) == [520_00]


def corrected(of: make.Line, sent: Delivery, *rejected: int, reason: str = "秤未归零") -> Acceptance:
    with transaction():
        draft = acceptance.count(sent.id, make.counts(sent, *rejected), by=of.receiver.actor, correction=reason)
        version = draft.version
    with transaction():
        return receiving.accept_delivery(sent.id, version=version, by=of.second.actor)


def test_a_correction_takes_the_place_of_the_round_before_in_every_book(line: make.Line) -> None:
    make.declared(line.unit, 1_000_000_00)
    sent = make.delivery(line, make.order(line))
    first = received(line, sent)

    second = corrected(line, sent, 10_000)

    assert (second.round, second.reverses_id, second.accepted_on) == (2, first.id, first.accepted_on)
    assert sorted(facts(FactKind.ACCEPTED)) == [-520_00, 468_00, 520_00]
    assert db.session.scalars(sa.select(SpendBalance.platform_fen)).one() == 468_00
    rows = db.session.execute(sa.select(Envelope.scheme_code, Envelope.eligible_done_fen, Envelope.general_done_fen))
    assert {row.scheme_code: tuple(row)[1:] for row in rows}["L"] == (468_00, 0)
    assert [one.acceptance_id for one in payables.claims(Acceptance.delivery_id == sent.id)] == [second.id]

    paid(line, second)
    assert counted("L") == 468_00
    assert not verify().broken


def test_a_correction_may_take_goods_that_were_sent_back_unless_they_are_promised(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    received(line, sent, 10_000)
    on_hand = db.session.scalars(sa.select(OfferStock.on_hand)).one()

    corrected(line, sent)
    assert db.session.scalars(sa.select(OfferStock.on_hand)).one() == on_hand - 10_000

    corrected(line, sent, 10_000)
    with transaction():
        db.session.execute(sa.update(OfferStock).values(reserved=OfferStock.on_hand))
    with pytest.raises(Refused, match="correct-goods-gone"):
        corrected(line, sent)
    assert sum(facts(FactKind.ACCEPTED)) == 468_00


def test_nothing_changes_before_the_second_signature_and_it_may_be_dropped(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    first = received(line, sent)
    with transaction():
        acceptance.count(sent.id, make.counts(sent, 10_000), by=line.receiver.actor, correction="行填错")

    assert [one.acceptance_id for one in payables.claims(Acceptance.delivery_id == sent.id)] == [first.id]
    with transaction():
        correcting.drop(sent.id, by=line.second.actor)
    with pytest.raises(Refused, match="delivery-already-accepted"), transaction():
        receiving.accept_delivery(sent.id, version=1, by=line.second.actor)


def test_what_is_paid_or_invoiced_is_not_weighed_again(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    signed = received(line, sent)
    with transaction():
        slip = settlement.prepare({signed.id: None}, by=line.payer.actor)
    with pytest.raises(Refused, match="correct-paid"):
        corrected(line, sent, 10_000)

    with transaction():
        settlement.withdraw(slip.id, reason="先更正", by=line.payer.actor)
    with pytest.raises(Refused, match="delivery-already-accepted"):
        corrected(line, sent, 10_000, reason=" ")
    with transaction():
        invoices.record(
            "26952000000000000001", [signed.id], issued_on=clock.today(), total_fen=520_00, by=line.payer.actor
        )
    with pytest.raises(Refused, match="correct-invoiced"):
        corrected(line, sent, 10_000)
    assert db.session.scalar(sa.select(sa.func.count(Acceptance.id))) == 1
