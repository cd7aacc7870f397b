"""What every step of a declaration shares: locks, versions, copies, the event of a step, the envelope in step."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing
from core.organisations.models import Organisation
from core.trail.models import Stream
from procurement.models.declaration import Declaration, DeclarationEvent, DeclarationPart, DeclarationReserve
from procurement.queries import declarations
from procurement.rules.amendment import DeclarationKind
from procurement.rules.declaration import CanteenStatus, DeclarationState, PartKind
from procurement.services import envelope


def own_unit(unit_id: int, by: Actor) -> Organisation:
    """The unit, if the actor acts for it. Raises: Missing."""
    unit = db.session.get(Organisation, unit_id)
    if unit is None or unit_id not in by.scope_ids:
        raise Missing("no-such-unit")
    return unit


def superior_of(unit_id: int, by: Actor) -> None:
    """Raises: Missing unless the actor sits in the unit's superior."""
    unit = db.session.get(Organisation, unit_id)
    if unit is None or unit.parent_id is None or unit.parent_id != by.organisation_id:
        raise Missing("no-such-declaration")


def lock_unit(unit_id: int) -> None:
    """Queue the filings of one unit: version numbers and what is in force are read under it."""
    db.session.execute(sa.select(Organisation.id).where(Organisation.id == unit_id).with_for_update(key_share=True))


def locked(declaration_id: int) -> Declaration:
    """The version, its unit's filings locked. Raises: Missing."""
    unit_id = db.session.scalar(sa.select(Declaration.unit_id).where(Declaration.id == declaration_id))
    if unit_id is None:
        raise Missing("no-such-declaration")
    lock_unit(unit_id)
    made = db.session.get(Declaration, declaration_id, with_for_update=True, populate_existing=True)
    if made is None:
        raise Missing("no-such-declaration")
    return made


def new_version(unit_id: int, year: int, kind: DeclarationKind, by: Actor) -> Declaration:
    """A new, empty version of a unit and year."""
    lock_unit(unit_id)
    last = db.session.scalar(
        sa.select(sa.func.max(Declaration.version_no)).where(
            Declaration.unit_id == unit_id, Declaration.fiscal_year == year
        )
    )
    made = Declaration(
        unit_id=unit_id,
        fiscal_year=year,
        version_no=(last or 0) + 1,
        kind=kind,
        state=DeclarationState.DRAFT,
        canteen_status=CanteenStatus.OWN,
        total_fen=0,
        author_id=by.person_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def copy(model: Declaration, made: Declaration) -> None:
    """Take over what another version says."""
    for name in ("canteen_status", "lead_unit_id", "contractor_name", "contractor_uscc", "contract_file_id",
                 "contract_clause", "union_expected_fen", "total_fen"):  # fmt: skip
        setattr(made, name, getattr(model, name))
    parts = {kind: (row.amount_fen, row.paper) for kind, row in declarations.parts_of(model.id).items()}
    fill(made.id, parts, declarations.reserves_of([model.id]).get(model.id, {}))


def fill(declaration_id: int, parts: Mapping[PartKind, tuple[int, str]], reserves: Mapping[str, int]) -> None:
    """Replace parts and reserves of a version."""
    for model in (DeclarationPart, DeclarationReserve):
        db.session.execute(sa.delete(model).where(model.declaration_id == declaration_id))
    db.session.add_all(
        DeclarationPart(declaration_id=declaration_id, kind=kind, amount_fen=fen, paper=paper)
        for kind, (fen, paper) in parts.items()
    )
    db.session.add_all(
        DeclarationReserve(declaration_id=declaration_id, scheme_code=code, reserve_fen=fen)
        for code, fen in reserves.items()
    )
    db.session.flush()


def sync(made: Declaration) -> None:
    """Bring the envelope in step with what is in force now."""
    db.session.flush()
    envelope.sync_declaration(made.unit_id, made.fiscal_year)


def note(made: Declaration, act: str, by: Actor, *, right: Right = Right.DECLARE, **facts: Any) -> None:
    """Write the step into the version's events and the trail."""
    reason = str(facts.get("reason", ""))
    db.session.add(
        DeclarationEvent(declaration_id=made.id, act=act, person_id=by.person_id, reason=reason, at=clock.now())
    )
    used = right if by.may(right) else None
    trail.record(
        Stream.PROCUREMENT, act, "declaration", made.id, by=by, right=used,
        after={"state": made.state.value, "version": made.version_no},
        unit_id=made.unit_id, year=made.fiscal_year, **facts,
    )  # fmt: skip
