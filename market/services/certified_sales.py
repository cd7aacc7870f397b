"""The market's part in certificates: it counts what was sold, and tells buyers when a certificate is doubted."""

import sqlalchemy as sa

from catalog.queries import certified
from catalog.services import certified_output
from core import clock, telling
from core.access.actor import Actor
from core.db import db
from core.notices.rules import NoticeKind
from core.people import sms
from market.models.notice import CertificateNotice, CertificateTold
from market.queries import certified_sales
from market.queries.certified_sales import Doubt


def count_sold() -> int:
    """Sold weight of every certificate with an approved output, brought to the catalogue, which freezes badges
    (rule 73). The number of certificates counted.
    """
    found = certified.limited(clock.today())
    for certificate_id, year_from, product_ids in found:
        certified_output.note_sold(certificate_id, year_from, certified_sales.sold_g(product_ids, year_from))
    return len(found)


def tell_buyers() -> int:
    """Every suspension and revocation told once to those who bought the goods in the 90 days before (rule 75).

    By message, and as something to read at the desk. The number of people told.
    """
    return sum(_tell(doubt) for doubt in certified_sales.untold())


def _tell(doubt: Doubt) -> int:
    found = certified_sales.buyers(doubt)
    db.session.add(CertificateTold(event_id=doubt.event_id, buyers=len(found), at=clock.now()))
    for buyer in found:
        db.session.add(
            CertificateNotice(
                event_id=doubt.event_id,
                person_id=buyer.person_id,
                buyer_id=buyer.buyer_id,
                orders=buyer.orders,
                told_at=clock.now(),
            )
        )
        telling.tell(
            buyer.person_id, NoticeKind.CERTIFICATES, "certificate-doubted", ref=f"event-{doubt.event_id}",
            href="/notices", number=doubt.number,
        )  # fmt: skip
        if buyer.phone:
            sms.send(
                buyer.phone, "certificate-doubted", act=doubt.act, kind=doubt.kind, number=doubt.number,
                supplier=doubt.supplier_name,
            )  # fmt: skip
    db.session.flush()
    return len(found)


def acknowledge(*, by: Actor) -> int:
    """The actor has read all of its notices. How many there were."""
    seen = (
        sa.update(CertificateNotice)
        .where(CertificateNotice.person_id == by.person_id, CertificateNotice.seen_at.is_(None))
        .values(seen_at=clock.now())
        .returning(CertificateNotice.id)
    )
    return len(db.session.execute(seen).all())
