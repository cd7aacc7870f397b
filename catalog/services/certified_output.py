"""What was sold under a certificate against what its issuer approved (rule 73).

The market counts what it sold and brings the figure here: this floor knows no orders.
"""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalog.models.certificate import CertificateSale
from catalog.models.product import Certificate
from catalog.rules import certificates as rules
from catalog.rules.certificates import CertificateAct
from catalog.services import search_index
from catalog.services.certificates import note
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream


def note_sold(certificate_id: int, year_from: date, sold_g: int) -> None:
    """Grams sold in the certificate year that begins on `year_from`: the badge freezes above the approved output.

    A new year, goods given back or a larger output let the badge stand again. The same figure changes nothing.
    """
    row = {"certificate_id": certificate_id, "year_from": year_from, "sold_g": sold_g, "counted_at": clock.now()}
    statement = insert(CertificateSale).values(**row)
    later = {"sold_g": sold_g, "counted_at": row["counted_at"]}
    db.session.execute(statement.on_conflict_do_update(index_elements=["certificate_id", "year_from"], set_=later))
    found = db.session.execute(
        sa.select(Certificate).where(Certificate.id == certificate_id).with_for_update()
    ).scalar_one()
    _weigh(found, sold_g)


def approve_output(certificate_id: int, approved_g: int, reason: str, *, by: Actor) -> Certificate:
    """The issuer changed the yearly output, by the document named in `reason`.

    Raises: Refused "certificate-reason-missing", "certificate-not-badge", "certificate-output"; Missing.
    """
    if not reason:
        raise Refused("certificate-reason-missing")
    if approved_g <= 0:
        raise Refused("certificate-output")
    found = db.session.execute(
        sa.select(Certificate).where(Certificate.id == certificate_id).with_for_update()
    ).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-certificate")
    if found.kind not in rules.BADGES:
        raise Refused("certificate-not-badge")
    before = found.approved_output_g
    found.approved_output_g = approved_g
    note(found, CertificateAct.APPROVE_OUTPUT, reason=reason, before_g=before, approved_g=approved_g, by=by)
    trail.record(
        Stream.CATALOGUE, "certificate-output-approved", "certificate", found.id, by=by, right=Right.CERTIFICATE_KEEP,
        before={"approved_output_g": before}, after={"approved_output_g": approved_g},
        number=found.number, approved_g=approved_g, reason=reason,
    )  # fmt: skip
    year_from = rules.certificate_year(found.valid_from, clock.today())
    sold = db.session.get(CertificateSale, (found.id, year_from))
    _weigh(found, sold.sold_g if sold else 0)
    return found


def _weigh(found: Certificate, sold_g: int) -> None:
    is_over = rules.is_oversold(sold_g, found.approved_output_g)
    if is_over == (found.frozen_on is not None):
        return
    act, action = (
        (CertificateAct.FREEZE, "certificate-frozen") if is_over else (CertificateAct.THAW, "certificate-thawed")
    )
    found.frozen_on = clock.today() if is_over else None
    note(found, act, sold_g=sold_g, approved_g=found.approved_output_g, by=None)
    search_index.mark_supplier(found.supplier_id)
    trail.record(
        Stream.CATALOGUE, action, "certificate", found.id, by=None,
        after={"frozen_on": found.frozen_on.isoformat() if found.frozen_on else None},
        number=found.number, sold_g=sold_g, approved_g=found.approved_output_g,
    )  # fmt: skip
