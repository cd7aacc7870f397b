"""Whether a purchased line counts under a scheme, how much of it, and if not, why (rules 25, 32–35, 38–40, 55)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from procurement.rules.scheme import Channel, FundSource, GoodsRule, SchemeTerms, VoucherMoment


class Reason(StrEnum):
    """Why a line does not count. Kept with the line and shown."""

    VOID = "void"
    UNIT_INACTIVE = "unit_inactive"
    CHANNEL = "channel"
    FUND = "fund"
    FREIGHT = "freight"
    NOT_INGREDIENT = "not_ingredient"
    ORIGIN = "origin"
    CERTIFICATE_WAIVED = "certificate_waived"  # accepted without its 合格证 by override (rule 55)
    EVIDENCE_PENDING = "evidence_pending"  # 待补证据
    EVIDENCE_LAPSED = "evidence_lapsed"
    VOUCHER_UNREDEEMED = "voucher_unredeemed"
    NOTHING_ACCEPTED = "nothing_accepted"


class Evidence(StrEnum):
    """What an offline direct purchase (田间直采) must bring, all of it (rule 38)."""

    LISTED_SELLER = "listed_seller"  # registered supplier or listed household aggregator
    DELIVERY_NOTE = "delivery_note"
    TWO_PERSON_ACCEPTANCE = "two_person_acceptance"
    BANK_PAYMENT = "bank_payment"
    INVOICE = "invoice"  # or 收购/代开 voucher


_EVIDENCE_DAYS = timedelta(days=60)


@dataclass(frozen=True)
class Portion:
    """A part of a whole, kept as two integers so that an amount is floored to fen once."""

    eligible: int
    whole: int

    def of(self, amount_fen: int) -> int:
        """The eligible part of a non-negative amount, floor to fen; never more than the amount, 0 of nothing."""
        if self.whole <= 0 or self.eligible <= 0:
            return 0
        return amount_fen * min(self.eligible, self.whole) // self.whole

    @property
    def is_nothing(self) -> bool:
        """Whether no amount has an eligible part."""
        return self.of(self.whole) == 0


ALL = Portion(1, 1)
NONE = Portion(0, 1)


def origin_portion(*, village_exited: bool, eligible_g: int = 0, sold_g: int = 0) -> Portion:
    """What part of a lot is of eligible origin, by the categories of the supply day (rules 39, 40).

    Village route: the lot's origin village is exited, then the whole lot. Household route: mass balance of the
    quarter, eligible grams bought from households ÷ grams sold of the product.
    """
    return ALL if village_exited else Portion(eligible_g, sold_g)


@dataclass(frozen=True)
class Line:
    """One line as it was accepted (or is planned): an acceptance line, a freight line, or a whole 832 order.

    Amounts are tax-inclusive fen, net of discounts, without platform subsidy (rules 30, 31).
    """

    channel: Channel
    fund: FundSource
    goods_fen: int
    freight_fen: int = 0
    is_ingredient: bool = True
    origin: Portion = NONE
    accepted_on: date | None = None
    evidence: frozenset[Evidence] = frozenset()
    is_void: bool = False
    unit_active: bool = True
    certificate_waived: bool = False
    is_voucher: bool = False
    redeemed_on: date | None = None


@dataclass(frozen=True)
class Judgement:
    """Counts as far as `portion` goes, up to `countable_fen` once paid; or does not, for a reason."""

    reason: Reason | None
    portion: Portion = NONE
    countable_fen: int = 0

    @property
    def fits(self) -> bool:
        """Whether the line counts once it is paid."""
        return self.reason is None


_NO_MEMBERS: Mapping[str, SchemeTerms] = MappingProxyType({})


def fit(line: Line, terms: SchemeTerms, members: Mapping[str, SchemeTerms] = _NO_MEMBERS) -> Reason | None:
    """Why the goods do not fit a scheme, None when they do: all that is known before acceptance (rule 95).

    `members`: the judging versions of the schemes that `terms.combines` names.
    """
    own = _own_terms(line, terms, members)
    if own is None or line.channel not in own.channels:
        return Reason.CHANNEL
    if not own.counts_fund(line.fund):
        return Reason.FUND
    if line.goods_fen <= 0 < line.freight_fen and not own.freight_counts:
        return Reason.FREIGHT
    if own.goods is GoodsRule.INGREDIENT_EXITED and line.goods_fen > 0:
        if not line.is_ingredient:
            return Reason.NOT_INGREDIENT
        if line.origin.is_nothing:
            return Reason.ORIGIN
    return None


def judge(line: Line, terms: SchemeTerms, on: date, members: Mapping[str, SchemeTerms] = _NO_MEMBERS) -> Judgement:
    """The full judgement of an accepted line on a day: its fit, its standing and its evidence."""
    reason = _standing(line) or fit(line, terms, members) or _proof(line, terms, on)
    own = _own_terms(line, terms, members)
    if reason or own is None:
        return Judgement(reason or Reason.CHANNEL)
    amount_fen = line.goods_fen + (line.freight_fen if own.freight_counts else 0)
    if amount_fen <= 0:
        return Judgement(Reason.NOTHING_ACCEPTED)
    portion = line.origin if own.goods is GoodsRule.INGREDIENT_EXITED and line.goods_fen > 0 else ALL
    return Judgement(None, portion, portion.of(amount_fen))


def goods_day(line: Line, terms: SchemeTerms) -> date | None:
    """The day on which the goods' side of recognition is there; money's side is the bank day (rules 25, 34)."""
    if line.is_voucher and terms.vouchers is VoucherMoment.REDEEMED:
        return line.redeemed_on
    return line.accepted_on


def missing_evidence(line: Line) -> list[Evidence]:
    """What an offline purchase still lacks; other channels make their own evidence."""
    return [e for e in Evidence if e not in line.evidence] if line.channel is Channel.OFFLINE else []


def _standing(line: Line) -> Reason | None:
    if line.is_void:
        return Reason.VOID
    return None if line.unit_active else Reason.UNIT_INACTIVE


def _proof(line: Line, terms: SchemeTerms, on: date) -> Reason | None:
    if line.certificate_waived:
        return Reason.CERTIFICATE_WAIVED
    if line.is_voucher and goods_day(line, terms) is None:
        return Reason.VOUCHER_UNREDEEMED
    if missing_evidence(line):
        lapsed = line.accepted_on is not None and on > line.accepted_on + _EVIDENCE_DAYS
        return Reason.EVIDENCE_LAPSED if lapsed else Reason.EVIDENCE_PENDING
    return None


def _own_terms(line: Line, terms: SchemeTerms, members: Mapping[str, SchemeTerms]) -> SchemeTerms | None:
    """The terms the line is measured by: a combined scheme takes the member of the line's channel (rule 11),
    but never its union or private money: only canteen records are combined.
    """
    if not terms.combines:
        return terms
    for member in _named(terms.combines, members):
        if line.channel in member.channels:
            return replace(member, union_counts=terms.union_counts, personal_counts=terms.personal_counts)
    return None


def _named(codes: Iterable[str], members: Mapping[str, SchemeTerms]) -> list[SchemeTerms]:
    return [members[code] for code in codes if code in members]
