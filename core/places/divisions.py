"""Divisions of the whole country by code, for addresses and freight: provinces, prefectures, counties, and the towns
of our own county behind them. Names repeat, codes do not; a code covers every code that it begins.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import Refused

_FILE = Path(__file__).parents[2] / "data" / "divisions.tsv"
_OWN = _FILE.with_name("linjiang-divisions.csv")
LEVELS = ("province", "city", "county", "town")


@cache
def _names() -> dict[str, str]:
    rows = (line.split("\t") for line in _FILE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {code: name for code, name in rows}  # noqa: C416 - a list of two is no pair to mypy


def stem(code: str) -> str:
    """What codes inside begin with: 220000 → 22, 220600 → 2206, 220681 and towns are their own."""
    if len(code) != 6:
        return code
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def covers(code: str, inner: str) -> bool:
    """Whether `inner` lies in the division `code`, or is it."""
    return inner.startswith(stem(code))


@dataclass(frozen=True)
class Step:
    """One level of the picker: what may be chosen, and what is."""

    level: str
    options: tuple[tuple[str, str], ...]
    chosen: str


def steps(code: str) -> list[Step]:
    """The picker for a code, complete or not ("" begins): each level down to the first that is still open."""
    names = _names()
    found = [Step("province", _under("", names), _part(code, 2, names))]
    if found[0].chosen:
        found.append(Step("city", _under(found[0].chosen, names), _part(code, 4, names)))
        if found[1].chosen:
            found.append(Step("county", _under(found[1].chosen, names), code[:6] if code[:6] in names else ""))
            towns = _towns(code[:6]) if not code[:6].endswith("00") else ()
            if towns:
                found.append(Step("town", towns, code if len(code) == 9 and code in dict(towns) else ""))
    return [_narrowed(step) for step in found]


def is_complete(code: str) -> bool:
    """Whether goods can be sent there: a county, where ours is meant a town."""
    found = steps(code)
    return len(found) >= 3 and all(step.chosen for step in found)


def full_name(code: str) -> str:
    """As it is printed: 吉林省白山市临江市花山镇. A level that repeats its parent's name is said once."""
    names, parts = _names(), []
    for part in (code[:2] + "0000", code[:4] + "00", code[:6]):
        name = names.get(part, "")
        if name and name not in parts:
            parts.append(name)
    if len(code) == 9:
        parts.append(dict(_towns(code[:6])).get(code, ""))
    return "".join(parts)


def require(code: str) -> str:
    """The code, if it is a whole one. Raises: Refused "region-incomplete"."""
    if not is_complete(code):
        raise Refused("region-incomplete")
    return code


def _part(code: str, digits: int, names: dict[str, str]) -> str:
    whole = code[:digits].ljust(6, "0")
    return whole if len(code) >= digits and whole in names and int(code[:digits] or 0) else ""


def _under(parent: str, names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    if not parent:
        return tuple((code, name) for code, name in names.items() if code.endswith("0000"))
    inside = stem(parent)
    end = "00" if len(inside) == 2 else ""
    return tuple(
        (code, name)
        for code, name in names.items()
        if code != parent and code.startswith(inside) and code.endswith(end) and (end or not code.endswith("00"))
    )


def _towns(county: str) -> tuple[tuple[str, str], ...]:
    return _own_towns() if county == _own_towns()[0][0][:6] else ()


@cache
def _own_towns() -> tuple[tuple[str, str], ...]:
    with _OWN.open(encoding="utf-8", newline="") as rows:
        return tuple((row["code"], row["name"]) for row in csv.DictReader(rows) if row["level"] == "town")


def _narrowed(step: Step) -> Step:
    chosen = step.chosen if step.chosen in dict(step.options) else ""
    return Step(step.level, step.options, chosen)
