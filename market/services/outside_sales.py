"""Sales of villages' goods offline or on other platforms: entered with evidence, checked by somebody else."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.files.models import StoredFile
from core.files.services import let_read
from core.organisations.models import Organisation
from core.states import advance
from core.trail.models import Stream
from market.models.pairing import OutsideSale, VillagePairing
from market.queries import outside_sales
from market.rules.pairing import (
    OUTSIDE_SALE,
    OutsideAct,
    OutsideChannel,
    OutsideState,
    PairingState,
    check_outside,
    check_reviewer,
)


@dataclass(frozen=True)
class Sale:
    """What somebody says was sold elsewhere. `place`: the shop's or platform's name."""

    village_code: str
    channel: OutsideChannel
    place: str
    goods: str
    amount_fen: int
    sold_on: date
    file_id: int


def enter(wanted: Sale, *, by: Actor) -> OutsideSale:
    """Raises: Missing (village); Refused "outside-evidence-used" and those of `check_outside`."""
    by.role_for(Right.OUTSIDE_ENTER)
    check_outside(
        amount_fen=wanted.amount_fen, goods=wanted.goods, place=wanted.place, sold_on=wanted.sold_on,
        today=clock.today(),
    )  # fmt: skip
    if wanted.village_code not in {one.code for one in outside_sales.villages(by)}:
        raise Missing("no-such-village")
    paper = db.session.get_one(StoredFile, wanted.file_id)
    _unused(paper.sha256)
    made = OutsideSale(
        organisation_id=by.office_id, village_code=wanted.village_code, pairing_id=_pairing(wanted.village_code, by),
        channel=wanted.channel, place=wanted.place.strip()[:60], goods=wanted.goods.strip()[:200],
        amount_fen=wanted.amount_fen, sold_on=wanted.sold_on, file_id=paper.id, file_sha256=paper.sha256,
        state=OutsideState.ENTERED, entered_by_id=by.person_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    offices = sa.select(Organisation.id).where(Organisation.kind == OrganisationKind.REVITALISATION)
    let_read(paper.id, *db.session.scalars(offices))
    _record("outside-entered", made, by, Right.OUTSIDE_ENTER)
    return made


def decide(sale_id: int, *, agreed: bool, reason: str, by: Actor) -> OutsideSale:
    """A second person's word. Raises: Missing; Refused "outside-same-person", "reason-needed", "state-forbids-act"."""
    by.role_for(Right.PAIRING_REVIEW)
    query = sa.select(OutsideSale).where(OutsideSale.id == sale_id, outside_sales.scope(by))
    found = db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise Missing("no-such-outside-sale")
    check_reviewer(found.entered_by_id, by.person_id)
    if not agreed and not reason.strip():
        raise Refused("reason-needed")
    found.state = advance(OUTSIDE_SALE, found.state, OutsideAct.CHECK if agreed else OutsideAct.REFUSE, "office")
    found.decided_by_id, found.decided_at, found.reason = by.person_id, clock.now(), reason.strip()[:200]
    db.session.flush()
    _record("outside-checked" if agreed else "outside-refused", found, by, Right.PAIRING_REVIEW)
    return found


def _unused(sha256: str) -> None:
    """One file proves one sale. The table's unique index stands behind two at once."""
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"outside-{sha256}"))))
    used = sa.exists().where(OutsideSale.file_sha256 == sha256, OutsideSale.state != OutsideState.REFUSED)
    if db.session.scalar(sa.select(used)):
        raise Refused("outside-evidence-used")


def _pairing(village_code: str, by: Actor) -> int | None:
    """A company's entry stands beside its pairing with the village."""
    return db.session.scalar(
        sa.select(VillagePairing.id).where(
            VillagePairing.enterprise_id == by.office_id,
            VillagePairing.village_code == village_code,
            VillagePairing.state == PairingState.ACTIVE,
        )
    )


def _record(act: str, found: OutsideSale, by: Actor, right: Right) -> None:
    trail.record(
        *(Stream.MONEY, act, "outside_sale", found.id), by=by, right=right,
        after={"state": found.state.value, "amount_fen": found.amount_fen}, amount_fen=found.amount_fen,
        place=found.place, goods=found.goods, reason=found.reason,
    )  # fmt: skip
