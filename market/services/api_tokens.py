"""Tokens of an organisation: issued once in the open, kept as a hash, revoked for good."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.db import db, note
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.trail.models import Stream
from market.models.api import ApiToken
from market.rules import partners
from market.rules.partners import Scope

_USED_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """Whose program asks: the token, what it allows, and the actor whose scope narrows every query."""

    token_id: int
    scopes: frozenset[str]
    actor: Actor


def issue(name: str, *, scopes: list[str], days: int, by: Actor) -> tuple[ApiToken, str]:
    """A new token of the actor's organisation, and the token itself: nobody can read it a second time.

    Raises: Refused "name-missing", "too-many-tokens" (most), and as `partners.check_scopes`.
    """
    wanted = partners.check_scopes(scopes, days)
    if not name.strip():
        raise Refused("name-missing")
    now = clock.now()
    held = db.session.scalar(
        sa.select(sa.func.count()).where(
            ApiToken.organisation_id == by.office_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now
        )
    )
    if (held or 0) >= partners.MOST_TOKENS:
        raise Refused("too-many-tokens", most=partners.MOST_TOKENS)
    text = partners.TOKEN_PREFIX + secrets.token_urlsafe(32)
    made = ApiToken(
        organisation_id=by.office_id,
        name=name.strip(),
        hint=text[: partners.HINT_LENGTH],
        digest=partners.digest(text),
        scopes=wanted,
        created_by_id=by.person_id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    db.session.add(made)
    db.session.flush()
    _record("api-token-issued", made, by)
    return made, text


def revoke(token_id: int, *, by: Actor) -> None:
    """The token opens nothing from now on. Raises: Missing."""
    found = db.session.execute(
        sa.select(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.organisation_id == by.office_id, ApiToken.revoked_at.is_(None))
        .with_for_update()
    ).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-token")
    found.revoked_at = clock.now()
    _record("api-token-revoked", found, by)


def caller(text: str) -> Caller | None:
    """Who holds this token today, or None for an unknown, expired or revoked one. Notes the use."""
    now = clock.now()
    row = db.session.execute(
        sa.select(ApiToken, Organisation)
        .join(Organisation, Organisation.id == ApiToken.organisation_id)
        .where(ApiToken.digest == partners.digest(text), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
    ).one_or_none()
    if row is None:
        return None
    token, body = row[0], row[1]
    if token.last_used_at is None or token.last_used_at < now - _USED_AGAIN:
        note(sa.update(ApiToken).where(ApiToken.id == token.id).values(last_used_at=now))
    under = db.session.scalars(sa.select(Organisation.id).where(Organisation.parent_id == body.id)).all()
    acting = Actor(
        token.created_by_id,
        token.name,
        organisation_id=body.id,
        organisation_name=body.name,
        organisation_kind=body.kind,
        roles=frozenset({Role.RESIDENT}),
        scope_ids=frozenset({body.id, *under}),
    )
    return Caller(token.id, frozenset(Scope(scope) for scope in token.scopes), acting)


def listed(by: Actor) -> list[ApiToken]:
    """All tokens of the actor's organisation, newest first."""
    return list(
        db.session.scalars(
            sa.select(ApiToken).where(ApiToken.organisation_id == by.office_id).order_by(ApiToken.id.desc()).limit(100)
        )
    )


def _record(act: str, of: ApiToken, by: Actor) -> None:
    trail.record(
        *(Stream.ADMINISTRATION, act, "api_token", of.id),
        by=by,
        right=Right.API_MANAGE,
        after={"scopes": of.scopes, "expires_at": of.expires_at.isoformat()},
        name=of.name,
    )
