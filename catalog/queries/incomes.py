"""Incomes as towns and county analyse them: half a year against the year before, the red list, targets.

Everything is computed from the versions that hold, for the households of the actor's scope; three statements or fewer
read them, the arithmetic is `catalog.rules.income`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.income import IncomeTarget
from catalog.models.supplier import Household
from catalog.queries import households
from catalog.queries.household_scope import places_of, scope, under
from catalog.queries.snapshots import Snapshot, current, tracked
from catalog.rules import income as rules
from catalog.rules.income import GrowthBand, Half, Income, IncomeKind, RedReason, TargetKind
from catalog.rules.quarter import Quarter
from catalog.rules.supplier import HouseholdCategory
from core import settings
from core.access.actor import Actor
from core.db import db
from core.places import queries as places
from core.places.models import PlaceLevel
from core.places.queries import PlaceName

Found = dict[tuple[int, Quarter], Snapshot]


@dataclass(frozen=True)
class Home:
    """A tracked household."""

    household_id: int
    code: str
    village_code: str
    category: HouseholdCategory
    members: int


def homes(who: Actor, place: str = "") -> list[Home]:
    """The actor's tracked households, of one place if given. One statement."""
    query = sa.select(
        Household.id, Household.code, Household.village_code, Household.category, Household.members
    ).where(scope(who), tracked())
    if place:
        query = query.where(under(place))
    return [Home(*row) for row in db.session.execute(query.order_by(Household.village_code, Household.code))]


def _of(who: Actor, place: str) -> sa.ColumnElement[bool]:
    return sa.and_(scope(who), tracked(), under(place)) if place else sa.and_(scope(who), tracked())


@dataclass(frozen=True)
class Total:
    """A household's income over several quarters, all of them there. `per_head_fen` by each quarter's members."""

    income: Income
    per_head_fen: int


def total(found: Found, household_id: int, quarters: Iterable[Quarter]) -> Total | None:
    """The sum over quarters; None while one is missing."""
    income, per_head = Income(), 0
    for quarter in quarters:
        one = found.get((household_id, quarter))
        if one is None:
            return None
        income, per_head = income + one.income, per_head + one.per_head_fen
    return Total(income, per_head)


@dataclass
class Group:
    """Households of a place in a half: medians in fen, how incomes moved. Only complete halves are taken."""

    code: str
    name: str
    households: int = 0
    per_heads: list[int] = field(default_factory=list)
    growths: list[int] = field(default_factory=list)
    bands: Counter[GrowthBand] = field(default_factory=Counter)
    income: Income = field(default_factory=Income)

    @property
    def complete(self) -> int:
        """Households with both quarters."""
        return len(self.per_heads)

    @property
    def median_fen(self) -> int | None:
        """Median of net income per head."""
        return rules.median(self.per_heads)

    @property
    def growth_bp(self) -> int | None:
        """Median of the households' own growth; None when nobody has a year before."""
        return rules.median(self.growths)

    def take(self, now: Total, last: Total | None) -> None:
        """Count a household in."""
        growth = rules.growth_bp(now.per_head_fen, last.per_head_fen if last else None)
        self.per_heads.append(now.per_head_fen)
        self.income = self.income + now.income
        self.bands[rules.band(growth)] += 1
        if growth is not None:
            self.growths.append(growth)

    def parts(self) -> list[tuple[IncomeKind, int]]:
        """The four incomes in fen."""
        return [(kind, self.income.of(kind)) for kind in IncomeKind]


@dataclass(frozen=True)
class Analysis:
    """Half a year: all together, and by town (county) or village (town)."""

    half: Half
    whole: Group
    groups: list[Group]


def analysis(who: Actor, half: Half, place: str = "") -> Analysis:
    """Half a year of the actor's households against the year before. Three statements."""
    quarters = [*half.quarters, *half.last_year.quarters]
    found = current(quarters, of=_of(who, place))
    prefixes = places_of(who)
    length = 12 if place or prefixes else 9
    groups: dict[str, Group] = {}
    whole = Group("", "")
    for home in homes(who, place):
        group = groups.setdefault(home.village_code[:length], Group(home.village_code[:length], ""))
        now = total(found, home.household_id, half.quarters)
        for one in (whole, group):
            one.households += 1
            if now is not None:
                one.take(now, total(found, home.household_id, half.last_year.quarters))
    names = places.names(set(groups))
    for code, group in groups.items():
        group.name = _named(names.get(code), code)
    return Analysis(half, whole, [groups[code] for code in sorted(groups)])


def _named(place: PlaceName | None, code: str) -> str:
    if place is None:
        return code
    return place.name if len(code) == 9 else place.full


@dataclass(frozen=True)
class RedLine:
    """A household to look after: why, what it earned in four quarters and in the last one against a year before."""

    home: Home
    village: str
    head: str
    reasons: tuple[RedReason, ...]
    year_per_head_fen: int | None
    quarter_per_head_fen: int | None
    growth_bp: int | None


