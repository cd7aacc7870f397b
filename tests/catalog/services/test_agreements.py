"""Agreements: signed with their households, replaced and never edited, one of a mode at a time."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.linkage import Agreement
from catalog.models.supplier import LinkageAgreement, Supplier
from catalog.rules.agreement import Terms
from catalog.rules.supplier import LinkageMode
from catalog.services import agreements
from catalog.services.agreements import Signed
from core.db import db, transaction
from core.errors import Missing, Refused
from tests import make
from tests.make import effects as builders
from tests.support.threads import at_once

START, END, ON = date(2026, 1, 1), date(2027, 12, 31), date(2025, 12, 20)
PURCHASE = Terms(LinkageMode.PURCHASE, START, END, guaranteed_price_fen_x100=250_00)


def signed(*codes: str) -> list[Signed]:
    return [Signed(code, ON) for code in codes]


def sign(of: Supplier, *codes: str, terms: Terms = PURCHASE) -> Agreement:
    file_id, by = builders.paper(of), builders.clerk_of(of)
    with transaction():
        return agreements.sign(terms, signed(*codes), file_id=file_id, by=by)


def rows() -> list[tuple[int | None, date, date | None]]:
    query = sa.select(LinkageAgreement.agreement_id, LinkageAgreement.valid_from, LinkageAgreement.valid_to)
    return [tuple(row) for row in db.session.execute(query.order_by(LinkageAgreement.id))]


def test_new_terms_are_a_new_version_and_the_households_go_on(app: Flask) -> None:
    seller, one, two = make.supplier(), make.household("H000001"), make.household("H000002")
    first = sign(seller, one.code, two.code)
    by, file_id = builders.clerk_of(seller), builders.paper(seller)
    with transaction():
        agreements.leave(first.id, two.id, date(2026, 6, 30), by=by)
    better = Terms(LinkageMode.PURCHASE, date(2026, 9, 1), END, guaranteed_price_fen_x100=280_00)
    with transaction():
        second = agreements.renew(first.id, better, file_id=file_id, by=by)
    assert (second.number, second.version_no, second.replaces_id) == (first.number, 2, first.id)
    assert rows() == [
        (first.id, START, date(2026, 8, 31)),
        (first.id, START, date(2026, 6, 30)),
        (second.id, date(2026, 9, 1), END),
    ]
    with pytest.raises(Refused, match="agreement-replaced"), transaction():
        agreements.join(first.id, signed(two.code), by=by)
    with pytest.raises(Refused, match="agreement-replaced"), transaction():
        agreements.renew(first.id, better, file_id=file_id, by=by)
    with transaction():
        agreements.join(second.id, signed(two.code), by=by)
    assert len(rows()) == 4


def test_a_household_stands_once_in_a_mode_at_a_time(app: Flask) -> None:
    seller, home = make.supplier(), make.household("H000001")
    sign(seller, home.code)
    with pytest.raises(Refused, match="household-bound-already"):
        sign(seller, home.code)
    sign(seller, home.code, terms=Terms(LinkageMode.WAGE, START, END))
    sign(make.supplier(), home.code)
    assert len(rows()) == 3


def test_two_lists_at_once_bind_a_household_once(app: Flask) -> None:
    seller, home = make.supplier(), make.household("H000001")
    by, file_id, code = builders.clerk_of(seller), builders.paper(seller), home.code

    def put() -> int:
        with transaction():
            return agreements.sign(PURCHASE, signed(code), file_id=file_id, by=by).id

    db.session.rollback()
    answers = at_once(app, put, put)
    assert sorted(type(answer).__name__ for answer in answers) == ["Refused", "int"]
    assert len(rows()) == 1


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (Terms(LinkageMode.PURCHASE, END, START, text="随行就市"), "agreement-term"),
        (Terms(LinkageMode.PURCHASE, START, END), "agreement-needs-text"),
        (Terms(LinkageMode.LAND_RENT, START, END), "agreement-needs-guarantee"),
        (Terms(LinkageMode.GUARANTEED, START, END, guaranteed_fen=500_00), "agreement-needs-share"),
        (Terms(LinkageMode.DIVIDEND, START, END), "agreement-needs-share"),
    ],
)
def test_what_a_mode_must_say(app: Flask, terms: Terms, code: str) -> None:
    with pytest.raises(Refused, match=code):
        sign(make.supplier(), make.household().code, terms=terms)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Agreement)) == 0


def test_lists_that_cannot_be_are_refused_whole(app: Flask) -> None:
    seller, home = make.supplier(), make.household("H000001")
    for codes, refusal in (((), "agreement-empty"), (("H000001", "H9"), "household-not-known")):
        with pytest.raises(Refused, match=refusal):
            sign(seller, *codes)
    with pytest.raises(Refused, match="household-twice"):
        sign(seller, home.code, home.code)
    assert rows() == []
    made = sign(seller, home.code)
    stranger = builders.clerk_of(make.supplier())
    with pytest.raises(Missing), transaction():
        agreements.join(made.id, signed(home.code), by=stranger)
    with pytest.raises(Missing), transaction():
        agreements.leave(made.id, home.id, END, by=stranger)
    with pytest.raises(Refused, match="leaves-outside-term"), transaction():
        agreements.leave(made.id, home.id, date(2028, 1, 1), by=builders.clerk_of(seller))
