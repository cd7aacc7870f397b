"""Chinese sentences and labels, kept on the surface in `templates/text/*.toml` and looked up by code.

The inner rooms speak in codes and facts (`Refused("delivery-already-accepted", order_no=…)`,
`ListingState.LISTED`); here they become sentences. A placeholder's suffix gives its form:
`{x_fen}` ¥1,234.50, `{x_g}` 1.5kg, `{x_bp}` 9.99% (truncated), `{x_on}` a day, `{x_at}` a moment.
"""

import string
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from core import clock, money
from core.clock import COUNTY

TEXTS = Path(__file__).resolve().parent.parent / "templates" / "text"


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    """{section: {code: sentence}}; a code given twice is an error, found at the first look."""
    merged: dict[str, dict[str, str]] = {}
    for path in sorted(TEXTS.glob("*.toml")):
        for section, entries in _flat(tomllib.loads(path.read_text(encoding="utf-8"))).items():
            known = merged.setdefault(section, {})
            if twice := known.keys() & entries.keys():
                raise ValueError(f"{path.name}: [{section}] {sorted(twice)} given twice")
            known.update(entries)
    return merged


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, dict[str, str]]:
    out: dict[str, dict[str, str]] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            out.update(_flat(value, f"{prefix}{key}."))
        else:
            out.setdefault(prefix.rstrip("."), {})[key] = value
    return out


def weight(grams: int) -> str:
    """500 → 500g, 101750 → 101.75kg: exact, no trailing zeros."""
    if abs(grams) < 1000:
        return f"{grams}g"
    whole, rest = divmod(abs(grams), 1000)
    tail = f".{rest:03d}".rstrip("0") if rest else ""
    return f"{'-' if grams < 0 else ''}{whole}{tail}kg"


class _Formatter(string.Formatter):
    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        value = kwargs.get(str(key))
        return "—" if value is None else show(str(key), value)


def show(name: str, value: object) -> str:
    """A fact as text, by the unit its name carries."""
    if isinstance(value, Enum):
        return label(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        if name.endswith("_fen"):
            return "¥" + money.yuan(value)
        if name.endswith("_g"):
            return weight(value)
        if name.endswith("_bp"):
            return money.percent_text(value)
    if isinstance(value, datetime):
        return value.astimezone(COUNTY).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def sentence(section: str, code: str, /, **facts: object) -> str:
    """The sentence of `code`; the code itself when nobody wrote one (a house test forbids that)."""
    pattern = _catalogue().get(section, {}).get(code)
    return code if pattern is None else _Formatter().vformat(pattern, (), facts)


def known(section: str) -> frozenset[str]:
    """The codes a section has a sentence for."""
    return frozenset(_catalogue().get(section, {}))


def label(value: Enum | str | None, kind: str | None = None) -> str:
    """The Chinese word of an enum member, from `[label.<EnumName>]`."""
    if value is None:
        return ""
    section = kind or (type(value).__name__ if isinstance(value, Enum) else "")
    code = str(value.value) if isinstance(value, Enum) else value
    return _catalogue().get(f"label.{section}", {}).get(code, code)


def day_word(at: datetime) -> str:
    """今天 06:42 for today, else the whole date and time, in county time."""
    local = at.astimezone(COUNTY)
    return local.strftime("今天 %H:%M") if local.date() == clock.today() else local.strftime("%Y-%m-%d %H:%M")
