"""Badges and licences as they stand on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.product import Certificate, CertificateProduct, Product
from catalog.queries.visibility import valid_on
from catalog.rules.certificates import BADGES, CertificateKind
from core.db import any_of, db
from core.text import label

ORDER = list(CertificateKind)
MOST = 120


@dataclass(frozen=True)
class Badge:
    """A certificate that covers a product and is valid on the day that was asked for."""

    certificate_id: int
    code: str
    kind: CertificateKind
    number: str
    issuer: str
    valid_to: date

    @property
    def text(self) -> str:
        """绿色食品 LB-…: what an order line keeps."""
        return f"{label(self.kind)} {self.number}"


def badges_of(product_ids: Iterable[int], on: date, *kinds: CertificateKind) -> dict[int, list[Badge]]:
    """Valid badges (of `kinds`, else of any) by product, in the order of their kinds. One statement.

    On the day of its harvest this is what a lot's label says: an expiry later takes nothing back, but a certificate
    that was suspended or revoked since is gone from it too.
    """
    ids = set(product_ids)
    if not ids:
        return {}
    rows = db.session.execute(
        sa.select(
            CertificateProduct.product_id,
            Certificate.id,
            Certificate.code,
            Certificate.kind,
            Certificate.number,
            Certificate.issuer,
            Certificate.valid_to,
        )
        .join(Certificate, Certificate.id == CertificateProduct.certificate_id)
        .join(
            Product,
            sa.and_(Product.id == CertificateProduct.product_id, Product.supplier_id == Certificate.supplier_id),
        )
        .where(any_of(Product.id, ids), Certificate.kind.in_(kinds or sorted(BADGES)), valid_on(on))
        .order_by(Certificate.valid_to.desc(), Certificate.id)
    )
    out: dict[int, list[Badge]] = {}
    for row in rows:
        out.setdefault(row[0], []).append(Badge(*row[1:]))
    return {product_id: sorted(badges, key=lambda b: ORDER.index(b.kind)) for product_id, badges in out.items()}


def texts_of(product_ids: Iterable[int], on: date) -> dict[int, str]:
    """What an order line freezes about certificates, at most 120 characters; without a badge absent."""
    return {
        product_id: "; ".join(badge.text for badge in badges)[:MOST]
        for product_id, badges in badges_of(product_ids, on).items()
    }
