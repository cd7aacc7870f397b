"""The linkage score: who demonstrably brings households income, fair between sizes and hard to make up (4.2).

Window: the last four full quarters. For each supplier

    b_h  verified net benefit to household h (`rules.benefit.net_fen`), each at most 20 000 yuan in `D`
    D    Σ min(b_h, cap)            depth
    I    D ÷ revenue, at most 1     pass-through; without revenue 0
    H    households with b_h ≥ 500 yuan
    S    quarters with a verified payment ÷ 4

    score = 100 · (0.35·P(I) + 0.30·P(ln(1+D)) + 0.20·P(ln(1+H)) + 0.15·S)

P is the percentile rank inside the size class: (how many are lower + half of those equal, oneself included) ÷ all;
nothing ranks as nothing: P(0) = 0. A logarithm keeps order, so P(ln(1+x)) is P(x) exactly; it is only shown.
Everything is integer or Fraction; the one rounding is at the end, half up to a hundredth of a point.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from fractions import Fraction

from catalog.rules.quarter import Quarter
from catalog.rules.supplier import EntityType
from core.money import half_up

WINDOW = 4
CAP_FEN = 20_000_00
HELPED_FEN = 500_00
PREFERRED_HOUSEHOLDS, PREFERRED_DEPTH_FEN = 5, 1_000_00
PROVISIONAL_AGREEMENTS, PROVISIONAL_MONTHS = 5, 6
SETTLE_DAYS = 10
FALSE_QUARTERS = 4
WEIGHTS = {"pass_through": 35, "depth": 30, "breadth": 20, "steadiness": 15}
_CONTEXT = Context(prec=28, rounding=ROUND_HALF_UP)


class SizeClass(StrEnum):
    """Suppliers are compared with their like only."""

    COOPERATIVE = "cooperative"
    SMALL_FIRM = "small_firm"
    LARGE_FIRM = "large_firm"


def size_class(entity_type: EntityType, revenue_fen: int, large_from_fen: int) -> SizeClass:
    """Co-operatives, family farms and village bodies; firms and traders by the window's revenue."""
    if entity_type not in (EntityType.FIRM, EntityType.TRADER):
        return SizeClass.COOPERATIVE
    return SizeClass.LARGE_FIRM if revenue_fen >= large_from_fen else SizeClass.SMALL_FIRM


def window(quarter: Quarter) -> list[Quarter]:
    """The four quarters that end with `quarter`, the oldest first."""
    return [quarter.plus(step) for step in range(1 - WINDOW, 1)]


def settled_quarter(on: date) -> Quarter:
    """The last quarter whose claims have had ten days to come in: on 11 October it is the third (rule 69)."""
    return Quarter.of(date.fromordinal(on.toordinal() - SETTLE_DAYS)).plus(-1)


def struck_until(found_on: date) -> Quarter:
    """The last window quarter a false claim found on the day sets to 0: the rest of this quarter and four whole ones
    are shown as 0, and what is shown in a quarter is the window that ended before it."""
    return Quarter.of(found_on).plus(FALSE_QUARTERS - 1)


@dataclass(frozen=True)
class Payment:
    """What counts of one claim: `net_fen` after margin and factor; 0 where something forbids it."""

    household_id: int
    quarter: Quarter
    net_fen: int


@dataclass(frozen=True)
class Facts:
    """What is known of one supplier for a window. `code` is the last tie-breaker."""

    supplier_id: int
    code: str
    entity: SizeClass
    admitted_on: date
    revenue_fen: int
    payments: tuple[Payment, ...] = ()
    signed_households: int = 0
    is_struck: bool = False


@dataclass(frozen=True)
class Rank:
    """A percentile rank with what it was counted from: `below` and `equal` (with oneself) of `of`."""

    below: int
    equal: int
    of: int
    share: Fraction

    @property
    def bp(self) -> int:
        """For show, in basis points, half up."""
        return half_up(self.share.numerator * 10_000, self.share.denominator)


