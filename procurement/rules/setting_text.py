"""Dated settings as finance writes them: one line of text each way, and nothing that the rules cannot read.

Kinds: a scheme's code, yes or no, a window of the year, county days, the gate's steps.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.errors import Refused
from procurement.rules.gate import Gate
from procurement.rules.scheme import SHIPPED

_MONTH_DAY = re.compile(r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
_SPLIT = re.compile(r"[\s,;，；、]+")


@dataclass(frozen=True)
class Kind:
    """How a setting is read from a line and shown in one."""

    name: str
    parse: Callable[[str], Any]
    show: Callable[[Any], str]


def _month_day(text: str) -> str:
    if not _MONTH_DAY.match(text):
        raise Refused("setting-month-day", text=text[:20])
    month, day = map(int, text.split("-"))
    try:
        date(2024, month, day)
    except ValueError:
        raise Refused("setting-month-day", text=text[:20]) from None
    return text


def _scheme(text: str) -> str:
    if text not in {scheme.code for scheme in SHIPPED}:
        raise Refused("setting-scheme", text=text[:20])
    return text


def _flag(text: str) -> bool:
    if text not in {"on", "off"}:
        raise Refused("setting-flag", text=text[:20])
    return text == "on"


def _window(text: str) -> dict[str, str]:
    parts = _SPLIT.split(text.strip())
    if len(parts) != 2:
        raise Refused("setting-window")
    opens, closes = map(_month_day, parts)
    if opens >= closes:
        raise Refused("setting-window")
    return {"opens": opens, "closes": closes}


def _days(text: str) -> list[str]:
    out = set()
    for part in filter(None, _SPLIT.split(text.strip())):
        try:
            out.add(date.fromisoformat(part).isoformat())
        except ValueError:
            raise Refused("day-unreadable") from None
    return sorted(out)


def _steps(text: str) -> list[dict[str, str]] | None:
    """`01-01 warn 07-01 reason 10-01 stop`; empty: as shipped."""
    parts = [part for part in _SPLIT.split(text.strip()) if part]
    if not parts:
        return None
    if len(parts) % 2:
        raise Refused("setting-steps")
    steps = []
    for begins, level in zip(parts[::2], parts[1::2], strict=True):
        if level not in set(Gate):
            raise Refused("setting-steps")
        steps.append({"from": _month_day(begins), "level": level})
    if [step["from"] for step in steps] != sorted({step["from"] for step in steps}):
        raise Refused("setting-steps")
    return steps


def _show_steps(value: list[dict[str, str]] | None) -> str:
    return " ".join(f"{step['from']} {step['level']}" for step in value or ())


SCHEME = Kind("scheme", _scheme, str)
FLAG = Kind("flag", _flag, lambda value: "on" if value else "off")
WINDOW = Kind("window", _window, lambda value: f"{value['opens']} {value['closes']}")
DAYS = Kind("days", _days, " ".join)
STEPS = Kind("steps", _steps, _show_steps)

EDITABLE: dict[str, Kind] = {
    "scheme.headline": SCHEME,
    "gate.headline": STEPS,
    "gate.any": STEPS,
    **{f"gate.{scheme.code}": STEPS for scheme in SHIPPED},
    "declaration.window": WINDOW,
    "listing.local": FLAG,
    "calendar.holidays": DAYS,
    "calendar.worked": DAYS,
}
"""The settings that finance's page offers, in its order."""
