"""The word of the day in SQL is the word of the rules, for every mix of facts."""

import itertools
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.product import Certificate
from catalog.queries import certificate_register, certified
from catalog.queries.certificate_register import Narrowed
from catalog.rules.certificates import (
    CertificateKind,
    CertificateLife,
    CertificateStatus,
    Term,
    certificate_year,
    life,
)
from core.db import db, transaction
from core.files.models import Audience, StoredFile
from tests import make
from tests.support.statements import statements

DAY = date(2026, 11, 23)
ENDS = (DAY - timedelta(days=1), DAY, DAY + timedelta(days=90), DAY + timedelta(days=91))


def test_sql_and_rules_find_the_same_word(app: Flask) -> None:
    expected: dict[int, CertificateLife] = {}
    of = make.supplier()
    with transaction():
        paper = StoredFile(
            token="t", audience=Audience.PARTIES, purpose="p", name="n", content_type="c", size=1, sha256="0",
            created_at=of.created_at,
        )  # fmt: skip
        db.session.add(paper)
        db.session.flush()
        starts = (DAY - timedelta(days=400), DAY, DAY + timedelta(days=1))
        doubts = (None, DAY - timedelta(days=1), DAY, DAY + timedelta(days=400))
        for status, start, end, authorised, frozen in itertools.product(
            CertificateStatus, starts, ENDS, doubts, doubts
        ):
            if end < start:
                continue
            made = make.certificate(of, CertificateKind.GREEN, valid_from=start, valid_to=end, status=status)
            made.is_own, made.authorised_to, made.frozen_on = authorised is None, authorised, frozen
            made.authorisation_file_id = paper.id if authorised else None
            expected[made.id] = life(Term(status, start, end, authorised, frozen), DAY)
    found = db.session.execute(sa.select(Certificate.id, certified.life_on(DAY)))

    assert {id_: CertificateLife(word) for id_, word in found} == expected
    assert set(expected.values()) == set(CertificateLife)


@pytest.mark.parametrize(
    ("first", "on", "begins"),
    [
        (date(2023, 11, 24), date(2026, 11, 23), date(2025, 11, 24)),
        (date(2023, 11, 24), date(2026, 11, 24), date(2026, 11, 24)),
        (date(2024, 2, 29), date(2025, 2, 28), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2025, 3, 1), date(2025, 3, 1)),
        (date(2026, 12, 1), date(2026, 11, 23), date(2026, 12, 1)),
    ],
)
def test_the_certificate_year(first: date, on: date, begins: date) -> None:
    assert certificate_year(first, on) == begins


def test_the_register_costs_the_same_however_long_it_is(app: Flask) -> None:
    def cost() -> int:
        with statements() as seen:
            certificate_register.register(Narrowed())
        return len(seen)

    of = make.supplier()
    offer = make.product(of)
    make.certificate(of, CertificateKind.GREEN, offer.product_id)
    one = cost()
    for _ in range(30):
        make.certificate(of, CertificateKind.GREEN, offer.product_id)
    assert cost() == one == 4


def test_the_register_is_narrowed_by_word_kind_and_name(app: Flask) -> None:
    of, other = make.supplier("示例甲合作社"), make.supplier("示例乙合作社")
    make.certificate(of, CertificateKind.GREEN, status=CertificateStatus.PENDING)
    make.certificate(other, CertificateKind.SC, status=CertificateStatus.REVOKED)
    seen = {
        "all": certificate_register.register(Narrowed()),
        "waiting": certificate_register.register(Narrowed(life=CertificateLife.WAITING)),
        "kind": certificate_register.register(Narrowed(kind=CertificateKind.SC)),
        "name": certificate_register.register(Narrowed(words="甲 SL")),
        "far": certificate_register.register(Narrowed(), page=99),
    }
    assert {key: page.total for key, page in seen.items()} == {"all": 2, "waiting": 1, "kind": 1, "name": 1, "far": 2}
    assert seen["far"].page == 1
    assert seen["all"].counts == {CertificateLife.WAITING: 1, CertificateLife.REVOKED: 1}
