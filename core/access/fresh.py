"""Whether somebody who acts has just shown to be who the session says: for numbers in the open (ASVS 7.5.3)."""

from datetime import datetime, timedelta

MINUTES = 10


def is_fresh(proved_at: datetime | None, now: datetime, *, minutes: int = MINUTES) -> bool:
    """Whether the password was typed within the last `minutes`; a proof from the future is none."""
    return proved_at is not None and timedelta(0) <= now - proved_at < timedelta(minutes=minutes)
