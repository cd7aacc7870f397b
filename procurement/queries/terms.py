"""Which quota schemes judge a year, and which of them is the headline (rules 9–11)."""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from core import clock, settings
from core.db import db
from procurement.models.scheme import SchemeVersion
from procurement.rules.scheme import HEADLINE, Approver, Channel, SchemeTerms, judging

settings.register(scheme__headline=HEADLINE)


def headline(on: date | None = None) -> str:
    """The code of the headline scheme 主口径 on a day (today)."""
    return str(settings.value("scheme.headline", on=on))


def in_force(year: int, on: date | None = None) -> dict[str, SchemeTerms]:
    """The terms that judge a year as known on a day (today), by code, in the order N, L, C. One statement."""
    versions: dict[str, list[SchemeTerms]] = {}
    rows = db.session.scalars(sa.select(SchemeVersion).order_by(SchemeVersion.id))
    for row in rows:
        versions.setdefault(row.code, []).append(terms_of(row))
    found = {code: judging(own, year, on or clock.today()) for code, own in versions.items()}
    return {code: terms for code, terms in found.items() if terms is not None}


def members_of(terms: SchemeTerms, schemes: Mapping[str, SchemeTerms]) -> dict[str, SchemeTerms]:
    """The judging versions that a combined scheme takes together."""
    return {code: schemes[code] for code in terms.combines if code in schemes}


def terms_of(row: SchemeVersion) -> SchemeTerms:
    """A stored version as the rules know it. A combined scheme leaves channels and goods to its members."""
    return SchemeTerms(
        code=row.code,
        min_bp=row.min_bp,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        label=row.name,
        channels=frozenset() if row.combines else frozenset(Channel(c) for c in row.channels),
        goods=row.goods_rule,
        union_counts=row.union_counts,
        personal_counts=row.personal_counts,
        freight_counts=row.freight_counts,
        basis=row.basis,
        exception_by=frozenset(Approver(a) for a in row.exception_by),
        no_decrease=row.no_decrease,
        applies_at_once=row.applies_at_once,
        combines=tuple(row.combines),
    )
