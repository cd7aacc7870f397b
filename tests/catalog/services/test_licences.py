"""Licences after the admission: renewed by the clerk, compared by the township; food licences flow into the register;
a trader lists only what its producers grow (rules 65, 66).
"""

import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.product import Certificate
from catalog.models.supplier import Supplier
from catalog.models.supplier_life import LicenceRenewal
from catalog.queries import leads, licences, supplier_checks, suppliers
from catalog.queries import offers as offer_queries
from catalog.rules.admission import PaperKind
from catalog.rules.certificates import CertificateKind, CertificateStatus
from catalog.rules.supplier import EntityType, SupplierStatus
from catalog.rules.supplier_life import CheckOutcome
from catalog.services import admission as operator
from catalog.services import licences as renewing
from catalog.services import products, supplier_life
from core import clock
from core.access.roles import Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.people.models import SentMessage
from tests import make
from tests.make import admission
from tests.make.catalog import VILLAGE
from tests.make.farm import picture
from tests.support.hygiene import faults
from tests.support.threads import at_once
from tests.support.timing import seconds


class Seller:
    """A supplier whose licence ends soon, with its clerk."""

    def __init__(self) -> None:
        self.supplier = make.supplier(licence_valid_to=clock.today() + timedelta(days=10))
        self.body = db.session.get_one(Organisation, self.supplier.organisation_id)
        self.person = make.seat(self.body, Role.SUPPLIER_CLERK)
        self.clerk = make.actor(self.person, self.body, Role.SUPPLIER_CLERK)

    def hand_in(self, days: int | None = 400) -> LicenceRenewal:
        """A new paper, by default of a year and more."""
        until = None if days is None else clock.today() + timedelta(days=days)
        with transaction():
            return renewing.hand_in(until, admission.paper(self.clerk), by=self.clerk)


@pytest.fixture
def seller(app: Flask) -> Seller:
    return Seller()


def status(of: Seller) -> SupplierStatus:
    db.session.expire_all()
    return db.session.get_one(Supplier, of.supplier.id).status


def test_a_renewed_licence_holds_once_the_township_has_compared_it(seller: Seller) -> None:
    by = admission.officers()
    made = seller.hand_in()
    assert suppliers.own(seller.clerk).licence_valid_to == clock.today() + timedelta(days=10)
    (row,) = licences.waiting(by.township)
    assert (row.renewal_id, licences.waiting_count(by.township)) == (made.id, 1)
    with transaction():
        renewing.accept(made.id, by=by.township)
    assert suppliers.own(seller.clerk).licence_valid_to == clock.today() + timedelta(days=400)
    assert licences.waiting(by.township) == []
    assert licences.ending(seller.clerk) is None
    with pytest.raises(Refused, match="licence-decided"), transaction():
        renewing.accept(made.id, by=by.township)


def test_what_the_clock_stopped_for_the_licence_goes_on_by_itself(seller: Seller) -> None:
    by = admission.officers()
    make.product(seller.supplier)
    with clock.shifted(timedelta(days=20)):
        with transaction():
            assert operator.suspend_expired() == 1
        assert offer_queries.sellable_list(for_units=True) == []
        assert licences.own(seller.clerk).is_halted
        made = seller.hand_in()
        with transaction():
            renewing.accept(made.id, by=by.township)
        assert status(seller) is SupplierStatus.ACTIVE
        assert len(offer_queries.sellable_list(for_units=True)) == 1


def test_a_new_paper_brings_nobody_back_who_was_stopped_for_more(seller: Seller) -> None:
    by = admission.officers()
    with clock.shifted(timedelta(days=20)):
        with transaction():
            operator.suspend_expired()
        with transaction():
            due = supplier_checks.due_of(db.session.get_one(Supplier, seller.supplier.id))
            supplier_life.check(seller.supplier.id, CheckOutcome.FAILED, due_on=due, note="已停产", by=by.township)
        made = seller.hand_in()
        with transaction():
            renewing.accept(made.id, by=by.township)
        assert status(seller) is SupplierStatus.SUSPENDED


def test_one_paper_waits_at_a_time_and_runs_longer(app: Flask, seller: Seller) -> None:
    for days in (5, 10, -1):
        with pytest.raises(Refused, match="licence-not-later"):
            seller.hand_in(days)
    file_ids = [admission.paper(seller.clerk) for _ in range(2)]
    db.session.commit()

    def hand_in(file_id: int) -> object:
        def act() -> object:
            with transaction():
                return renewing.hand_in(None, file_id, by=seller.clerk).valid_to

        return act

    answers = at_once(app, *(hand_in(file_id) for file_id in file_ids))  # type: ignore[arg-type]
    assert sorted(str(each) for each in answers) == ["None", "licence-waits"]
    assert db.session.scalar(sa.select(sa.func.count(LicenceRenewal.id))) == 1


def test_a_returned_paper_has_its_reason_and_changes_nothing(seller: Seller) -> None:
    by, made = admission.officers(), seller.hand_in()
    with pytest.raises(Refused, match="reason-needed"), transaction():
        renewing.send_back(made.id, " ", by=by.township)
    with transaction():
        renewing.send_back(made.id, "照片不清", by=by.township)
    assert suppliers.own(seller.clerk).licence_valid_to == clock.today() + timedelta(days=10)
    assert "照片不清" in [m.text for m in db.session.scalars(sa.select(SentMessage))][-1]
    assert seller.hand_in().is_accepted is None


def test_papers_are_read_by_their_own_township_only(seller: Seller) -> None:
    other, made = admission.officers(town="220681105"), seller.hand_in()
    assert licences.waiting(other.township) == []
    with pytest.raises(Missing), transaction():
        renewing.accept(made.id, by=other.township)
    stranger = Seller()
    with pytest.raises(Missing), transaction():
        renewing.hand_in(None, made.file_id, by=stranger.clerk)


