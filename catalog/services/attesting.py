"""The village's word and the household's: who saw the money arrive."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from catalog.models.benefit import HouseholdBenefit
from catalog.models.linkage import BenefitLink
from catalog.queries import suppliers
from catalog.rules.benefit import BENEFIT, BenefitAct, BenefitState, ConfirmWay, confirm_by
from catalog.services import benefits, households
from core import clock, codes
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.jobs import enqueue
from core.states import advance

ASK = "catalog.ask_household"
MOST = 200
OBJECT_WITHIN = timedelta(days=400)
"""A household may object to what it was asked for longer than it may confirm: until the score's window has gone by."""


def attest(benefit_ids: Sequence[int], *, by: Actor) -> int:
    """A village worker says that these payments were made; each household is then asked by SMS. How many.

    Raises: Missing if one is another village's; Refused "nothing-chosen", "too-many-chosen", "state-forbids-act".
    """
    if not benefit_ids:
        raise Refused("benefits-not-chosen")
    if len(benefit_ids) > MOST:
        raise Refused("benefits-too-many", most=MOST)
    found = benefits.locked(benefit_ids)
    for one in found:
        _in_village(one, by)
        one.state = advance(BENEFIT, one.state, BenefitAct.ATTEST, "village")
        one.confirm_by = confirm_by(clock.today())
        benefits.step(one, BenefitAct.ATTEST, party="village", by=by)
        enqueue(ASK, key=f"{ASK}:{one.id}", benefit_id=one.id)
    return len(found)


def dispute(benefit_id: int, reason: str, *, by: Actor) -> HouseholdBenefit:
    """The village doubts a claim of one of its households, the linkage office any. Raises: Missing, Refused."""
    (found,) = benefits.locked([benefit_id])
    party = "village" if _is_village(found, by) else benefits.office_or_own(found, by)
    return _dispute(found, reason, party, by)


def uphold(benefit_id: int, reason: str, *, by: Actor) -> HouseholdBenefit:
    """The linkage office has asked everybody: the payment was made. It counts as attested. Raises: Missing, Refused."""
    (found,) = benefits.locked([benefit_id])
    found.state = advance(BENEFIT, found.state, BenefitAct.UPHOLD, benefits.office_or_own(found, by))
    benefits.step(found, BenefitAct.UPHOLD, party="linkage", by=by, note=reason)
    return found


def sign(benefit_id: int, file_id: int, *, by: Actor) -> HouseholdBenefit:
    """The household signed on paper before the village worker, who brings the picture. Raises: Missing, Refused."""
    (found,) = benefits.locked([benefit_id])
    _in_village(found, by)
    return _confirm(found, ConfirmWay.SIGNATURE, "village", by, file_id)


def ask(benefit_id: int) -> None:
    """Send the household its link, if it still has to be asked. A household without a phone signs on paper."""
    found = db.session.get(HouseholdBenefit, benefit_id)
    if found is None or found.state is not BenefitState.ATTESTED:
        return
    token = new_link(benefit_id)
    households.send(
        found.household_id,
        "benefit-confirm",
        supplier=suppliers.name(found.supplier_id),
        kind=found.kind,
        amount_fen=found.amount_fen,
        url=f"{current_app.config['SERVER_URL']}/b/{token}",
        until_on=found.confirm_by,
    )


def new_link(benefit_id: int) -> str:
    """A fresh token for the household's page; only its hash stays here."""
    token = codes.token()
    db.session.add(BenefitLink(token_hash=_hash(token), benefit_id=benefit_id, created_at=clock.now()))
    return token


def confirm_by_link(token: str) -> HouseholdBenefit:
    """The household says: yes, received. Once; the same tap again changes nothing.

    Raises: Missing; Refused "confirm-too-late", "state-forbids-act".
    """
    link, found = _linked(token)
    if link.used_at is not None and found.state is BenefitState.CONFIRMED:
        return found
    link.used_at = clock.now()
    return _confirm(found, ConfirmWay.SMS, "household", None, None)


def object_by_link(token: str, reason: str) -> HouseholdBenefit:
    """The household says: no. Also after the thirty days, and after a mistaken yes. Raises: Missing, Refused."""
    link, found = _linked(token)
    if found.state is BenefitState.DISPUTED:
        return found
    link.used_at = clock.now()
    return _dispute(found, reason, "household", None)


def _linked(token: str) -> tuple[BenefitLink, HouseholdBenefit]:
    query = sa.select(BenefitLink).where(BenefitLink.token_hash == _hash(token)).with_for_update()
    link = db.session.execute(query).scalar_one_or_none()
    if link is None or link.created_at < clock.now() - OBJECT_WITHIN:
        raise Missing("no-such-benefit")
    (found,) = benefits.locked([link.benefit_id])
    return link, found


def linked_id(token: str) -> int:
    """The claim a token was sent for. Raises: Missing."""
    link = db.session.get(BenefitLink, _hash(token))
    if link is None or link.created_at < clock.now() - OBJECT_WITHIN:
        raise Missing("no-such-benefit")
    return link.benefit_id


def _confirm(
    found: HouseholdBenefit, way: ConfirmWay, party: str, by: Actor | None, file_id: int | None
) -> HouseholdBenefit:
    found.state = advance(BENEFIT, found.state, BenefitAct.CONFIRM, party)
    if found.confirm_by is None or clock.today() > found.confirm_by:
        raise Refused("confirm-too-late", last_on=found.confirm_by)
    found.confirm_way = way
    benefits.step(found, BenefitAct.CONFIRM, party=party, by=by, file_id=file_id)
    return found


def _dispute(found: HouseholdBenefit, reason: str, party: str, by: Actor | None) -> HouseholdBenefit:
    found.state = advance(BENEFIT, found.state, BenefitAct.DISPUTE, party)
    found.confirm_way = None
    benefits.step(found, BenefitAct.DISPUTE, party=party, by=by, note=reason)
    return found


def _is_village(found: HouseholdBenefit, by: Actor) -> bool:
    return by.may(Right.BENEFIT_ATTEST) and by.place_code == found.village_code


def _in_village(found: HouseholdBenefit, by: Actor) -> None:
    if not _is_village(found, by):
        raise Missing("no-such-benefit")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
