"""Reading reserve declarations: which version is in force, what is known from before, what the rules need to judge."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from core import clock, settings
from core.db import db
from core.organisations.models import Organisation
from procurement.models.declaration import Declaration, DeclarationPart, DeclarationReserve, RatioException
from procurement.models.ledger import SpendBalance
from procurement.models.unit import OpeningFigure
from procurement.rules import declaration as rules
from procurement.rules.amendment import Figures, Version, in_force
from procurement.rules.declaration import Before, Contractor, DeclarationState, Filing, Lead, Part, Window
from procurement.rules.scheme import Approver, SchemeTerms

settings.register(declaration__window={"opens": "01-01", "closes": "03-31"})

WAITING = (DeclarationState.SUBMITTED, DeclarationState.REVIEWED)
OPEN = (DeclarationState.DRAFT, DeclarationState.RETURNED, *WAITING)


@dataclass(frozen=True)
class Stand:
    """Where a unit's filing of a year stands: its versions in order, and the one in force."""

    versions: tuple[Declaration, ...]
    current: Declaration | None
    figures: Figures

    @property
    def latest(self) -> Declaration | None:
        """The newest version, whatever its state."""
        return self.versions[-1] if self.versions else None

    @property
    def pending(self) -> Declaration | None:
        """The newest version when it is not decided yet."""
        return self.latest if self.latest is not None and self.latest.state in OPEN else None


def window(year: int) -> Window:
    """When a year is filed: a setting of the year (rule 13)."""
    days = settings.value("declaration.window", on=date(year, 1, 1))
    (opens, closes) = (tuple(int(part) for part in days[name].split("-")) for name in ("opens", "closes"))
    return Window(date(year, *opens), date(year, *closes))


def stand(unit_id: int, year: int) -> Stand:
    """The versions of a unit and year, and which is in force (rules 12, 20, 97b). Two statements."""
    versions = tuple(
        db.session.scalars(
            sa.select(Declaration)
            .where(Declaration.unit_id == unit_id, Declaration.fiscal_year == year)
            .order_by(Declaration.version_no)
        )
    )
    reserves = reserves_of([version.id for version in versions])
    said = [Version(v.version_no, v.kind, v.state, Figures(v.total_fen, reserves.get(v.id, {}))) for v in versions]
    force = in_force(said)
    current = next((v for v in versions if force is not None and v.version_no == force.version_no), None)
    return Stand(versions, current, force.figures if force is not None else Figures(0))


def reserves_of(declaration_ids: list[int]) -> dict[int, dict[str, int]]:
    """Reserves by declaration and scheme code."""
    found: dict[int, dict[str, int]] = {}
    rows = db.session.execute(
        sa.select(
            DeclarationReserve.declaration_id, DeclarationReserve.scheme_code, DeclarationReserve.reserve_fen
        ).where(DeclarationReserve.declaration_id.in_(declaration_ids))
    )
    for row in rows:
        found.setdefault(row.declaration_id, {})[row.scheme_code] = row.reserve_fen
    return found


def parts_of(declaration_id: int) -> dict[rules.PartKind, DeclarationPart]:
    """The parts of a version by kind."""
    rows = db.session.scalars(sa.select(DeclarationPart).where(DeclarationPart.declaration_id == declaration_id))
    return {row.kind: row for row in rows}


def actual_fen(unit_id: int, year: int) -> int | None:
    """What a unit really spent on ingredients in a year: the opening figure, else the ledger's; None: not known."""
    opening = db.session.scalar(
        sa.select(OpeningFigure.actual_fen)
        .where(OpeningFigure.unit_id == unit_id, OpeningFigure.fiscal_year == year)
        .order_by(OpeningFigure.id.desc())
        .limit(1)
    )
    if opening is not None:
        return int(opening)
    spent = SpendBalance.platform_fen + SpendBalance.p832_fen + SpendBalance.stated_fen
    total = db.session.scalar(
        sa.select(sa.func.sum(spent)).where(SpendBalance.unit_id == unit_id, SpendBalance.fiscal_year == year)
    )
    return None if total is None else int(total)


def before(unit_id: int, year: int) -> Before:
    """What is known from before a filing: last year's actual and reserves, this year's actual to date."""
    last = stand(unit_id, year - 1)
    return Before(actual_fen(unit_id, year - 1), last.figures.reserves, actual_fen(unit_id, year) or 0)


def exceptions(unit_id: int) -> tuple[rules.RatioException, ...]:
    """The papers that allow a unit less than the minimum share (rule 17)."""
    rows = db.session.scalars(sa.select(RatioException).where(RatioException.unit_id == unit_id))
    return tuple(
        rules.RatioException(
            row.scheme_code, row.min_bp, row.document, Approver(row.approver), row.valid_from, row.valid_to
        )
        for row in rows
        if row.approver in set(Approver)
    )


def filing_of(version: Declaration) -> Filing:
    """A stored version as the rules check it."""
    unit = db.session.get_one(Organisation, version.unit_id)
    return Filing(
        unit_id=version.unit_id,
        county_code=county_of(unit),
        fiscal_year=version.fiscal_year,
        canteen=version.canteen_status,
        total_fen=version.total_fen,
        parts=tuple(Part(p.kind, p.amount_fen, p.paper) for p in parts_of(version.id).values()),
        reserves=reserves_of([version.id]).get(version.id, {}),
        contractor=Contractor(
            version.contractor_name,
            version.contractor_uscc,
            version.contract_file_id is not None,
            version.contract_clause,
        ),
        lead=_lead(version.lead_unit_id, version.fiscal_year),
        explanation=version.explanation,
        exceptions=exceptions(version.unit_id),
    )


def county_of(unit: Organisation) -> str:
    """The county a unit lies in: the first six digits of its place, this county where none is given."""
    return (unit.place_code or "220681")[:6]


def _lead(unit_id: int | None, year: int) -> Lead | None:
    if unit_id is None:
        return None
    unit = db.session.get_one(Organisation, unit_id)
    filed = [v for v in stand(unit_id, year).versions if v.state is not DeclarationState.DRAFT]
    status = filed[-1].canteen_status if filed else rules.CanteenStatus.NONE
    return Lead(unit_id, status, year, county_of(unit))


def leads(year: int) -> list[tuple[int, str]]:
    """Units that have filed as lead of a shared canteen for a year: (id, name)."""
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name)
        .join(Declaration, Declaration.unit_id == Organisation.id)
        .where(
            Declaration.fiscal_year == year,
            Declaration.canteen_status == rules.CanteenStatus.SHARED_LEAD,
            Declaration.state != DeclarationState.DRAFT,
        )
        .distinct()
        .order_by(Organisation.name)
    )
    return [(row.id, row.name) for row in rows]


def remarks(version: Declaration, schemes: Mapping[str, SchemeTerms]) -> list[rules.Remark]:
    """What finance should look at in a version that was submitted (F09, a falling reserve)."""
    on = clock.county_day(version.submitted_at) if version.submitted_at else clock.today()
    return rules.check(filing_of(version), schemes, on, before(version.unit_id, version.fiscal_year))
