"""Certificates: nothing shows before somebody has looked, everything is off the moment it is doubted."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from catalog.models.product import Certificate
from catalog.queries import offers as offer_queries
from catalog.rules.certificates import CertificateKind, CertificateStatus
from catalog.services import certificates
from catalog.services.certificates import Paper
from core.db import db, transaction
from core.errors import Missing, Refused
from tests import make
from tests.make import catalogue_staff as staff


def paper(number: str = "LB-20-2611071234A", **rest: object) -> Paper:
    given = {"kind": CertificateKind.GREEN, "number": number, "issuer": "示例中心"}
    dates = {"valid_from": date(2024, 1, 1), "valid_to": date(2099, 1, 1)}
    return Paper(**{**given, **dates, **rest})  # type: ignore[arg-type]


def shown() -> str:
    return offer_queries.sellable_list(for_units=True)[0].certificate


def test_a_certificate_shows_once_verified_and_never_after_it_is_revoked(app: Flask) -> None:
    make.village_is_exited()
    of = staff.staff()
    product = staff.brought_to_shelf(of)
    with transaction():
        made = certificates.add(paper(), [product.id], by=of.clerk)
    assert shown() == ""
    with transaction():
        certificates.verify(made.id, by=of.operator)
    assert shown() == "绿色食品 LB-20-2611071234A"
    with transaction():
        certificates.suspend(made.id, "正在复查", by=of.operator)
    assert shown() == ""
    with transaction():
        certificates.revoke(made.id, "证书作废", by=of.operator)
    with pytest.raises(Refused, match="certificate-settled"), transaction():
        certificates.verify(made.id, by=of.operator)


def test_covering_more_is_looked_at_again(app: Flask) -> None:
    make.village_is_exited()
    of = staff.staff()
    first, second = staff.brought_to_shelf(of), staff.brought_to_shelf(of, "示例榛蘑", "fungi-zhenmo")
    with transaction():
        made = certificates.add(paper(), [first.id], by=of.clerk)
        certificates.verify(made.id, by=of.operator)
        certificates.cover(made.id, [first.id, second.id], by=of.clerk)
    assert db.session.get_one(Certificate, made.id).status is CertificateStatus.PENDING


def test_numbers_are_checked_and_held_once(app: Flask) -> None:
    of = staff.staff()
    other = staff.staff(make.supplier())
    with pytest.raises(Refused, match="green-shape"), transaction():
        certificates.add(paper("LB-1"), by=of.clerk)
    with transaction():
        certificates.add(paper(), by=of.clerk)
    with pytest.raises(Refused, match="certificate-number-taken"), transaction():
        certificates.add(paper(), by=other.clerk)
    with pytest.raises(Refused, match="ends-before-start"), transaction():
        certificates.add(paper("LB-20-2611079999A", valid_to=date(2023, 1, 1)), by=of.clerk)
    assert db.session.scalar(select(func.count(Certificate.id))) == 1


def test_anothers_product_is_not_covered(app: Flask) -> None:
    of, other = staff.staff(), staff.staff(make.supplier())
    foreign = make.product(other.supplier)
    with pytest.raises(Missing), transaction():
        certificates.add(paper(), [foreign.product_id], by=of.clerk)
