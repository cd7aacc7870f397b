"""What the filing pages show: one version with its past, the superior's list, finance's queue, why it is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people.models import Person
from core.text import sentence
from procurement.models.declaration import Declaration, DeclarationEvent
from procurement.models.unit import BudgetUnit
from procurement.queries import declarations, terms
from procurement.queries.declarations import Stand
from procurement.rules.amendment import DeclarationKind
from procurement.rules.declaration import (
    Before,
    DeclarationState,
    PartKind,
    RatioException,
    Remark,
    least_reserve,
)
from procurement.rules.scheme import SchemeTerms


@dataclass(frozen=True)
class Step:
    """One step of a version."""

    at: datetime
    who: str
    act: str
    reason: str


@dataclass(frozen=True)
class View:
    """One version with all that a reader judges it by."""

    made: Declaration
    unit: str
    parts: Mapping[PartKind, tuple[int, str]]
    reserves: Mapping[str, int]
    least: Mapping[str, int]
    before: Before
    remarks: tuple[Remark, ...]
    steps: tuple[Step, ...]
    lead: str
    contract: str | None
    in_force: bool
    why: str


@dataclass(frozen=True)
class QueueRow:
    """One unit in finance's queue: `waiting` is the version to decide, `current` the one in force."""

    unit_id: int
    name: str
    system: str
    waiting: Declaration | None
    current: Declaration | None
    latest: Declaration | None

    @property
    def word(self) -> str:
        """Key of its standing, also the tab it is under."""
        if self.waiting is not None:
            return "waiting"
        if self.current is not None:
            return "assessed" if self.current.kind is DeclarationKind.ASSESSMENT else "filed"
        return "open" if self.latest is not None else "unfiled"


def unit_of(who: Actor) -> int:
    """The unit an actor files for. Raises: Missing when they act for something else."""
    body = db.session.get(Organisation, who.office_id)
    if body is None or body.kind is not OrganisationKind.UNIT:
        raise Missing("no-such-unit")
    return body.id


def own(declaration_id: int, who: Actor) -> Declaration:
    """A version of the actor's own unit. Raises: Missing."""
    made = db.session.get(Declaration, declaration_id)
    if made is None or made.unit_id not in who.scope_ids:
        raise Missing("no-such-declaration")
    return made


def readable(declaration_id: int, who: Actor) -> tuple[Declaration, str]:
    """A version and as whom the actor reads it: unit, superior or finance. Raises: Missing."""
    made = db.session.get(Declaration, declaration_id)
    if made is None:
        raise Missing("no-such-declaration")
    if made.unit_id in who.scope_ids and who.may(Right.UNIT_VIEW):
        return made, "unit"
    if made.state is not DeclarationState.DRAFT:
        if who.may(Right.FINANCE_VIEW):
            return made, "finance"
        parent = db.session.scalar(sa.select(Organisation.parent_id).where(Organisation.id == made.unit_id))
        if parent is not None and parent == who.organisation_id and who.may(Right.DECLARATION_REVIEW):
            return made, "superior"
    raise Missing("no-such-declaration")


def why(stand: Stand) -> str:
    """Why the newest version is, or is not, in force: one sentence."""
    latest = stand.latest
    if latest is None:
        return sentence("declaration_why", "none")
    if latest is stand.current:
        return _why_current(latest)
    return sentence("declaration_why", latest.state.value, reason=latest.decision_reason)


def _why_current(current: Declaration) -> str:
    if current.kind is DeclarationKind.ASSESSMENT:
        return sentence("declaration_why", "assessed", document=current.exception_document)
    waits = current.state is not DeclarationState.CONFIRMED
    return sentence("declaration_why", "raising" if waits else "in-force")


def least(made: Declaration, schemes: Mapping[str, SchemeTerms]) -> dict[str, int]:
    """The least reserve of a version's total under each scheme, papers of exception counted in."""
    papers: tuple[RatioException, ...] = declarations.exceptions(made.unit_id)
    return {code: least_reserve(made.total_fen, own, papers, clock.today()) for code, own in schemes.items()}


def last_parts(made: Declaration) -> dict[PartKind, int]:
    """What the parts were in last year's filing in force."""
    last = declarations.stand(made.unit_id, made.fiscal_year - 1).current
    return {kind: row.amount_fen for kind, row in declarations.parts_of(last.id).items()} if last else {}


