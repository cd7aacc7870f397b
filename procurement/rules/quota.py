"""A unit's duty in one year under one scheme, and what may be said about it (rules 4–6, 93, 99, 103)."""

from dataclasses import dataclass
from enum import StrEnum

from core.money import ceil_share, reaches, share_bp


class Verdict(StrEnum):
    """What a year, or the year so far, comes to (rule 103)."""

    MET = "met"  # 达标
    RESERVE_ONLY = "reserve_only"  # 完成预留但实占不足
    NOT_MET = "not_met"  # 未达标: only a finished year can say so
    EXCUSED = "excused"  # 未达标有因: an exception paper is filed
    OPEN = "open"  # 进行中: the year still runs and nothing is reached yet
    NO_DUTY = "no_duty"  # 不适用: nothing to take a share of, or no canteen


@dataclass(frozen=True)
class Share:
    """A share as a value: basis points, truncated; or why there is none.

    `missing_months` not empty: 不可计算(缺N个月). Else `bp` None: 不适用, there is nothing to take a share of.
    """

    bp: int | None
    missing_months: tuple[int, ...] = ()

    @property
    def computable(self) -> bool:
        """Whether `bp` may be shown as a number."""
        return self.bp is not None


@dataclass(frozen=True)
class Quota:
    """One unit's duty in one fiscal year under one scheme. Money in fen, shares in basis points.

    `declared_fen` is the total in force (or assessed), `reserve_fen` what of it is reserved, `spent_fen` the actual
    ingredient spending to date over all channels, `missing_months` the months without a spending statement.
    Source: city plan of 2023-08-03, point 8 (年度食堂食材采购额度,预留不低于10%).
    """

    declared_fen: int
    spent_fen: int
    min_bp: int
    completed_fen: int
    reserve_fen: int = 0
    missing_months: tuple[int, ...] = ()

    @property
    def base_fen(self) -> int:
        """What the share is taken of: the declared total, or real spending once that is larger (rule 93)."""
        return max(self.declared_fen, self.spent_fen)

    @property
    def due_fen(self) -> int:
        """The least the unit must buy. Rounded up: a duty is never shortened by rounding."""
        return ceil_share(self.base_fen, self.min_bp)

    @property
    def short_fen(self) -> int:
        """What is still missing to the duty, to the fen."""
        return max(0, self.due_fen - self.completed_fen)

    @property
    def duty_met(self) -> bool:
        """Completed against the legal minimum, exactly; `reserve_done` is another question."""
        return reaches(self.completed_fen, self.base_fen, self.min_bp)

    @property
    def reserve_done(self) -> bool:
        """Completed against the filed reserve, which may be higher or lower than the minimum."""
        return self.completed_fen >= self.reserve_fen

    @property
    def reserve_short_fen(self) -> int:
        """What is still missing to the filed reserve."""
        return max(0, self.reserve_fen - self.completed_fen)

    @property
    def reserve_share(self) -> Share:
        """Reserve ratio 预留比例: reserved ÷ declared."""
        return Share(share_bp(self.reserve_fen, self.declared_fen))

    @property
    def completion(self) -> Share:
        """Completion rate 完成率: completed ÷ reserved. 100 % only when it is all there."""
        return Share(share_bp(self.completed_fen, self.reserve_fen))

    @property
    def actual_share(self) -> Share:
        """Actual share 实际占比: completed ÷ actual spending; never a number while a month is missing (rule 99)."""
        if self.missing_months:
            return Share(None, self.missing_months)
        return Share(share_bp(self.completed_fen, self.spent_fen))

    def verdict(self, *, closed: bool, excused: bool = False, has_duty: bool = True) -> Verdict:
        """The verdict of a closed year, or so far. `excused`: an exception paper; `has_duty`: False without canteen.

        With months missing `due_fen` is only a lower bound: a "met" is then a "met so far" for the reader.
        """
        if not has_duty or self.base_fen == 0:
            return Verdict.NO_DUTY
        if self.duty_met:
            return Verdict.MET
        if self.reserve_fen and self.reserve_done:
            return Verdict.RESERVE_ONLY
        if not closed:
            return Verdict.OPEN
        return Verdict.EXCUSED if excused else Verdict.NOT_MET


@dataclass(frozen=True)
class Rated:
    """What ranking needs of one unit (rule 43). `reached_on` is the county day ordinal of 100 %, None if never."""

    code: str
    quota: Quota
    verdict: Verdict
    months_due: int
    reached_on: int | None

    @property
    def rank_key(self) -> tuple[int, int, int, int, str]:
        """Ascending = better first: verdict, actual share or capped completion, reserve, earlier 100 % day, code."""
        stated = self.months_due - len(self.quota.missing_months)
        if self.months_due and stated * 10 >= self.months_due * 9:
            share = share_bp(self.quota.completed_fen, self.quota.spent_fen) or 0
        else:
            share = min(self.quota.completion.bp or 0, 10_000)
        order = _VERDICT_ORDER.index(self.verdict)
        never = 10**7  # later than any ordinal of a day
        return (order, -share, -self.quota.reserve_fen, self.reached_on or never, self.code)


_VERDICT_ORDER = (
    Verdict.MET,
    Verdict.RESERVE_ONLY,
    Verdict.OPEN,
    Verdict.EXCUSED,
    Verdict.NOT_MET,
    Verdict.NO_DUTY,
)
