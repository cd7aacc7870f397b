"""Orders of the national 832 platform as its export tells them: many rows, one order, one yes or no (rules 27, 36).

The platform's words (statuses, purchase types) are data, passed in; they change without asking us.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from core.clock import county_day


class ImportSide(StrEnum):
    """A unit's own report, or finance's check file."""

    SELF = "self"
    CHECK = "check"


class ImportState(StrEnum):
    """Headers asked about, rows judged (by a job when there are many), looked at, taken over, undone by reversal."""

    MAPPING = "mapping"
    READING = "reading"
    PREVIEW = "preview"
    COMMITTING = "committing"
    COMMITTED = "committed"
    UNDONE = "undone"
    DISCARDED = "discarded"


class RowVerdict(StrEnum):
    """What a row means against what is known."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    REFUSED = "refused"


class PurchaseType(StrEnum):
    """采购类型 as the platform says it."""

    CANTEEN = "canteen"
    UNION = "union"
    BOTH = "both"
    OTHER = "other"


class VersionCause(StrEnum):
    """Why an order has a new version: a file said so, finance named its unit, its split was told, an import undone."""

    FILE = "file"
    UNIT = "unit"
    SPLIT = "split"
    RESTORED = "restored"


class NotCounted(StrEnum):
    """Why a known order counts nothing (yet)."""

    STATUS = "p832_status"
    NOTHING_PAID = "p832_nothing_paid"
    PAID_DAY_MISSING = "p832_paid_day_missing"
    FINISHED_DAY_MISSING = "p832_finished_day_missing"
    SPLIT_MISSING = "p832_split_missing"
    PURCHASE_TYPE = "p832_purchase_type"


@dataclass(frozen=True)
class Head:
    """What every row of an order repeats. Money in fen, instants aware UTC."""

    unit_name: str
    purchase_type: str
    supplier_name: str
    status: str
    ordered_at: datetime
    paid_fen: int
    freight_fen: int = 0
    finished_at: datetime | None = None
    paid_at: datetime | None = None
    supplier_province: str = ""
    supplier_county: str = ""
    pay_method: str = ""


@dataclass(frozen=True)
class Goods:
    """What is a row's own."""

    name: str
    spec: str = ""
    unit: str = ""
    qty: str = ""
    price: str = ""
    amount_fen: int | None = None
    invoice_no: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Row:
    """One row of a file, its cells already read as what they are."""

    row_no: int
    order_no: str
    head: Head
    goods: Goods


@dataclass(frozen=True)
class Remark:
    """Something about a cell: `field` names the column, `row_no` the row (0: the whole order)."""

    code: str
    field: str
    row_no: int = 0


@dataclass(frozen=True)
class Words:
    """The platform's vocabulary from a day on. A status in neither set is refused with its word."""

    valid_from: date
    counting: frozenset[str]
    not_counting: frozenset[str]
    types: Mapping[str, PurchaseType]

    @classmethod
    def from_table(cls, table: Mapping[str, object]) -> "Words":
        """From a settings table: valid_from (ISO day), counting, not_counting, types {word: value}."""
        types, day = table["types"], table["valid_from"]
        if not isinstance(types, Mapping):
            raise TypeError("types is a table of word = type")
        return cls(
            day if isinstance(day, date) else date.fromisoformat(str(day)),
            _words(table["counting"]),
            _words(table["not_counting"]),
            {str(word): PurchaseType(str(value)) for word, value in types.items()},
        )


def _words(value: object) -> frozenset[str]:
    if not isinstance(value, list | tuple | frozenset | set):
        raise TypeError("a list of words")
    return frozenset(str(word) for word in value)


def words_on(dated: Iterable[Words], on: date) -> Words:
    """The vocabulary valid on a day: the latest begun. Raises: LookupError before the first."""
    begun = [words for words in dated if words.valid_from <= on]
    if not begun:
        raise LookupError(f"no 832 vocabulary on {on}")
    return max(begun, key=lambda words: words.valid_from)


