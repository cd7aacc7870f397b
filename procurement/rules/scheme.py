"""Quota schemes (采购口径): which purchases count toward which duty, as dated versions (rules 9–11).

No rate and no switch is hard-coded elsewhere: a unit's year is judged by the version that `judging` picks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Channel(StrEnum):
    """Where goods were bought. Channels are disjoint, so one purchase never counts in N and in L."""

    P832 = "p832"  # the national 832 platform
    COUNTY = "county"  # this platform
    OFFLINE = "offline"  # bought in the field, with full evidence (rule 38)
    ORDINARY = "ordinary"  # any other vendor: spending, never a count


class FundSource(StrEnum):
    """Whose money it was (rule 35)."""

    CANTEEN = "canteen"
    UNION = "union"
    PERSONAL = "personal"


class GoodsRule(StrEnum):
    """Which goods may count."""

    ANY = "any"  # whatever the channel sells
    INGREDIENT_EXITED = "ingredient_exited"  # ingredients from an exited village or household


class CountBasis(StrEnum):
    """From which step on a purchase counts."""

    COMPLETED = "completed"  # accepted and paid
    ACCEPTED = "accepted"


class VoucherMoment(StrEnum):
    """When a voucher purchase counts (rule 34)."""

    SETTLED = "settled"
    REDEEMED = "redeemed"


class Approver(StrEnum):
    """Who may allow a lower ratio (rule 17)."""

    MINISTRY = "ministry"  # Ministry of Finance
    CITY = "city"  # city government
    BUREAU = "bureau"  # finance bureau of the city


@dataclass(frozen=True)
class SchemeTerms:
    """One version of one scheme: every switch of rules 9–11.

    `combines` names the schemes whose canteen records are taken together, each record once, by their own terms; the
    scheme then has a rate and validity of its own and leaves goods, channels and freight to them.
    """

    code: str
    min_bp: int
    valid_from: date
    valid_to: date | None = None
    label: str = ""  # key of the name on the surface; the code where empty
    channels: frozenset[Channel] = frozenset()
    goods: GoodsRule = GoodsRule.ANY
    union_counts: bool = False
    personal_counts: bool = False
    freight_counts: bool = False
    basis: CountBasis = CountBasis.COMPLETED
    vouchers: VoucherMoment = VoucherMoment.SETTLED
    exception_by: frozenset[Approver] = frozenset()
    no_decrease: bool = False  # a reserve below last year's is refused, not only warned of (rule 19)
    carries_over: bool = False  # a shortfall is added to the next year (rule 104)
    applies_at_once: bool = False
    combines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.min_bp <= 10_000:
            raise ValueError("a share lies between 0 and 10000 basis points")
        if not self.combines and not self.channels:
            raise ValueError("a scheme has channels of its own or combines others")

    def holds_on(self, on: date) -> bool:
        """Whether this version is valid on a day, both ends inclusive."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def counts_fund(self, fund: FundSource) -> bool:
        """Whether money of this source counts (rules 10, 35)."""
        match fund:
            case FundSource.CANTEEN:
                return True
            case FundSource.UNION:
                return self.union_counts
            case FundSource.PERSONAL:
                return self.personal_counts


def judging(versions: Iterable[SchemeTerms], year: int, on: date | None = None) -> SchemeTerms | None:
    """The version of one scheme that judges a year (rule 9), as known on a day of it (default: its last).

    It is the one valid on 1 January; a version starting later in the year only if it applies at once, from its day,
    and then for the rest of the year. None: the scheme does not exist for that year yet, or no longer.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    on = min(on or last, last)
    judge = None
    for version in sorted(versions, key=lambda v: v.valid_from):
        if version.holds_on(first) or (version.applies_at_once and first < version.valid_from <= on):
            judge = version
    return judge


SHIPPED_FROM = date(2021, 1, 1)  # the reserve exists since 财库〔2021〕19号

NATIONAL = SchemeTerms(
    code="N",
    min_bp=1000,
    valid_from=SHIPPED_FROM,
    channels=frozenset({Channel.P832}),
    union_counts=True,
    personal_counts=True,
    freight_counts=True,
    exception_by=frozenset({Approver.MINISTRY}),
)
"""全国口径: bought on the 832 platform, the paid amount as it stands there (rule 10)."""

LOCAL = SchemeTerms(
    code="L",
    min_bp=1000,
    valid_from=SHIPPED_FROM,
    channels=frozenset({Channel.COUNTY, Channel.OFFLINE}),
    goods=GoodsRule.INGREDIENT_EXITED,
    vouchers=VoucherMoment.REDEEMED,
    exception_by=frozenset({Approver.CITY, Approver.BUREAU}),
)
"""本市口径: ingredients of exited villages and households, city plan of 2023-08-03, point 8 (rule 10)."""

COMBINED = SchemeTerms(
    code="C",
    min_bp=1000,
    valid_from=SHIPPED_FROM,
    exception_by=frozenset({Approver.CITY, Approver.BUREAU}),
    combines=("N", "L"),
)
"""合并口径: canteen-funded records of N or L, each once (rule 11)."""

SHIPPED = (NATIONAL, LOCAL, COMBINED)
HEADLINE = "L"  # 主口径, until a dated setting says otherwise
