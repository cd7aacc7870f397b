"""A company is paired with a village: it asks, the linkage office decides, either ends it; nothing is deleted."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.places.models import Place, PlaceLevel
from core.states import advance
from core.trail.models import Stream
from market.models.pairing import EnterpriseOrder, PurchasePledge, VillagePairing
from market.queries import pairings
from market.rules.pairing import PAIRING, PLEDGE, PairingAct, PairingState, PledgeAct, PledgeState, check_pairing


@dataclass(frozen=True)
class Proposal:
    """What a company asks for. `ends_on` None: until somebody ends it."""

    village_code: str
    starts_on: date
    ends_on: date | None
    contact: str
    contact_phone: str = ""
    plan: str = ""


def propose(wanted: Proposal, *, by: Actor) -> VillagePairing:
    """Raises: Missing (village); Refused "pairing-exists", "pairing-not-enterprise" and those of `check_pairing`."""
    by.role_for(Right.PAIRING_PROPOSE)
    if by.organisation_kind is not OrganisationKind.ENTERPRISE:
        raise Refused("pairing-not-enterprise")
    check_pairing(starts_on=wanted.starts_on, ends_on=wanted.ends_on, contact=wanted.contact)
    village = db.session.get(Place, wanted.village_code)
    if village is None or village.level is not PlaceLevel.VILLAGE:
        raise Missing("no-such-village")
    # One company's wishes come one after the other, so that the second of two gets a refusal and no fault.
    db.session.execute(sa.select(Organisation.id).where(Organisation.id == by.office_id).with_for_update())
    open_one = sa.exists().where(
        VillagePairing.enterprise_id == by.office_id,
        VillagePairing.village_code == wanted.village_code,
        VillagePairing.state.in_([PairingState.PROPOSED, PairingState.ACTIVE]),
    )
    if db.session.scalar(sa.select(open_one)):
        raise Refused("pairing-exists", village=village.name)
    made = VillagePairing(
        enterprise_id=by.office_id, village_code=wanted.village_code, state=PairingState.PROPOSED,
        starts_on=wanted.starts_on, ends_on=wanted.ends_on, contact=wanted.contact.strip(),
        contact_phone=wanted.contact_phone.strip(), plan=wanted.plan.strip()[:200], proposed_by_id=by.person_id,
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _record("pairing-proposed", made, by, Right.PAIRING_PROPOSE)
    return made


def decide(pairing_id: int, *, agreed: bool, reason: str, by: Actor) -> VillagePairing:
    """The office's word. Raises: Missing; Refused "reason-needed", "pairing-same-person", "state-forbids-act"."""
    by.role_for(Right.PAIRING_REVIEW)
    found = hold(pairing_id, by)
    if found.proposed_by_id == by.person_id:
        raise Refused("pairing-same-person")
    if not agreed and not reason.strip():
        raise Refused("reason-needed")
    act = PairingAct.APPROVE if agreed else PairingAct.REFUSE
    found.state = advance(PAIRING, found.state, act, "office")
    found.decided_by_id, found.decided_at, found.reason = by.person_id, clock.now(), reason.strip()[:200]
    db.session.flush()
    _record("pairing-approved" if agreed else "pairing-refused", found, by, Right.PAIRING_REVIEW)
    return found


def end(pairing_id: int, *, reason: str, by: Actor) -> VillagePairing:
    """The company or the office ends it; what was pledged and not yet fulfilled ends with it.

    Raises: Missing; Refused "reason-needed", "state-forbids-act".
    """
    office = by.may(Right.PAIRING_REVIEW)
    right = Right.PAIRING_REVIEW if office else Right.PAIRING_PROPOSE
    by.role_for(right)
    found = hold(pairing_id, by)
    if not reason.strip():
        raise Refused("reason-needed")
    found.state = advance(PAIRING, found.state, PairingAct.END, "office" if office else "enterprise")
    found.ended_on, found.reason = clock.today(), reason.strip()[:200]
    still = sa.select(PurchasePledge).where(
        PurchasePledge.pairing_id == found.id, PurchasePledge.state.in_([PledgeState.DRAFT, PledgeState.AGREED])
    )
    for pledge in db.session.scalars(still.with_for_update()):
        pledge.state = advance(PLEDGE, pledge.state, PledgeAct.END, "pairing")
        pledge.over_at, pledge.reason = clock.now(), found.reason
    db.session.flush()
    _record("pairing-ended", found, by, right)
    return found


def hold(pairing_id: int, by: Actor) -> VillagePairing:
    """The actor's pairing, its row locked. Raises: Missing "no-such-pairing"."""
    found = db.session.scalars(
        sa.select(VillagePairing)
        .where(VillagePairing.id == pairing_id, pairings.scope(by))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise Missing("no-such-pairing")
    return found


def attribute(group_id: int, by: Actor) -> None:
    """A checkout by somebody who acts for a company is the company's. It is paid as residents pay; no unit's quota,
    envelope or ledger hears of it."""
    if by.organisation_kind is OrganisationKind.ENTERPRISE and by.may(Right.PAIRING_PROPOSE):
        db.session.add(EnterpriseOrder(group_id=group_id, enterprise_id=by.office_id, at=clock.now()))


def _record(act: str, found: VillagePairing, by: Actor, right: Right) -> None:
    facts: dict[str, Any] = {"village": db.session.get_one(Place, found.village_code).name}
    body = db.session.get_one(Organisation, found.enterprise_id)
    trail.record(
        *(Stream.MONEY, act, "village_pairing", found.id), by=by, right=right,
        after={"state": found.state.value, "starts_on": found.starts_on.isoformat()}, enterprise=body.name,
        reason=found.reason, **facts,
    )  # fmt: skip
