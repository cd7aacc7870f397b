"""Alipay's texts as our values: yuan with two decimals, stamps in GMT+8. None for anything else."""

import re
from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
_YUAN = re.compile(r"(-?)([0-9]{1,11})\.([0-9]{2})")
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})(?:\.\d{1,6})?", re.ASCII)


def fen(text: object) -> int | None:
    found = _YUAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    size = int(found[2]) * 100 + int(found[3])
    return -size if found[1] else size


def instant(text: object) -> datetime | None:
    """An aware UTC instant; fractions of a second are dropped."""
    found = _STAMP.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA).astimezone(UTC)
    except ValueError:
        return None
