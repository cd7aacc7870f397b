"""How certificates stand on a day, as SQL: one word for each, what was sold under it, whether a newer one follows."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.certificate import CertificateEvent, CertificateSale
from catalog.models.product import Certificate, CertificateProduct
from catalog.rules.certificates import (
    BADGES,
    ENDING_DAYS,
    CertificateAct,
    CertificateLife,
    CertificateStatus,
    certificate_year,
)
from core.db import db

Condition = sa.ColumnElement[bool]


def life_on(on: date) -> sa.ColumnElement[str]:
    """The word of the day as `rules.certificates.life` finds it (a test compares them)."""
    c, w = Certificate, CertificateLife
    return sa.case(
        (c.status == CertificateStatus.REVOKED, w.REVOKED.value),
        (c.status == CertificateStatus.SUSPENDED, w.SUSPENDED.value),
        (c.valid_to < on, w.EXPIRED.value),
        (c.status == CertificateStatus.PENDING, w.WAITING.value),
        (c.valid_from > on, w.NOT_YET.value),
        (c.authorised_to < on, w.UNAUTHORISED.value),
        (c.frozen_on <= on, w.FROZEN.value),
        (sa.func.least(c.valid_to, c.authorised_to) <= on + timedelta(days=ENDING_DAYS), w.ENDING.value),
        else_=w.ACTIVE.value,
    )


def is_renewed(on: date) -> Condition:
    """A newer certificate of the same supplier continues this one beyond its end."""
    newer = aliased(Certificate)
    return (
        sa.exists()
        .where(
            newer.renews_id == Certificate.id,
            newer.status.in_([CertificateStatus.PENDING, CertificateStatus.ACTIVE]),
            newer.valid_to > Certificate.valid_to,
            newer.valid_to >= on,
        )
        .correlate(Certificate)
    )


def sold_g(on: date) -> sa.ColumnElement[int]:
    """Grams sold in the certificate year of the day, as last counted; 0 before the first count."""
    counted = (
        sa.select(CertificateSale.sold_g)
        .where(CertificateSale.certificate_id == Certificate.id, CertificateSale.year_from <= on)
        .order_by(CertificateSale.year_from.desc())
        .limit(1)
        .correlate(Certificate)
    )
    return sa.func.coalesce(counted.scalar_subquery(), 0)


def applied_on() -> sa.ColumnElement[str]:
    """The ISO day on which the renewal was applied for, NULL before."""
    said = sa.select(CertificateEvent.facts["applied_on"].astext).where(
        CertificateEvent.certificate_id == Certificate.id, CertificateEvent.act == CertificateAct.APPLY_RENEWAL
    )
    return said.order_by(CertificateEvent.id.desc()).limit(1).correlate(Certificate).scalar_subquery()


def limited(on: date) -> list[tuple[int, date, list[int]]]:
    """(certificate, first day of its year, products) of badges with an approved output, valid by their dates.

    For the floor that knows orders: it counts what was sold and brings the sum to `certified_output.note_sold`.
    """
    rows = db.session.execute(
        sa.select(Certificate.id, Certificate.valid_from, sa.func.array_agg(CertificateProduct.product_id))
        .join(CertificateProduct, CertificateProduct.certificate_id == Certificate.id)
        .where(
            Certificate.kind.in_(sorted(BADGES)),
            Certificate.status == CertificateStatus.ACTIVE,
            Certificate.approved_output_g.is_not(None),
            Certificate.valid_from <= on,
            Certificate.valid_to >= on,
        )
        .group_by(Certificate.id)
        .order_by(Certificate.id)
    )
    return [(id_, certificate_year(first, on), sorted(products)) for id_, first, products in rows]