def view(made: Declaration) -> View:
    """One version for reading."""
    schemes = terms.in_force(made.fiscal_year)
    stand = declarations.stand(made.unit_id, made.fiscal_year)
    names = db.session.execute(
        sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_([made.unit_id, made.lead_unit_id or 0]))
    )
    known = {row.id: row.name for row in names}
    checked = made.state is not DeclarationState.DRAFT and made.kind is not DeclarationKind.ASSESSMENT
    return View(
        made=made,
        unit=known[made.unit_id],
        parts={kind: (row.amount_fen, row.paper) for kind, row in declarations.parts_of(made.id).items()},
        reserves=declarations.reserves_of([made.id]).get(made.id, {}),
        least=least(made, schemes),
        before=declarations.before(made.unit_id, made.fiscal_year),
        remarks=_remarks(made, schemes) if checked else (),
        steps=_steps(made.id),
        lead=known.get(made.lead_unit_id or 0, ""),
        contract=_token(made.contract_file_id),
        in_force=stand.current is made,
        why=why(stand) if stand.latest is made or stand.current is made else "",
    )


def _remarks(made: Declaration, schemes: Mapping[str, SchemeTerms]) -> tuple[Remark, ...]:
    """What finance should look at; a paper that ran out since does not keep the page from showing."""
    try:
        return tuple(declarations.remarks(made, schemes))
    except Refused as refusal:
        return (Remark(refusal.code),)


def _steps(declaration_id: int) -> tuple[Step, ...]:
    rows = db.session.execute(
        sa.select(DeclarationEvent.at, Person.name, DeclarationEvent.act, DeclarationEvent.reason)
        .join(Person, Person.id == DeclarationEvent.person_id)
        .where(DeclarationEvent.declaration_id == declaration_id)
        .order_by(DeclarationEvent.id.desc())
    )
    return tuple(Step(*row) for row in rows)


def _token(file_id: int | None) -> str | None:
    return db.session.scalar(sa.select(StoredFile.token).where(StoredFile.id == file_id)) if file_id else None


def to_review(who: Actor) -> list[tuple[Declaration, str]]:
    """Filings of the units under the actor's own that wait for its review, the oldest first."""
    rows = db.session.execute(
        sa.select(Declaration, Organisation.name)
        .join(Organisation, Organisation.id == Declaration.unit_id)
        .where(Organisation.parent_id == who.organisation_id, Declaration.state == DeclarationState.SUBMITTED)
        .order_by(Declaration.submitted_at)
    )
    return [(row[0], row[1]) for row in rows]


def to_decide_count() -> int:
    """How many filings wait for finance."""
    waiting = sa.select(sa.func.count(Declaration.id)).where(Declaration.state == DeclarationState.REVIEWED)
    return int(db.session.scalar(waiting) or 0)


def queue(year: int) -> list[QueueRow]:
    """All units of the county with their filing of a year: what waits for finance first. Two statements."""
    units = db.session.execute(
        sa.select(Organisation.id, Organisation.name, BudgetUnit.system)
        .join(BudgetUnit, BudgetUnit.organisation_id == Organisation.id)
        .where(Organisation.closed_on.is_(None))
        .order_by(Organisation.name)
    ).all()
    filed: dict[int, list[Declaration]] = {}
    for made in db.session.scalars(
        sa.select(Declaration).where(Declaration.fiscal_year == year).order_by(Declaration.version_no)
    ):
        filed.setdefault(made.unit_id, []).append(made)
    rows = [_queue_row(unit, filed.get(unit.id, [])) for unit in units]
    order = ("waiting", "open", "unfiled", "assessed", "filed")
    return sorted(rows, key=lambda row: order.index(row.word))


def _queue_row(unit: sa.Row[int, str, str], own: list[Declaration]) -> QueueRow:
    waiting = next((made for made in own if made.state is DeclarationState.REVIEWED), None)
    confirmed = [made for made in own if made.state is DeclarationState.CONFIRMED]
    filings = [made for made in confirmed if made.kind is not DeclarationKind.ASSESSMENT]
    current = next(reversed(filings or confirmed), None)
    return QueueRow(unit.id, unit.name, unit.system, waiting, current, own[-1] if own else None)
