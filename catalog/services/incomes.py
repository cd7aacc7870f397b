"""Snapshots of income and the towns' targets: once a quarter, corrected by a new version with its reason (78)."""

from dataclasses import asdict
from datetime import date

import sqlalchemy as sa

from catalog.models.income import MOST_FEN, IncomeSnapshot, IncomeTarget
from catalog.models.supplier import Household
from catalog.queries import snapshots
from catalog.queries.household_scope import mine
from catalog.queries.snapshots import Snapshot
from catalog.rules import households as words
from catalog.rules import income as rules
from catalog.rules.income import Income, TargetKind
from catalog.rules.quarter import Quarter
from catalog.rules.supplier import HouseholdCategory
from core import clock, settings, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.places.models import Place, PlaceLevel
from core.trail.models import Stream


def enter(household_id: int, quarter: Quarter, income: Income, *, reason: str = "", by: Actor) -> IncomeSnapshot:
    """The first snapshot of a quarter, or with a reason a new version of it.

    A village enters and corrects until 15 days after the quarter, afterwards town and county correct.
    Raises: Missing, Refused "household-not-tracked", "snapshot-future", "snapshot-not-open", "snapshot-locked",
    "snapshot-has-one" (no reason given), "snapshot-same", "amount-too-large-here", "text-holds-number".
    """
    household = mine(household_id, by, lock=True)
    right = _allowed(household, quarter, by)
    if max(asdict(income).values()) > MOST_FEN:
        raise Refused("amount-too-large-here")
    before = snapshots.current([quarter], household_ids=[household.id]).get((household.id, quarter))
    if before is not None:
        _corrects(before, income, words.free_text(reason))
    snapshot = IncomeSnapshot(
        household_id=household.id, year=quarter.year, quarter=quarter.number,
        version_no=before.version_no + 1 if before else 1, members=household.members, **asdict(income),
        reason=reason if before else "", author_id=by.person_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(snapshot)
    db.session.flush()
    trail.record(
        Stream.PERSONAL, "income-corrected" if before else "income-entered", "household", household.id, by=by,
        right=right, code=household.code, quarter=str(quarter), reason=snapshot.reason,
    )  # fmt: skip
    return snapshot


def _allowed(household: Household, quarter: Quarter, by: Actor) -> Right:
    """The right that is used. A locked quarter needs the right to correct."""
    today, days = clock.today(), int(settings.value("income.opens_days"))
    if household.category is HouseholdCategory.ORDINARY:
        raise Refused("household-not-tracked")
    if quarter > Quarter.of(today):
        raise Refused("snapshot-future")
    if rules.opens_on(quarter, days) > today:
        raise Refused("snapshot-not-open", quarter=str(quarter), on=rules.opens_on(quarter, days))
    if not rules.is_locked(quarter, today):
        return Right.INCOME_ENTER
    if not by.may(Right.INCOME_CORRECT):
        raise Refused("snapshot-locked", quarter=str(quarter), on=rules.due_on(quarter))
    return Right.INCOME_CORRECT


def _corrects(before: Snapshot, income: Income, reason: str) -> None:
    if not reason:
        raise Refused("snapshot-has-one")
    if before.income == income:
        raise Refused("snapshot-same")


def set_target(town_code: str, year: int, kind: TargetKind, target: int, *, reason: str, by: Actor) -> IncomeTarget:
    """What a town is to reach; a later one is a new version. `target` in fen or households, by the kind.

    Raises: Missing "no-such-town", Refused "target-too-small", "target-same", "text-holds-number".
    """
    place = db.session.get(Place, town_code)
    if place is None or place.level is not PlaceLevel.TOWN:
        raise Missing("no-such-town")
    if target <= 0:
        raise Refused("target-too-small")
    key = sa.func.hashtextextended(f"target:{town_code}:{year}:{kind}", 0)
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
    before = db.session.scalars(
        sa.select(IncomeTarget)
        .where(IncomeTarget.town_code == town_code, IncomeTarget.year == year, IncomeTarget.kind == kind)
        .order_by(IncomeTarget.version_no.desc())
        .limit(1)
    ).one_or_none()
    if before is not None and before.target == target:
        raise Refused("target-same")
    made = IncomeTarget(
        town_code=town_code, year=year, kind=kind, version_no=before.version_no + 1 if before else 1, target=target,
        reason=words.free_text(reason), author_id=by.person_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    trail.record(
        Stream.CATALOGUE, "target-set", "income_target", f"{town_code}-{year}-{kind}", by=by, right=Right.TARGET_SET,
        before={"target": before.target} if before else {}, after={"target": target},
        town=place.name, year=year, kind=kind, reason=reason,
    )  # fmt: skip
    return made


def set_terms(*, line_fen: int, fall_bp: int, valid_from: date, reason: str, by: Actor) -> None:
    """From a day on: the line under which a household stands on the red list, and the fall that puts it there.

    Raises: Refused "number-out-of-bounds", "terms-same", "text-holds-number".
    """
    if not 100 <= fall_bp <= 10_000:
        raise Refused("number-out-of-bounds", least=1, most=100)
    given = {"income.low_line_fen": line_fen, "income.fall_bp": fall_bp}
    before = {key: int(settings.value(key, on=valid_from)) for key in given}
    changed = {key: value for key, value in given.items() if value != before[key]}
    if not changed:
        raise Refused("terms-same")
    for key, value in changed.items():
        settings.put(key, value, valid_from=valid_from, reason=words.free_text(reason), author_id=by.person_id)
    trail.record(
        Stream.CATALOGUE, "income-terms-set", "setting", "income", by=by, right=Right.TARGET_SET, before=before,
        after=given, line_fen=line_fen, fall_bp=fall_bp, valid_from=valid_from, reason=reason,
    )  # fmt: skip
