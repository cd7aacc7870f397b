"""After the first filing: amendments, assessments, closing and merging units (rules 20, 22, 24, 92, 97b)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from core.clock import days_in_year
from core.errors import Refused
from core.money import ceil_share
from procurement.rules.declaration import DeclarationState


class DeclarationKind(StrEnum):
    """A unit's filing, a change of it, or finance's assessment (核定) of a silent unit."""

    FILING = "filing"
    AMENDMENT = "amendment"
    ASSESSMENT = "assessment"


class Direction(StrEnum):
    """Which way a new version goes."""

    UP = "up"
    DOWN = "down"
    SAME = "same"


@dataclass(frozen=True)
class Figures:
    """The total and the reserves (scheme code → fen) of a version."""

    total_fen: int
    reserves: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Version:
    """A version of one unit and year, as far as being in force goes."""

    version_no: int
    kind: DeclarationKind
    state: DeclarationState
    figures: Figures


def direction(old: Figures, new: Figures) -> Direction:
    """Down when anything falls, up when nothing falls and something grows."""
    pairs = [(old.total_fen, new.total_fen)]
    pairs += [(old.reserves.get(c, 0), new.reserves.get(c, 0)) for c in old.reserves.keys() | new.reserves.keys()]
    if any(after < before for before, after in pairs):
        return Direction.DOWN
    return Direction.UP if any(after > before for before, after in pairs) else Direction.SAME


def check_amendment(
    old: Figures, new: Figures, on: date, *, reason: str, last_down: tuple[int, int] = (9, 30)
) -> Direction:
    """The direction of an amendment that may be submitted on `on`.

    Raises: Refused "amendment-changes-nothing", "amendment-down-needs-reason", "amendment-down-too-late" (after
    `last_down`, month and day, a setting).
    """
    way = direction(old, new)
    if way is Direction.SAME:
        raise Refused("amendment-changes-nothing")
    if way is Direction.DOWN and not reason.strip():
        raise Refused("amendment-down-needs-reason")
    if way is Direction.DOWN and (on.month, on.day) > last_down:
        raise Refused("amendment-down-too-late", last_down=date(on.year, *last_down))
    return way


def in_force(versions: Iterable[Version]) -> Version | None:
    """The version that counts. Confirmed filings before assessments; an upward amendment of the version in force
    already from its submission, finance confirms after (rule 97b). A submitted first filing is only provisional.
    """
    current: Version | None = None
    for version in sorted(versions, key=lambda v: v.version_no):
        if version.state is DeclarationState.CONFIRMED:
            own_stands = current is not None and current.kind is not DeclarationKind.ASSESSMENT
            if not (version.kind is DeclarationKind.ASSESSMENT and own_stands):
                current = version
        elif current is not None and _is_upward_amendment(current, version):
            current = version
    return current


def _is_upward_amendment(current: Version, version: Version) -> bool:
    waits = version.state in (DeclarationState.SUBMITTED, DeclarationState.REVIEWED)
    is_change = version.kind is DeclarationKind.AMENDMENT
    return waits and is_change and direction(current.figures, version.figures) is Direction.UP


def assess(*, last_actual_fen: int, last_declared_fen: int, min_bps: Mapping[str, int]) -> Figures:
    """What finance sets for a unit that files nothing: the larger of last year's actual and declaration (rule 92)."""
    total_fen = max(last_actual_fen, last_declared_fen)
    return Figures(total_fen, {code: ceil_share(total_fen, bp) for code, bp in min_bps.items()})


def closure_reserve(reserve_fen: int, last_day: date) -> int:
    """The reserve still required of a unit closed without successor after `last_day`, pro rata, rounded up (22)."""
    active = (last_day - date(last_day.year, 1, 1)).days + 1
    return -(-reserve_fen * active // days_in_year(last_day.year))


def merged(*filed: Figures) -> Figures:
    """A successor's figures: the sum of its predecessors' from the effective date (rule 22)."""
    codes = {code for figures in filed for code in figures.reserves}
    reserves = {code: sum(f.reserves.get(code, 0) for f in filed) for code in sorted(codes)}
    return Figures(sum(f.total_fen for f in filed), reserves)
