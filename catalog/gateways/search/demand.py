"""Counting visitors of a word in Valkey, in sketches that hold no visitor: HyperLogLog of a hash with a day's salt."""

import hashlib
import secrets
from datetime import date
from functools import lru_cache

import redis
import structlog

KEEP_SECONDS = 3 * 24 * 3600
log = structlog.get_logger()


@lru_cache(maxsize=4)
def _connection(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=0.2, socket_timeout=0.2)


def note(url: str, on: date, words: list[str], visitor: str) -> None:
    """Count a visitor for words of a day. Without Valkey nothing is counted; nobody waits for it."""
    if not url or not words:
        return
    try:
        with _connection(url).pipeline(transaction=False) as pipe:
            salt = _salt(url, on)
            who = hashlib.blake2b(visitor.encode(), key=salt, digest_size=16).digest()
            for word in words:
                pipe.pfadd(f"search:{on}:{word}", who)
                pipe.expire(f"search:{on}:{word}", KEEP_SECONDS)
            pipe.sadd(f"search:{on}", *words)
            pipe.expire(f"search:{on}", KEEP_SECONDS)
            pipe.execute()
    except redis.RedisError as error:
        log.warning("search not counted", error=type(error).__name__)


def _salt(url: str, on: date) -> bytes:
    """A secret of the day, forgotten after three: nobody can ask later whether a known visitor is in a sketch."""
    connection, key = _connection(url), f"search:{on}:salt"
    connection.set(key, secrets.token_bytes(32), nx=True, ex=KEEP_SECONDS)
    return bytes(connection.get(key) or b"")  # type: ignore[arg-type]


def counted(url: str, on: date) -> dict[str, int]:
    """Visitors by word of a day; empty without Valkey."""
    if not url:
        return {}
    try:
        connection = _connection(url)
        words = sorted(word.decode() for word in connection.smembers(f"search:{on}"))  # type: ignore[union-attr]
        return {word: int(connection.pfcount(f"search:{on}:{word}")) for word in words}  # type: ignore[arg-type]
    except redis.RedisError as error:
        log.warning("search demand not read", error=type(error).__name__)
        return {}