@dataclass(frozen=True)
class Measures:
    """The four numbers of a supplier before they are compared. `per_household` {id: (net, capped)} in fen."""

    depth_fen: int
    pass_through: Fraction
    households: int
    quarters: int
    per_household: Mapping[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scored:
    """A supplier's result. `score` in hundredths of a point, `place` among all from 1."""

    facts: Facts
    measures: Measures
    ranks: Mapping[str, Rank]
    score: int
    is_preferred: bool
    is_provisional: bool
    place: int = 0

    def points(self) -> dict[str, int]:
        """What each component gives, in hundredths of a point, for show; each half up, the score is their exact sum."""
        parts = {name: rank.share for name, rank in self.ranks.items()}
        parts["steadiness"] = Fraction(self.measures.quarters, WINDOW)
        exact = {name: share * WEIGHTS[name] * 100 for name, share in parts.items()}
        return {name: half_up(value.numerator, value.denominator) for name, value in exact.items()}


RANKED: dict[str, Callable[[Measures], Fraction | int]] = {
    "pass_through": lambda m: m.pass_through,
    "depth": lambda m: m.depth_fen,
    "breadth": lambda m: m.households,
}
"""The components that are compared inside the size class; steadiness is taken as it is."""


def measure(facts: Facts) -> Measures:
    """Add up a supplier's payments."""
    net: dict[int, int] = {}
    for payment in facts.payments:
        net[payment.household_id] = net.get(payment.household_id, 0) + payment.net_fen
    capped = {household: min(fen, CAP_FEN) for household, fen in net.items()}
    depth = sum(capped.values())
    share = Fraction(depth, facts.revenue_fen) if facts.revenue_fen > 0 else Fraction(0)
    return Measures(
        depth_fen=depth,
        pass_through=min(share, Fraction(1)),
        households=sum(fen >= HELPED_FEN for fen in net.values()),
        quarters=len({payment.quarter for payment in facts.payments if payment.net_fen > 0}),
        per_household={household: (net[household], capped[household]) for household in sorted(net)},
    )


def percentile(value: Fraction | int, among: Sequence[Fraction | int]) -> Rank:
    """The rank of a value that is one of `among`, which is sorted."""
    below = bisect_left(among, value)
    equal = bisect_right(among, value) - below
    share = Fraction(2 * below + equal, 2 * len(among)) if value > 0 else Fraction(0)
    return Rank(below, equal, len(among), share)


def ln_1p(value: Decimal | int) -> Decimal:
    """ln(1 + value) to four places, half up, in a context of its own: the same on every machine."""
    return (_CONTEXT.ln(_CONTEXT.add(Decimal(1), Decimal(value)))).quantize(Decimal("0.0001"), context=_CONTEXT)


def is_preferred(measures: Measures) -> bool:
    """H ≥ 5 and D ÷ H ≥ 1 000 yuan."""
    many = measures.households >= PREFERRED_HOUSEHOLDS
    return many and measures.depth_fen >= measures.households * PREFERRED_DEPTH_FEN


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    after = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date.fromordinal(min(date(year, month + 1, 1).toordinal() + day.day, after.toordinal()) - 1)


def is_provisional(facts: Facts, measures: Measures, on: date) -> bool:
    """Admitted less than six months ago, five households signed, and not over the threshold yet."""
    is_new = on < months_later(facts.admitted_on, PROVISIONAL_MONTHS)
    signed = facts.signed_households >= PROVISIONAL_AGREEMENTS
    return is_new and signed and not is_preferred(measures) and not facts.is_struck


def compute(suppliers: Iterable[Facts], *, on: date) -> list[Scored]:
    """Everybody's score, the best first. `on` decides who is still new."""
    known = [(facts, measure(facts)) for facts in suppliers]
    columns = {entity: _columns([m for facts, m in known if facts.entity is entity]) for entity in SizeClass}
    scored = [_one(facts, measures, columns[facts.entity], on) for facts, measures in known]
    scored.sort(key=lambda s: (-s.score, -s.measures.households, s.facts.admitted_on, s.facts.code))
    return [
        Scored(s.facts, s.measures, s.ranks, s.score, s.is_preferred, s.is_provisional, place)
        for place, s in enumerate(scored, start=1)
    ]


def _columns(like: Sequence[Measures]) -> dict[str, list[Fraction | int]]:
    """The values of a size class by component, sorted."""
    return {name: sorted(of(m) for m in like) for name, of in RANKED.items()}


def _one(facts: Facts, measures: Measures, columns: Mapping[str, list[Fraction | int]], on: date) -> Scored:
    ranks = {name: percentile(of(measures), columns[name]) for name, of in RANKED.items()}
    exact = sum((rank.share * WEIGHTS[name] for name, rank in ranks.items()), Fraction(0))
    exact += Fraction(measures.quarters, WINDOW) * WEIGHTS["steadiness"]
    score = 0 if facts.is_struck else half_up(exact.numerator * 100, exact.denominator)
    preferred = is_preferred(measures) and not facts.is_struck
    return Scored(facts, measures, ranks, score, preferred, is_provisional(facts, measures, on))
