"""Lists with personal rows: one person asks, another decides, the file is made anew for each fetch within a day.

No file is stored. Each row carries the mark of who fetched it; identity numbers and accounts are never in it.
"""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from catalog.models.household import HouseholdExport
from catalog.models.supplier import Household
from catalog.queries import households as registers
from catalog.queries.household_scope import places_of, scope, under
from catalog.queries.snapshots import current
from catalog.rules import households as rules
from catalog.rules.households import EXPORT, ExportAct, ExportState, RevealPurpose
from catalog.rules.income import due
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.places import queries as places
from core.sheets import Column, write
from core.states import advance
from core.text import label, sentence
from core.trail.models import Stream

MOST = 5_000
KEPT = timedelta(hours=24)
LEAST_REASON = 4


def request(place: str, *, has_names: bool, purpose: RevealPurpose, reason: str, by: Actor) -> HouseholdExport:
    """Ask for the list of a town or village of one's own ("" is all of it).

    Raises: Missing "no-such-village", Refused "reason-too-short", "text-holds-number", "export-too-many".
    """
    prefixes = places_of(by)
    if prefixes is not None and not any((place or prefixes[0]).startswith(p) for p in prefixes):
        raise Missing("no-such-village")
    if len(reason) < LEAST_REASON:
        raise Refused("reason-too-short", least=LEAST_REASON)
    where = place or (prefixes[0] if prefixes else "")
    count = db.session.scalar(sa.select(sa.func.count()).select_from(Household).where(scope(by), _in(where))) or 0
    if count > MOST:
        raise Refused("export-too-many", most=MOST)
    made = HouseholdExport(
        place_code=where, has_names=has_names, purpose=purpose, reason=rules.free_text(reason),
        state=ExportState.REQUESTED, requested_by_id=by.person_id, organisation_id=by.office_id,
        requested_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    trail.record(
        Stream.PERSONAL, "household-export-requested", "household_export", made.id, by=by,
        right=Right.HOUSEHOLD_EXPORT, place=where, purpose=purpose, reason=reason,
    )  # fmt: skip
    return made


def _in(place: str) -> sa.ColumnElement[bool]:
    return under(place) if place else sa.true()


def decide(export_id: int, *, approve: bool, by: Actor) -> HouseholdExport:
    """The second person's word. Raises: Missing, Refused "export-needs-second", "state-forbids-act"."""
    found = db.session.get(HouseholdExport, export_id, with_for_update=True)
    if found is None:
        raise Missing("no-such-export")
    if found.requested_by_id == by.person_id:
        raise Refused("export-needs-second")
    found.state = advance(EXPORT, found.state, ExportAct.APPROVE if approve else ExportAct.DECLINE, "second-person")
    found.decided_by_id, found.decided_at = by.person_id, clock.now()
    found.lapses_at = clock.now() + KEPT if approve else None
    trail.record(
        Stream.PERSONAL, "household-export-decided", "household_export", found.id, by=by,
        right=Right.HOUSEHOLD_EXPORT_DECIDE, state=found.state,
    )  # fmt: skip
    return found


def fetch(export_id: int, *, by: Actor) -> bytes:
    """The workbook, for who asked and nobody else, as often as needed within a day of the approval.

    Raises: Missing for another's, Refused "export-not-ready".
    """
    found = db.session.get(HouseholdExport, export_id, with_for_update=True)
    if found is None or found.requested_by_id != by.person_id or found.organisation_id != by.organisation_id:
        raise Missing("no-such-export")
    if found.state is not ExportState.APPROVED or found.lapses_at is None or found.lapses_at < clock.now():
        raise Refused("export-not-ready")
    homes = db.session.scalars(
        sa.select(Household).where(scope(by), _in(found.place_code)).order_by(Household.village_code, Household.code)
    ).all()
    found.fetched += 1
    trail.record(
        Stream.PERSONAL, "household-export-fetched", "household_export", found.id, by=by,
        right=Right.HOUSEHOLD_EXPORT, rows=len(homes), purpose=found.purpose, reason=found.reason,
    )  # fmt: skip
    return _book(homes, found, by)


def _word(code: str, **facts: object) -> str:
    return sentence("household_word", code, **facts)


def _book(homes: Sequence[Household], export: HouseholdExport, by: Actor) -> bytes:
    quarter = due(clock.today()).plus(-1)
    incomes = current([quarter], household_ids=[home.id for home in homes])
    heads = registers.heads_of([home.id for home in homes])
    names = places.names({home.village_code for home in homes})
    mark = _word("mark", number=export.id, who=by.name, office=by.organisation_name)
    columns = [
        Column(_word("code")), Column(_word("place"), width=24), Column(_word("category")),
        Column(_word("members"), "count"), Column(_word("head")), Column(_word("phone")),
        Column(_word("per-head", quarter=str(quarter)), "yuan"), Column(_word("watermark"), width=30),
    ]  # fmt: skip
    rows = []
    for home in homes:
        head, income = heads.get(home.id), incomes.get((home.id, quarter))
        shown = registers.masked(head) if head else None
        name, phone = (shown.name, shown.phone) if shown else ("", "")
        if export.has_names and head:
            name, phone = head.open("name") or "", head.open("phone") or ""
        village = names[home.village_code].full if home.village_code in names else home.village_code
        rows.append([home.code, village, label(home.category), home.members, name, phone,
                     income.per_head_fen if income else None, mark])  # fmt: skip
    note = _word("watermark-note", number=export.id, who=by.name, office=by.organisation_name, at=clock.now(),
                 purpose=label(export.purpose), reason=export.reason)  # fmt: skip
    return write([(_word("intake-sheet"), columns, rows)], note=note)


def lapse_old() -> int:
    """Requests that nobody decided on in a week and approvals whose day is over (a job). The number lapsed."""
    now = clock.now()
    old = db.session.scalars(
        sa.select(HouseholdExport)
        .where(
            sa.or_(
                sa.and_(HouseholdExport.state == ExportState.APPROVED, HouseholdExport.lapses_at < now),
                sa.and_(
                    HouseholdExport.state == ExportState.REQUESTED,
                    HouseholdExport.requested_at < now - timedelta(days=7),
                ),
            )
        )
        .with_for_update(skip_locked=True)
    ).all()
    for export in old:
        export.state = advance(EXPORT, export.state, ExportAct.LAPSE, "clock")
    return len(old)