@dataclass(frozen=True)
class Order:
    """All rows of one order number, in file order; its head is the first row's."""

    order_no: str
    rows: tuple[Row, ...]

    @property
    def head(self) -> Head:
        """The order's own fields. The amount paid stands on every row and counts once."""
        return self.rows[0].head

    def disagreements(self) -> list[Remark]:
        """Cells that contradict the first row: such an order is refused, not guessed."""
        first = vars(self.head)
        return [
            Remark("p832-rows-differ", name, row.row_no)
            for row in self.rows[1:]
            for name, value in vars(row.head).items()
            if value != first[name]
        ]

    def sum_remarks(self) -> list[Remark]:
        """Σ goods + freight against the amount paid: a warning only, as discounts and subsidies are real."""
        amounts = [row.goods.amount_fen for row in self.rows]
        known = [amount for amount in amounts if amount is not None]
        if len(known) < len(amounts):
            return [Remark("p832-goods-amount-missing", "amount_fen")]
        if sum(known) + self.head.freight_fen != self.head.paid_fen:
            return [Remark("p832-sum-differs", "paid_fen")]
        return []

    def fingerprint(self) -> str:
        """SHA-256 of everything the file says, whatever the order of its rows: the same again adds nothing."""
        goods = sorted(json.dumps(vars(row.goods), sort_keys=True, ensure_ascii=False) for row in self.rows)
        text = json.dumps(
            [self.order_no, vars(self.head), goods], sort_keys=True, ensure_ascii=False, default=_utc_text
        )
        return hashlib.sha256(text.encode()).hexdigest()


def _utc_text(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"not a fact of an order: {value!r}")
    return value.astimezone(UTC).isoformat()


def group(rows: Iterable[Row]) -> list[Order]:
    """Rows by order number, in order of first appearance."""
    by_no: dict[str, list[Row]] = {}
    for row in rows:
        by_no.setdefault(row.order_no, []).append(row)
    return [Order(order_no, tuple(own)) for order_no, own in by_no.items()]


@dataclass(frozen=True)
class Split:
    """How much of a 食堂+工会 order is whose."""

    canteen_fen: int
    union_fen: int


@dataclass(frozen=True)
class Reading:
    """What an order comes to. `refused`: it cannot be taken over; `not_counted`: it can, and counts nothing yet."""

    purchase_type: PurchaseType | None
    split: Split
    recognised_on: date | None
    not_counted: NotCounted | None
    refused: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


def read(order: Order, words: Words, split: Split | None = None) -> Reading:
    """An order under a vocabulary. `split` answers the question a 食堂+工会 order asks."""
    head, first_no = order.head, order.rows[0].row_no
    purchase_type = words.types.get(head.purchase_type)
    refused = order.disagreements()
    if head.status not in words.counting | words.not_counting:
        refused.append(Remark("p832-status-unknown", "status", first_no))
    if purchase_type is None:
        refused.append(Remark("p832-type-unknown", "purchase_type", first_no))
    if head.paid_fen < 0 or head.freight_fen < 0:
        refused.append(Remark("p832-amount-negative", "paid_fen", first_no))
    if split and (min(split.canteen_fen, split.union_fen) < 0 or split.canteen_fen + split.union_fen != head.paid_fen):
        refused.append(Remark("p832-split-differs", "paid_fen", first_no))
    shares = _shares(head, purchase_type, split)
    reason = _why_not(head, purchase_type, split, counting=head.status in words.counting)
    counts = not refused and reason is None
    day = recognition_day(head) if counts else None
    return Reading(purchase_type, shares, day, reason, tuple(refused), tuple(order.sum_remarks()))


def recognition_day(head: Head) -> date | None:
    """The later of the days of payment and of finishing; None while one is missing (rule 27)."""
    if head.paid_at is None or head.finished_at is None:
        return None
    return max(county_day(head.paid_at), county_day(head.finished_at))


def verdict(reading: Reading, fingerprint: str, known: str | None) -> RowVerdict:
    """What a file's order means against the last known fingerprint of its number (rule 36)."""
    if reading.refused:
        return RowVerdict.REFUSED
    if known is None:
        return RowVerdict.NEW
    return RowVerdict.SAME if known == fingerprint else RowVerdict.CHANGED


def _shares(head: Head, purchase_type: PurchaseType | None, split: Split | None) -> Split:
    match purchase_type:
        case PurchaseType.CANTEEN:
            return Split(head.paid_fen, 0)
        case PurchaseType.UNION:
            return Split(0, head.paid_fen)
        case PurchaseType.BOTH if split:
            return split
        case _:
            return Split(0, 0)


def _why_not(
    head: Head, purchase_type: PurchaseType | None, split: Split | None, *, counting: bool
) -> NotCounted | None:
    reasons = (
        (not counting, NotCounted.STATUS),
        (head.paid_fen == 0, NotCounted.NOTHING_PAID),
        (head.paid_at is None, NotCounted.PAID_DAY_MISSING),
        (head.finished_at is None, NotCounted.FINISHED_DAY_MISSING),
        (purchase_type is PurchaseType.BOTH and split is None, NotCounted.SPLIT_MISSING),
        (purchase_type is PurchaseType.OTHER, NotCounted.PURCHASE_TYPE),
    )
    return next((reason for holds, reason in reasons if holds), None)