def test_the_pages(client: FlaskClient, seller: Seller) -> None:
    make.log_in(client, seller.person)
    for path in ("/supplier/licence", "/supplier/certificates"):
        page = client.get(path)
        assert (page.status_code, faults(page.text)) == (200, [])
        assert "营业执照" in page.text
    until = (clock.today() + timedelta(days=400)).isoformat()

    def sent(**fields: object) -> int:
        return client.post("/supplier/licence", data=fields, content_type="multipart/form-data").status_code

    assert sent(scan=(picture(), "照片.png")) == 409
    assert sent(valid_to=until, is_endless="1", scan=(picture(), "照片.png")) == 409
    assert sent(valid_to=until) == 409
    assert sent(valid_to=until, scan=(io.BytesIO(b"MZ"), "照片.png")) == 409
    assert sent(valid_to=until, scan=(picture(), "照片.png")) == 303
    by = admission.officers()
    make.log_in(client, by.people["township"])
    page = client.get("/township/licences")
    assert (page.status_code, faults(page.text)) == (200, [])
    renewal = db.session.scalars(sa.select(LicenceRenewal.id)).one()
    assert client.post(f"/township/licences/{renewal}/return", data={"reason": ""}).status_code == 409
    assert client.post(f"/township/licences/{renewal}/accept").status_code == 303


# --- food licences ------------------------------------------------------------------------------------


def test_a_food_licence_of_the_application_stands_in_the_register(app: Flask) -> None:
    by, today = admission.officers(), clock.today()
    what = admission.draft(
        sells_processed=True, sc_no="SC10122068100015", sc_from=date(2025, 1, 1), sc_to=today + timedelta(days=900),
        food_issuer="示例市场监督管理局",
    )  # fmt: skip
    found = admission.admitted(by, what, papers=(*admission.NEEDED, PaperKind.SC))
    row = db.session.scalars(sa.select(Certificate)).one()
    assert (row.supplier_id, row.kind, row.number) == (found.supplier_id, CertificateKind.SC, "SC10122068100015")
    assert (row.status, row.issuer) == (CertificateStatus.PENDING, "示例市场监督管理局")
    assert row.file_id is not None


def test_a_known_number_does_not_keep_anybody_out(app: Flask) -> None:
    by, other = admission.officers(), make.supplier()
    held = make.certificate(other, CertificateKind.SC)
    with transaction():
        db.session.get_one(Certificate, held.id).number = "SC10122068100015"
    what = admission.draft(
        sells_processed=True, sc_no="SC10122068100015", sc_from=date(2025, 1, 1), sc_to=date(2030, 1, 1),
        food_issuer="示例市场监督管理局",
    )  # fmt: skip
    assert admission.admitted(by, what, papers=(*admission.NEEDED, PaperKind.SC)).supplier_id is not None
    assert db.session.scalar(sa.select(sa.func.count(Certificate.id))) == 1


# --- traders -------------------------------------------------------------------------------------------


def test_a_trader_lists_what_its_producers_grow(app: Flask) -> None:
    by, trader, producer = admission.officers(), Seller(), make.supplier()
    with transaction():
        db.session.get_one(Supplier, trader.supplier.id).entity_type = EntityType.TRADER
    offer = make.product(producer)
    with transaction():
        supplier_life.authorise(trader.supplier.id, producer.id, valid_to=None, by=by.operator)
    leaf = db.session.get_one(products.Product, offer.product_id).category_id
    with pytest.raises(Refused, match="origin-not-producers"), transaction():
        products.create(products.Draft("转卖的木耳", leaf, "220681105200"), by=trader.clerk)
    with transaction():
        made = products.create(products.Draft("转卖的木耳", leaf, VILLAGE), by=trader.clerk)
    with pytest.raises(Refused, match="origin-not-producers"), transaction():
        products.edit(made.id, products.Draft("转卖的木耳", leaf, "220681105200"), by=trader.clerk)


# --- ten thousand ---------------------------------------------------------------------------------------


def test_candidates_among_ten_thousand_suppliers(app: Flask) -> None:
    """The office's inbox counts them on every page: one statement, and not a breath of waiting."""
    make.supplier()
    with transaction():
        db.session.execute(sa.text(MANY))
    assert leads.to_decide_count() == 100
    assert seconds(leads.to_decide_count) < 0.25
    assert seconds(leads.candidates) < 0.5


MANY = """
WITH body AS (
  INSERT INTO organisation (kind, name, place_code, address, phone, opened_on, created_at)
  SELECT 'supplier', '供应商' || n, '220681103', '', '', date '2024-01-01', now()
  FROM generate_series(1, 10000) n RETURNING id
), seller AS (
  INSERT INTO supplier (code, organisation_id, entity_type, status, town_code, legal_person, bank_name,
    bank_account_name, bank_account_no, story, admitted_on, created_at)
  SELECT 'X' || id, id, 'cooperative', 'active', '220681103', '示例', '示例', '示例', '6200000000001', '',
    date '2024-01-01', now() FROM body RETURNING id
)
INSERT INTO linkage_score (supplier_id, quarter, version_no, score, rank, verified_fen, households, is_preferred,
  is_provisional, inputs, inputs_hash, created_at)
SELECT id, q, 1, CASE WHEN row_number() OVER (PARTITION BY q ORDER BY id) <= 100 THEN 7000 ELSE 3000 END, 1, 6000000,
  12, true, false, '{}', '', now() FROM seller, unnest(ARRAY['2026Q1', '2026Q2', '2026Q3']) q
"""
