"""People come, get passwords and codes, and lose their sessions."""

import hashlib
import hmac
import secrets
from datetime import timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from core import clock, trail
from core.access.actor import Actor
from core.db import db
from core.errors import Refused
from core.people import queries, sms
from core.people.models import OneTimeCode, Person, RevokedSession
from core.trail.models import Stream

CODE_MINUTES, CODE_TRIES = 5, 5
MIN_PASSWORD = 12


def _hasher() -> PasswordHasher:
    """argon2id at its library's strength; the demo and tests use the weakest allowed, they make 100 people."""
    if current_app.config["XINGCUN_MODE"] == "production":
        return PasswordHasher()
    return PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


def hash_password(password: str) -> str:
    """Refused when too short (officials' floor: 12 characters)."""
    if len(password) < MIN_PASSWORD or len(password) > 128:
        raise Refused("password-length", least=MIN_PASSWORD)
    return _hasher().hash(password)


def create(name: str, *, phone: str | None = None, username: str | None = None, password: str | None = None) -> Person:
    """A new person. Refused when the phone number or user name is taken."""
    for login in (phone, username):
        if login and queries.find_by_login(login):
            raise Refused("login-taken", login=login)
    person = Person(name=name, phone=phone, username=username, created_at=clock.now())
    if password is not None:
        person.password_hash = hash_password(password)
    db.session.add(person)
    db.session.flush()
    return person


def verify(login: str, password: str) -> Person:
    """The person, if the password is right. The same refusal and the same work for an unknown login."""
    person = queries.find_by_login(login)
    known = person.password_hash if person and person.is_active else None
    try:
        _hasher().verify(known or _decoy(), password[:128])
    except (VerificationError, InvalidHashError):
        known = None
    if person is None or known is None:
        raise Refused("log-in-wrong")
    return person


def _decoy() -> str:
    """A hash nobody's password has, made once, so that unknown names cost the same time."""
    made = current_app.extensions.get("decoy_hash")
    if made is None:
        made = current_app.extensions["decoy_hash"] = _hasher().hash(secrets.token_hex(16))
    return str(made)


def change_password(actor: Actor, *, old: str, new: str) -> None:
    """Set a new password; every other session ends."""
    person = db.session.get_one(Person, actor.person_id)
    if person.password_hash is not None:
        try:
            _hasher().verify(person.password_hash, old[:128])
        except (VerificationError, InvalidHashError):
            raise Refused("password-old-wrong") from None
    person.password_hash = hash_password(new)
    person.must_change_password = False
    person.session_epoch += 1
    trail.record(Stream.ADMINISTRATION, "password-changed", "person", person.id, by=actor)


def sign_out(person_id: int, sid: str) -> None:
    """End one session on the server's side too."""
    db.session.merge(RevokedSession(sid=sid, person_id=person_id, revoked_at=clock.now()))


def _code_hash(phone: str, code: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"{phone}:{code}".encode(), hashlib.sha256).hexdigest()


def send_code(phone: str, *, purpose: str) -> None:
    """Send a six-digit code; earlier ones for the same purpose are void."""
    now = clock.now()
    db.session.execute(
        sa.update(OneTimeCode)
        .where(OneTimeCode.phone == phone, OneTimeCode.purpose == purpose, OneTimeCode.used_at.is_(None))
        .values(used_at=now)
    )
    code = f"{secrets.randbelow(1_000_000):06d}"
    db.session.add(
        OneTimeCode(
            phone=phone,
            purpose=purpose,
            code_hash=_code_hash(phone, code),
            expires_at=now + timedelta(minutes=CODE_MINUTES),
        )
    )
    sms.send(phone, "one-time-code", code=code, minutes=CODE_MINUTES)


def check_code(phone: str, code: str, *, purpose: str) -> bool:
    """Whether the code is right; a wrong try counts, a right one uses it up."""
    row = db.session.execute(
        sa.select(OneTimeCode)
        .where(
            OneTimeCode.phone == phone,
            OneTimeCode.purpose == purpose,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > clock.now(),
            OneTimeCode.tries < CODE_TRIES,
        )
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .with_for_update()
    ).scalar_one_or_none()
    if row is None:
        return False
    if not hmac.compare_digest(row.code_hash.encode(), _code_hash(phone, code).encode()):
        row.tries += 1
        return False
    row.used_at = clock.now()
    return True
