"""What programs of others may do, and how they are told: scopes, events, signatures, patience."""

import hashlib
import hmac
from datetime import timedelta
from enum import StrEnum

from core.errors import Refused

TOKEN_PREFIX = "xct_"  # noqa: S105 (how a token begins, so that people and secret scanners know one)
HINT_LENGTH = 12
MOST_DAYS = 365
MOST_TOKENS, MOST_HOOKS = 20, 10
KEEP_REQUEST_KEYS = timedelta(days=7)
OLD_SECRET_WORKS = timedelta(hours=24)
PATIENCE = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 1440))
"""How long after each failed attempt the next one comes; after the last nobody tries again."""
READING_MOST_AHEAD = timedelta(minutes=5)
READING_MOST_OLD = timedelta(days=7)


class Scope(StrEnum):
    """What a token allows."""

    ORDERS_READ = "orders_read"
    DELIVERIES_READ = "deliveries_read"
    READINGS_WRITE = "readings_write"


class HookEvent(StrEnum):
    """What an address may be told of."""

    ORDER_PLACED = "order_placed"
    ORDER_CHANGED = "order_changed"
    DELIVERY_SENT = "delivery_sent"
    DELIVERY_ACCEPTED = "delivery_accepted"


class HookState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


def digest(text: str) -> str:
    """What is kept of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_scopes(scopes: list[str], days: int) -> list[str]:
    """Scopes in one order. Raises: Refused "token-without-scope", "token-days" (most)."""
    wanted: list[str] = [scope.value for scope in Scope if scope.value in scopes]
    if not wanted:
        raise Refused("token-without-scope")
    if not 1 <= days <= MOST_DAYS:
        raise Refused("token-days", most=MOST_DAYS)
    return wanted


def signature(secrets: list[str], body: bytes, at_s: int) -> str:
    """`t=<Unix seconds>,v1=<hex>`: HMAC-SHA256 over `<t>.<body>`; one `v1` for each secret that holds now."""
    signed = str(at_s).encode() + b"." + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at_s}", *(f"v1={mark}" for mark in marks)])


def next_wait(attempts: int) -> timedelta | None:
    """How long to wait after that many failed attempts; None when it is enough."""
    return PATIENCE[attempts - 1] if attempts <= len(PATIENCE) else None
