"""Reading the quota schemes: which version judges a year, and which scheme is the headline 主口径."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from core import clock
from core.db import db
from procurement.models.scheme import SchemeVersion
from procurement.queries import terms
from procurement.rules.scheme import SchemeTerms, judging


@dataclass(frozen=True)
class Version:
    """One stored version of a scheme and its terms as the rules know them."""

    id: int
    version_no: int
    name: str
    document: str
    terms: SchemeTerms

    @property
    def code(self) -> str:
        """The scheme's code: N, L, C."""
        return self.terms.code


@dataclass(frozen=True)
class Year:
    """The schemes that judge one fiscal year, by code, the headline first."""

    year: int
    versions: Mapping[str, Version]
    headline: str

    @property
    def terms(self) -> dict[str, SchemeTerms]:
        """Code → terms; also the `members` of a scheme that combines others."""
        return {code: version.terms for code, version in self.versions.items()}

    @property
    def codes(self) -> list[str]:
        """All codes, the headline first."""
        return list(self.versions)


def all_versions() -> list[Version]:
    """Every version of every scheme, in order of code and number. One statement."""
    rows = db.session.scalars(sa.select(SchemeVersion).order_by(SchemeVersion.code, SchemeVersion.version_no))
    return [Version(row.id, row.version_no, row.name, row.document, terms.terms_of(row)) for row in rows]


def judging_year(year: int) -> Year:
    """The version of each scheme that judges a fiscal year (rule 9). Two statements."""
    return pick(year, all_versions(), terms.headline(min(date(year, 12, 31), clock.today())))


def pick(year: int, versions: Iterable[Version], headline: str = "") -> Year:
    """The judging versions of a year out of all versions, the headline first, C last."""
    known = list(versions)
    found = {}
    for code in sorted({v.code for v in known}, key=lambda c: (c != headline, c == "C", c)):
        own = [v for v in known if v.code == code]
        judge = judging([v.terms for v in own], year)
        if judge is not None:
            found[code] = next(v for v in own if v.terms is judge)
    return Year(year, found, headline)


def terms_of_year(year: int) -> dict[str, SchemeTerms]:
    """Code → terms of a year, the headline first: as pages list them."""
    return judging_year(year).terms
