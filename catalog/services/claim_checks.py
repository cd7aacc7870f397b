"""Checks of claims: against the household's income, by a random draw; what a false one costs (4.2 a, d, f, h)."""

import secrets

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert

from catalog.models.benefit import HouseholdBenefit
from catalog.models.income import IncomeSnapshot
from catalog.models.linkage import ClaimReview, FalseClaim, RecheckDraw, RecheckItem, RelatedHousehold
from catalog.models.supplier import Household, Supplier
from catalog.queries import suppliers
from catalog.rules import claim_checks as rules
from catalog.rules.benefit import BenefitState
from catalog.rules.claim_checks import CheckVerdict, Drawable, ReviewState
from catalog.rules.linkage_score import struck_until
from catalog.rules.quarter import Quarter
from catalog.services import benefits, scoring
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream


def open_reviews(quarter: Quarter) -> int:
    """Look at every household's claims of a quarter against its snapshot; how many reviews were opened.

    Decided ones are opened anew only when more is claimed than was decided on.
    """
    claimed, tracked, known = _claimed(quarter), _tracked(quarter), _reviewed(quarter)
    opened = 0
    for household_id, fen in sorted(claimed.items()):
        version, seen_fen = known.get(household_id, (0, 0))
        income = tracked.get(household_id)
        if income is None or not rules.exceeds(fen, income) or fen <= seen_fen:
            continue
        db.session.add(
            ClaimReview(
                household_id=household_id,
                quarter=str(quarter),
                version_no=version + 1,
                claimed_fen=fen,
                tracked_fen=income,
                state=ReviewState.OPEN,
                created_at=clock.now(),
            )
        )
        opened += 1
    db.session.flush()
    return opened


def _claimed(quarter: Quarter) -> dict[int, int]:
    """{household: fen} of all suppliers' claims that stand."""
    query = (
        sa.select(HouseholdBenefit.household_id, sa.func.sum(HouseholdBenefit.amount_fen))
        .where(
            HouseholdBenefit.counts_on.between(quarter.first_day, quarter.last_day),
            HouseholdBenefit.state.not_in([BenefitState.VOID, BenefitState.DISPUTED]),
        )
        .group_by(HouseholdBenefit.household_id)
    )
    return {household_id: int(fen) for household_id, fen in db.session.execute(query)}


def _tracked(quarter: Quarter) -> dict[int, int]:
    """{household: wage and operating income in fen} by the snapshot that holds; none for who has none."""
    query = (
        sa.select(IncomeSnapshot.household_id, IncomeSnapshot.wage_fen + IncomeSnapshot.operating_fen)
        .ext(distinct_on(IncomeSnapshot.household_id))
        .where(IncomeSnapshot.year == quarter.year, IncomeSnapshot.quarter == quarter.number)
        .order_by(IncomeSnapshot.household_id, IncomeSnapshot.version_no.desc())
    )
    return {household_id: int(fen) for household_id, fen in db.session.execute(query)}


def _reviewed(quarter: Quarter) -> dict[int, tuple[int, int]]:
    query = (
        sa.select(ClaimReview.household_id, sa.func.max(ClaimReview.version_no), sa.func.max(ClaimReview.claimed_fen))
        .where(ClaimReview.quarter == str(quarter))
        .group_by(ClaimReview.household_id)
    )
    return {row[0]: (row[1], int(row[2])) for row in db.session.execute(query)}


def decide(review_id: int, *, stands: bool, note: str, by: Actor) -> ClaimReview:
    """The linkage office has looked: the claims stand, or none of that quarter counts.

    Raises: Missing; Refused "review-decided".
    """
    found = db.session.get(ClaimReview, review_id, with_for_update=True)
    if found is None:
        raise Missing("no-such-review")
    if found.state is not ReviewState.OPEN:
        raise Refused("review-decided")
    found.state = ReviewState.CLEARED if stands else ReviewState.REJECTED
    found.note, found.person_id, found.decided_at = note, by.person_id, clock.now()
    trail.record(
        Stream.PERSONAL,
        "claims-reviewed",
        "claim_review",
        found.id,
        by=by,
        right=Right.LINKAGE_MANAGE,
        before={"state": ReviewState.OPEN.value},
        after={"state": found.state.value},
        quarter=found.quarter,
        claimed_fen=found.claimed_fen,
        tracked_fen=found.tracked_fen,
        verdict=found.state,
    )
    return found


