"""Who pays in a unit's place: accounting centre, treasury, contractor. Said by one person, checked by another."""

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.trail.models import Stream
from market.models.bank import AliasKind, PayerAlias


def propose(unit_id: int, kind: AliasKind, name: str, *, by: Actor) -> PayerAlias:
    """Write a name down; it serves once another person has checked it.

    Raises: Missing; Refused "alias-own-name", "alias-known".
    """
    by.role_for(Right.PAYER_ALIAS)
    unit = db.session.get(Organisation, unit_id) if _may(unit_id, by) else None
    if unit is None or unit.kind not in (OrganisationKind.UNIT, OrganisationKind.UNION):
        raise Missing("no-such-alias")
    name = "".join(name.split())
    if name == unit.name:
        raise Refused("alias-own-name")
    if db.session.scalar(
        sa.select(PayerAlias.id).where(
            PayerAlias.unit_id == unit_id, PayerAlias.name == name, PayerAlias.ended_at.is_(None)
        )
    ):
        raise Refused("alias-known")
    made = PayerAlias(unit_id=unit_id, kind=kind, name=name, proposed_by_id=by.person_id, proposed_at=clock.now())
    db.session.add(made)
    db.session.flush()
    _record("alias-proposed", made, by, Right.PAYER_ALIAS)
    return made


def check(alias_id: int, *, by: Actor) -> PayerAlias:
    """A second person's yes. Raises: Missing; Refused "alias-same-person", "alias-checked"."""
    by.role_for(Right.PAYER_ALIAS_CHECK)
    found = _own(alias_id, by)
    if found.checked_at is not None:
        raise Refused("alias-checked")
    if found.proposed_by_id == by.person_id:
        raise Refused("alias-same-person")
    found.checked_by_id, found.checked_at = by.person_id, clock.now()
    db.session.flush()
    _record("alias-checked", found, by, Right.PAYER_ALIAS_CHECK)
    return found


def end(alias_id: int, *, by: Actor) -> PayerAlias:
    """The name serves no more; payments that it matched stay."""
    by.role_for(Right.PAYER_ALIAS if by.may(Right.PAYER_ALIAS) else Right.PAYER_ALIAS_CHECK)
    found = _own(alias_id, by)
    found.ended_at = clock.now()
    db.session.flush()
    _record("alias-ended", found, by, Right.PAYER_ALIAS)
    return found


def _may(unit_id: int, by: Actor) -> bool:
    return by.organisation_kind is OrganisationKind.FINANCE or unit_id in by.scope_ids


def _own(alias_id: int, by: Actor) -> PayerAlias:
    found = db.session.get(PayerAlias, alias_id, with_for_update=True)
    if found is None or found.ended_at is not None or not _may(found.unit_id, by):
        raise Missing("no-such-alias")
    return found


def _record(act: str, row: PayerAlias, by: Actor, right: Right) -> None:
    held = right if by.may(right) else Right.PAYER_ALIAS_CHECK
    trail.record(
        *(Stream.MONEY, act, "payer_alias", row.id), by=by, right=held,
        after={"unit": row.unit_id, "kind": row.kind}, name=row.name,
    )  # fmt: skip
