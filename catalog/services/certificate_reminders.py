"""Reminders before a certificate ends: −180, −120, −90, −30, −7 days, once each (rule 72)."""

from collections import defaultdict
from datetime import timedelta

import sqlalchemy as sa

from catalog.models.certificate import CertificateReminder
from catalog.models.product import Certificate
from catalog.models.supplier import Supplier
from catalog.queries.certified import is_renewed
from catalog.rules import certificates as rules
from catalog.rules.certificates import CertificateStatus
from core import clock, telling
from core.access.rights import Right
from core.access.roles import Role
from core.db import db
from core.notices.rules import NoticeKind
from core.organisations import members
from core.people import sms

BATCH = 500


def remind() -> int:
    """Send what is due today, to every clerk of the supplier; a certificate that is renewed already is left alone.

    After days without a clock only the most urgent reminder goes out; the missed ones are noted with it. The number
    of certificates reminded of.
    """
    today = clock.today()
    noted = _noted()
    reminded = 0
    for certificate in _ending():
        now, missed = rules.reminders_due(certificate.valid_to, today, noted[certificate.id])
        if now is not None:
            _send(certificate, now)
            reminded += 1
        rows = [(now, True)] if now is not None else []
        for days, is_sent in rows + [(days, False) for days in missed]:
            db.session.add(
                CertificateReminder(certificate_id=certificate.id, days=days, is_sent=is_sent, at=clock.now())
            )
    db.session.flush()
    return reminded


def _ending() -> list[Certificate]:
    """Certificates within the longest reminder of their end whose next reminder is open, locked, oldest end first."""
    today, first = clock.today(), max(rules.REMINDER_DAYS)
    sent = sa.select(sa.func.coalesce(sa.func.min(CertificateReminder.days), first + 1)).where(
        CertificateReminder.certificate_id == Certificate.id
    )
    ends_within = [(Certificate.valid_to <= today + timedelta(days=days), days) for days in sorted(rules.REMINDER_DAYS)]
    step = sa.case(*ends_within, else_=first + 1)
    query = (
        sa.select(Certificate)
        .where(
            Certificate.status.in_([CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED]),
            Certificate.valid_to >= today,
            Certificate.valid_to <= today + timedelta(days=first),
            step < sent.correlate(Certificate).scalar_subquery(),
            ~is_renewed(today),
        )
        .order_by(Certificate.valid_to, Certificate.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return list(db.session.scalars(query))


def _noted() -> defaultdict[int, set[int]]:
    out: defaultdict[int, set[int]] = defaultdict(set)
    rows = db.session.execute(
        sa.select(CertificateReminder.certificate_id, CertificateReminder.days)
        .join(Certificate, Certificate.id == CertificateReminder.certificate_id)
        .where(Certificate.valid_to >= clock.today())
    )
    for certificate_id, days in rows:
        out[certificate_id].add(days)
    return out


def _send(certificate: Certificate, days: int) -> None:
    seller = db.session.get_one(Supplier, certificate.supplier_id)
    telling.tell_office(
        seller.organisation_id, Right.SELL, NoticeKind.CERTIFICATES, "certificate-ends",
        ref=f"certificate-{certificate.id}-{days}", href="/desk", number=certificate.number,
        valid_to_on=certificate.valid_to,
    )  # fmt: skip
    for phone in members.phones(seller.organisation_id, Role.SUPPLIER_CLERK):
        sms.send(
            phone,
            "certificate-ending",
            kind=certificate.kind,
            number=certificate.number,
            valid_to_on=certificate.valid_to,
            left=(certificate.valid_to - clock.today()).days,
        )