def draw(quarter: Quarter, *, seed: str | None = None) -> RecheckDraw | None:
    """Draw the quarter's re-check, once; None when it stands already or nothing was claimed.

    The seed is made at the draw (128 random bits), so that nobody could steer clear of it, and published with it.
    """
    pot = [Drawable(row[0], row[1]) for row in db.session.execute(_pot(quarter))]
    if not pot:
        return None
    chosen = seed or f"{quarter}:{secrets.token_hex(16)}"
    drawn = rules.draw(chosen, pot)
    draw_id = db.session.scalar(
        insert(RecheckDraw)
        .values(
            quarter=str(quarter),
            seed=chosen,
            claims=len(pot),
            drawn=len(drawn),
            fingerprint=rules.fingerprint(one.benefit_id for one in pot),
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["quarter"])
        .returning(RecheckDraw.id)
    )
    if draw_id is None:
        return None
    rows = [{"draw_id": draw_id, "benefit_id": n, "verdict": CheckVerdict.OPEN, "note": ""} for n in drawn]
    db.session.execute(sa.insert(RecheckItem), rows)
    trail.record(
        Stream.CATALOGUE, "recheck-drawn", "recheck_draw", draw_id, by=None,
        quarter=str(quarter), seed=chosen, claims=len(pot), drawn=len(drawn),
    )  # fmt: skip
    return db.session.get_one(RecheckDraw, draw_id)


def _pot(quarter: Quarter) -> sa.Select[int, int]:
    return (
        sa.select(HouseholdBenefit.id, HouseholdBenefit.supplier_id)
        .where(
            HouseholdBenefit.counts_on.between(quarter.first_day, quarter.last_day),
            HouseholdBenefit.state != BenefitState.VOID,
        )
        .order_by(HouseholdBenefit.id)
    )


def check(item_id: int, *, is_true: bool, note: str, file_id: int | None, by: Actor) -> RecheckItem:
    """What the visit found. A false claim is voided and costs its supplier the score of four quarters.

    Raises: Missing; Refused "recheck-done", "recheck-needs-note".
    """
    found = db.session.get(RecheckItem, item_id, with_for_update=True)
    if found is None:
        raise Missing("no-such-recheck")
    if found.verdict is not CheckVerdict.OPEN:
        raise Refused("recheck-done")
    if not is_true and not note:
        raise Refused("recheck-needs-note")
    found.verdict = CheckVerdict.TRUE if is_true else CheckVerdict.FALSE
    found.note, found.file_id, found.person_id, found.checked_at = note, file_id, by.person_id, clock.now()
    trail.record(
        Stream.PERSONAL,
        "benefit-rechecked",
        "household_benefit",
        found.benefit_id,
        by=by,
        right=Right.LINKAGE_MANAGE,
        verdict=found.verdict,
    )
    if not is_true:
        strike(found.benefit_id, note, by=by)
    return found


def strike(benefit_id: int, reason: str, *, by: Actor) -> FalseClaim:
    """A false claim: out of the ledger, and its supplier's score is 0 now and for four quarters (4.2 f).

    Raises: Missing; Refused "claim-false-already".
    """
    (found,) = benefits.locked([benefit_id])
    if db.session.scalar(sa.select(sa.exists().where(FalseClaim.benefit_id == benefit_id))):
        raise Refused("claim-false-already")
    if found.state is not BenefitState.VOID:
        benefits.void(benefit_id, reason, by=by)
    today = clock.today()
    made = FalseClaim(
        supplier_id=found.supplier_id,
        benefit_id=benefit_id,
        found_on=today,
        until_quarter=str(struck_until(today)),
        reason=reason,
        person_id=by.person_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    trail.record(
        Stream.CATALOGUE, "claim-false", "supplier", found.supplier_id, by=by, right=Right.LINKAGE_MANAGE,
        supplier=suppliers.name(found.supplier_id), until=made.until_quarter,
    )  # fmt: skip
    scoring.compute()
    return made


def relate(supplier_id: int, household_code: str, reason: str, *, by: Actor) -> None:
    """A household of the supplier's own people: its benefits never count (4.2 h). Raises: Missing; Refused."""
    household_id = db.session.scalar(sa.select(Household.id).where(Household.code == household_code))
    if household_id is None or db.session.get(Supplier, supplier_id) is None:
        raise Refused("household-not-known", code=household_code)
    db.session.execute(
        insert(RelatedHousehold)
        .values(
            supplier_id=supplier_id,
            household_id=household_id,
            reason=reason,
            person_id=by.person_id,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )
    trail.record(
        Stream.PERSONAL, "household-related", "supplier", supplier_id, by=by, right=Right.LINKAGE_MANAGE,
        supplier=suppliers.name(supplier_id), code=household_code,
    )  # fmt: skip