def red_list(who: Actor, quarter: Quarter, place: str = "") -> list[RedLine]:
    """Households below the line over the four quarters up to `quarter`, or fallen in it; the poorest first.

    The line and the fall are those that hold on the quarter's last day. Five statements.
    """
    line = int(settings.value("income.low_line_fen", on=quarter.last_day))
    fall = int(settings.value("income.fall_bp", on=quarter.last_day))
    found = current([*rules.four_up_to(quarter), quarter.plus(-4)], of=_of(who, place))
    lines = []
    for home in homes(who, place):
        year = total(found, home.household_id, rules.four_up_to(quarter))
        now, last = found.get((home.household_id, quarter)), found.get((home.household_id, quarter.plus(-4)))
        growth = rules.growth_bp(now.per_head_fen, last.per_head_fen if last else None) if now else None
        reasons = rules.red_reasons(year.per_head_fen if year else None, growth, line_fen=line, fall_bp=fall)
        if reasons:
            year_fen, now_fen = year.per_head_fen if year else None, now.per_head_fen if now else None
            lines.append(RedLine(home, "", "", reasons, year_fen, now_fen, growth))
    lines.sort(key=lambda one: (one.year_per_head_fen is None, one.year_per_head_fen or 0, one.home.code))
    return lines


def named(lines: Sequence[RedLine]) -> list[RedLine]:
    """The same lines with village and masked head: for the page that is shown. Two statements."""
    heads = households.masked_heads([one.home.household_id for one in lines])
    names = places.names({one.home.village_code for one in lines})
    return [
        RedLine(
            one.home, _named(names.get(one.home.village_code), one.home.village_code),
            heads.get(one.home.household_id, ""), one.reasons, one.year_per_head_fen, one.quarter_per_head_fen,
            one.growth_bp,
        )
        for one in lines
    ]  # fmt: skip


# --- targets -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TargetLine:
    """A town's target and how far it is; `done` None while nothing can be said. Fen or households, by the kind."""

    town_code: str
    town: str
    kind: TargetKind
    target: int | None
    done: int | None
    of: int

    @property
    def gap(self) -> int | None:
        """What is missing; 0 when reached."""
        return None if self.target is None or self.done is None else max(0, self.target - self.done)

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.gap == 0


def targets(who: Actor, year: int, on: date) -> list[TargetLine]:
    """Each town of the actor with both targets of a year. Done counts the year's quarters entered up to `on`, four of
    them together with the year before's where the year is still running. Five statements.
    """
    newest = min(Quarter(year, 4), rules.due(on))
    quarters = rules.four_up_to(newest)
    before = rules.four_up_to(Quarter(year - 1, 4))
    line = int(settings.value("income.low_line_fen", on=Quarter(year, 4).last_day))
    found = current({newest.plus(-4), *quarters, *before}, of=_of(who, ""))
    set_for = _targets(year)
    towns = _towns(who)
    by_town: dict[str, list[Home]] = defaultdict(list)
    for home in homes(who):
        by_town[home.village_code[:9]].append(home)
    lines = []
    for town in towns:
        mine = by_town[town.code]
        now = {h.household_id: t.per_head_fen for h in mine if (t := _newest_year(found, h, newest))}
        was = {h.household_id: t.per_head_fen for h in mine if (t := total(found, h.household_id, before))}
        under_line = [key for key, value in was.items() if value < line]
        lifted = sum(now.get(key, 0) >= line for key in under_line)
        for kind, done, of in (
            (TargetKind.PER_HEAD, rules.median(list(now.values())), len(now)),
            (TargetKind.LIFTED, lifted, len(under_line)),
        ):
            lines.append(TargetLine(town.code, town.name, kind, set_for.get((town.code, kind)), done, of))
    return lines


def _newest_year(found: Found, home: Home, newest: Quarter) -> Total | None:
    """Four quarters up to the newest that is entered, or up to the one before it."""
    for quarter in (newest, newest.plus(-1)):
        year = total(found, home.household_id, rules.four_up_to(quarter))
        if year is not None:
            return year
    return None


def _targets(year: int) -> dict[tuple[str, TargetKind], int]:
    rows = db.session.execute(
        sa.select(IncomeTarget.town_code, IncomeTarget.kind, IncomeTarget.target)
        .ext(distinct_on(IncomeTarget.town_code, IncomeTarget.kind))
        .where(IncomeTarget.year == year)
        .order_by(IncomeTarget.town_code, IncomeTarget.kind, IncomeTarget.version_no.desc())
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _towns(who: Actor) -> list[PlaceName]:
    prefixes = places_of(who)
    found = places.listed(PlaceLevel.TOWN)
    return [town for town in found if prefixes is None or any(p.startswith(town.code) for p in prefixes)]
