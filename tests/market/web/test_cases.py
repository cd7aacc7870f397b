"""Reviews, complaints and cases at their doors: who may, what is shown, what nobody can take away."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.product import Product
from core import clock
from core.access.roles import Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from market.models.complaint import Complaint
from market.queries import reviews as reading
from market.rules.complaint import ComplaintKind, ComplaintState
from market.rules.review import LegalBasis, average_x10
from market.services import complaints, reviews
from tests import make
from tests.make import after_sales as made
from tests.make import shop


def test_only_buyers_review_once_and_the_average_counts_every_shown_word(app: Flask, client: FlaskClient) -> None:
    of = made.bought(packs=(1, 1), received=True)
    _, stranger = shop.resident("路人")
    lines = [line.id for line in of.lines]
    product_id = of.lines[0].product_id
    sku = db.session.get_one(Product, product_id).sku
    with transaction():
        first = reviews.write(lines[0], stars=4, text="好吃", photos=[made.photo()], by=of.by).id
    for line_id, by, code in ((lines[0], of.by, "review-twice"), (lines[1], stranger, "no-such-order")):
        with pytest.raises(Refused, match=code), transaction():
            reviews.write(line_id, stars=1, text="", by=by)
    assert reading.score(product_id) == reading.Score(40, 1)
    assert average_x10(14, 3) == 46

    with transaction():
        reviews.answer(first, text="谢谢", by=of.seller)
        with pytest.raises(Refused, match="review-answered"):
            reviews.answer(first, text="再谢", by=of.seller)
    page = client.get(f"/products/{sku}/reviews")
    assert "好吃" in page.text and "谢谢" in page.text and "居**" in page.text
    with pytest.raises(Refused, match="reason-needed"), transaction():
        reviews.hide(first, LegalBasis.INSULT, note=" ", by=of.operator)
    with transaction():
        reviews.hide(first, LegalBasis.PERSONAL_DATA, note="照片里有电话", by=of.operator)
    assert reading.score(product_id) == reading.Score(None, 0)
    assert "好吃" not in client.get(f"/products/{sku}/reviews").text
    with transaction():
        reviews.show_again(first, note="照片已核实", by=of.operator)
    assert "好吃" in client.get(f"/products/{sku}").text


def test_a_shop_does_not_review_itself(app: Flask) -> None:
    of = made.bought()
    make.seat(db.session.get_one(Organisation, of.supplier.organisation_id), Role.SUPPLIER_CLERK, who=of.buyer)
    with pytest.raises(Refused, match="review-own-shop"), transaction():
        reviews.write(of.lines[0].id, stars=5, text="", by=of.by)


def test_a_complaint_is_answered_in_three_working_days_or_stays_marked_as_late(app: Flask) -> None:
    of = made.bought()
    with pytest.raises(Refused, match="reason-needed"), transaction():
        complaints.lodge(ComplaintKind.SHOP, "不回电话", " ", by=of.by)
    with transaction():
        token = complaints.lodge(ComplaintKind.SHOP, "不回电话", "打了三次", by=of.by).token
    row = db.session.scalars(sa.select(Complaint)).one()
    due_at = row.due_at
    assert due_at is not None and timedelta(days=3) <= due_at - clock.now() <= timedelta(days=6)
    with transaction():
        complaints.ask_again(token, text="又打了一次", by=of.by)
    assert row.due_at == due_at
    with clock.shifted(timedelta(days=9)), transaction():
        complaints.reply(token, text="已联系供应商", by=of.operator)
    assert (row.state, row.was_late) == (ComplaintState.ANSWERED, True)
    with pytest.raises(Missing), transaction():
        complaints.end(token, by=of.seller)
    with clock.shifted(timedelta(days=30)), transaction():
        complaints.close_silent(10)
    assert row.state is ComplaintState.CLOSED


def status(client: FlaskClient, address: str) -> int:
    with client.get(address) as answer:
        return answer.status_code


def test_each_side_opens_its_pages_and_nobody_elses(app: Flask, client: FlaskClient) -> None:
    of, other = made.bought(), made.bought()
    case = made.case(of)
    with transaction():
        complaint = complaints.lodge(ComplaintKind.GOODS, "少发", "少一袋", by=of.by).token
    photo = f"/cases/photos/{db.session.scalar(sa.text('SELECT token FROM stored_file ORDER BY id DESC LIMIT 1'))}"
    order, sku = of.order.token, db.session.get_one(Product, of.lines[0].product_id).sku
    db.session.rollback()
    pages = {
        of.buyer: [f"/after-sales/{case.token}", "/after-sales", photo, f"/orders/{order}", "/complaints",
                   f"/complaints/{complaint}", f"/reviews/new/{of.lines[0].id}", f"/products/{sku}"],
        of.seller_person: [f"/supplier/after-sales/{case.token}", "/supplier/after-sales", photo, "/supplier/reviews"],
        of.operator_person: [f"/platform/arbitration/{case.token}", "/platform/arbitration", "/disputes", photo,
                             f"/platform/arbitration/{case.token}/file.zip", "/platform/reviews",
                             "/platform/complaints", f"/complaints/{complaint}"],
    }  # fmt: skip
    foreign = {
        other.buyer: [f"/after-sales/{case.token}", photo, f"/complaints/{complaint}"],
        other.seller_person: [f"/supplier/after-sales/{case.token}", photo],
    }
    for who, addresses in pages.items():
        make.log_in(client, who)
        assert {address: status(client, address) for address in addresses} == dict.fromkeys(addresses, 200)
    for who, addresses in foreign.items():
        make.log_in(client, who)
        assert {address: status(client, address) for address in addresses} == dict.fromkeys(addresses, 404)


def test_a_shop_shows_its_licence_name_and_phone(app: Flask, client: FlaskClient) -> None:
    of = made.bought()
    page = client.get(f"/suppliers/{of.supplier.id}").text
    assert "经营者信息公示" in page and of.supplier.legal_person in page
