"""What finance's pages read from the address: a year, a month, a filter. Nonsense falls back to the default."""

from flask import request

from core import clock
from core.access.rights import Right
from core.web.forms import clean
from procurement.queries.figures import SORTS, Filter

FIRST_YEAR = 2021
EVIDENCE = Right.AUDIT


def year() -> int:
    """`?year=`: this year unless another known one is asked for."""
    return _number("year", FIRST_YEAR, clock.today().year + 1, clock.today().year)


def chosen_filter() -> Filter:
    """The filter in the address, so that it can be shared and Back works."""
    args = request.args
    sort = args.get("sort", "")
    return Filter(
        text=clean(args.get("q"))[:40],
        system=clean(args.get("system"))[:20],
        verdict=args.get("verdict", "")[:20],
        pace=args.get("pace", "")[:20],
        filing=args.get("filing", "")[:20],
        through=_number("through", 1, 12, 12),
        scheme=args.get("scheme", "")[:4],
        sort=sort if sort in SORTS else "rank",
        descending=args.get("dir") == "desc",
    )


def in_address(by: Filter, year_: int, **other: object) -> dict[str, object]:
    """The filter as address arguments, `other` put over it; empty ones are left out."""
    said: dict[str, object] = {
        "year": year_,
        "q": by.text,
        "system": by.system,
        "verdict": by.verdict,
        "pace": by.pace,
        "filing": by.filing,
        "through": by.through if by.through < 12 else None,
        "scheme": by.scheme,
        "sort": by.sort if by.sort != "rank" else None,
        "dir": "desc" if by.descending else None,
    }
    return {key: value for key, value in (said | other).items() if value not in ("", None)}


def _number(name: str, least: int, most: int, default: int) -> int:
    typed = request.args.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and least <= int(typed[:6]) <= most else default
