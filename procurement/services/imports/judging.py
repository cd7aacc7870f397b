"""What each order of a file comes to: new, the same, changed, or refused, with its remarks by cell.

Nothing is written here. The same judgement is passed for the preview and again, under lock, when the file is taken
over, because the world may have moved in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core import clock
from core.access.roles import OrganisationKind
from core.money import plain_yuan
from core.organisations import names
from core.organisations.names import NameBook
from procurement.queries import external, vocabulary
from procurement.queries.external import Known
from procurement.rules import p832
from procurement.rules.p832 import ImportSide, Order, Reading, Remark, Row, RowVerdict, Words
from procurement.rules.p832_cells import Level, Problem, read_row

SHOWN_ROWS = 3


@dataclass(frozen=True)
class Line:
    """One row of a file: its line in the spreadsheet, its cells by field."""

    row_no: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Stance:
    """Whose file it is, and what is known on the day it is judged. `own_unit_id`: a unit's own report is about it."""

    side: ImportSide
    own_unit_id: int | None
    words: Words
    names: NameBook
    now: datetime


@dataclass
class Judged:
    """One order of the file. `problems` by row."""

    order_no: str
    lines: Sequence[Line]
    problems: dict[int, list[Problem]] = field(default_factory=dict)
    verdict: RowVerdict = RowVerdict.REFUSED
    order: Order | None = None
    reading: Reading | None = None
    unit_id: int | None = None
    known: Known | None = None

    def remark(self, row_no: int, problem: Problem) -> None:
        """Say something about a cell of a row."""
        self.problems.setdefault(row_no, []).append(problem)

    @property
    def first_no(self) -> int:
        """The order's first row."""
        return self.lines[0].row_no

    @property
    def is_refused(self) -> bool:
        """Whether some cell forbids taking the order over."""
        return any(p.level is Level.REFUSED for own in self.problems.values() for p in own)


def stance(side: ImportSide, own_unit_id: int | None) -> Stance:
    """What is known now. Two statements."""
    return Stance(side, own_unit_id, vocabulary.words(), names.book(OrganisationKind.UNIT), clock.now())


def grouped(lines: Iterable[Line]) -> list[Judged]:
    """Rows by order number, in order of first appearance; a row without a number stands alone."""
    by_no: dict[str, list[Line]] = {}
    for line in lines:
        by_no.setdefault(line.cells.get("order_no") or f"\n{line.row_no}", []).append(line)
    return [Judged(order_no.partition("\n")[0], own) for order_no, own in by_no.items()]


def judge(orders: Sequence[Judged], world: Stance) -> None:
    """Judge orders against what is known of their numbers. One statement, whatever the number of orders."""
    known = external.known([order.order_no for order in orders if order.order_no])
    for order in orders:
        order.known = known.get(order.order_no)
        rows = _rows(order, world)
        if rows is not None:
            _judge_order(order, Order(order.order_no, rows), world)
        order.verdict = RowVerdict.REFUSED if order.is_refused else _verdict(order, world)


def _rows(judged: Judged, world: Stance) -> tuple[Row, ...] | None:
    """The order's rows; None when one cannot be read, which the others then say too."""
    rows, bad = [], []
    for line in judged.lines:
        row, problems = read_row(line.row_no, line.cells, world.now)
        if problems:
            judged.problems[line.row_no] = problems
        if row is None:
            bad.append(line.row_no)
        else:
            rows.append(row)
    if not bad:
        return tuple(rows)
    facts = {"rows": ", ".join(map(str, bad[:SHOWN_ROWS])), "count": len(bad)}
    for row in rows:
        judged.remark(row.row_no, Problem("p832-order-refused", "order_no", facts=facts))
    return None


def _judge_order(judged: Judged, order: Order, world: Stance) -> None:
    known = judged.known
    kept = known.split if known and known.paid_fen == order.head.paid_fen else None
    reading = p832.read(order, world.words, kept if _asks_split(order, world) else None)
    judged.order, judged.reading = order, reading
    judged.unit_id = world.names.on(order.head.unit_name, clock.county_day(order.head.ordered_at))
    if judged.unit_id is None and known and known.unit_name == order.head.unit_name:
        judged.unit_id = known.unit_id
    for remark in reading.refused:
        judged.remark(remark.row_no or judged.first_no, _problem(remark, order, Level.REFUSED))
    for remark in reading.warnings:
        judged.remark(judged.first_no, _problem(remark, order, Level.WARNING))
    _judge_unit(judged, order, world)
    if reading.not_counted:
        code = reading.not_counted.value.replace("_", "-")
        judged.remark(judged.first_no, Problem(code, "status", Level.NOTE, {"text": order.head.status}))


def _asks_split(order: Order, world: Stance) -> bool:
    return world.words.types.get(order.head.purchase_type) is p832.PurchaseType.BOTH


def _judge_unit(judged: Judged, order: Order, world: Stance) -> None:
    """A unit reports its own orders only, and nothing that finance has checked already."""
    known, facts = judged.known, {"text": order.head.unit_name}
    if judged.unit_id is None:
        judged.remark(judged.first_no, Problem("p832-unit-unknown", "unit_name", Level.WARNING, facts))
    if world.side is ImportSide.CHECK:
        return
    if judged.unit_id not in {None, world.own_unit_id}:
        judged.remark(judged.first_no, Problem("p832-foreign-unit", "unit_name", facts=facts))
    elif known and known.unit_id not in {None, world.own_unit_id}:
        judged.remark(judged.first_no, Problem("p832-order-of-other", "order_no"))
    elif known and known.side is ImportSide.CHECK and known.fingerprint != order.fingerprint():
        judged.remark(judged.first_no, Problem("p832-checked", "order_no"))


def _verdict(judged: Judged, world: Stance) -> RowVerdict:
    """The rule's verdict; the same file also changes an order whose unit or counting day is only known now."""
    assert judged.order is not None  # noqa: S101 - a refused order does not come here
    assert judged.reading is not None  # noqa: S101
    known = judged.known
    found = p832.verdict(judged.reading, judged.order.fingerprint(), known.fingerprint if known else None)
    if found is RowVerdict.SAME and known:
        now = (judged.unit_id, judged.reading.recognised_on, judged.reading.not_counted or "")
        if now != (known.unit_id, known.recognised_on, known.not_counted):
            found = RowVerdict.CHANGED
    if found is RowVerdict.CHANGED and known:
        _tell_changes(judged, known, world)
    return found


def _tell_changes(judged: Judged, known: Known, world: Stance) -> None:
    """Say what is different from before; what finance finds different from a unit's own report has its own words."""
    assert judged.order is not None  # noqa: S101
    is_check = known.side is ImportSide.SELF and world.side is ImportSide.CHECK
    code = "p832-differs-from-self" if is_check else "p832-changed"
    changes = _changes(judged.order, known)
    for name, before, after in changes:
        judged.remark(judged.first_no, Problem(code, name, Level.NOTE, {"before": before, "after": after}))
    if not changes:
        judged.remark(judged.first_no, Problem("p832-changed-otherwise", "order_no", Level.NOTE))


def _changes(order: Order, known: Known) -> list[tuple[str, str, str]]:
    head = order.head
    pairs: tuple[tuple[str, Any, Any], ...] = (
        ("unit_name", known.unit_name, head.unit_name),
        ("supplier_name", known.supplier_name, head.supplier_name),
        ("status", known.status, head.status),
        ("ordered_at", known.ordered_at, head.ordered_at),
        ("finished_at", known.finished_at, head.finished_at),
        ("paid_at", known.paid_at, head.paid_at),
        ("paid_fen", known.paid_fen, head.paid_fen),
        ("freight_fen", known.freight_fen, head.freight_fen),
        ("amount_fen", known.goods_fen, sum(row.goods.amount_fen or 0 for row in order.rows)),
    )
    return [(name, _shown(before), _shown(after)) for name, before, after in pairs if before != after]


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(clock.COUNTY).strftime("%Y-%m-%d %H:%M:%S")
    return plain_yuan(value) if isinstance(value, int) else str(value or "-")


def _problem(remark: Remark, order: Order, level: Level) -> Problem:
    """A rule's remark with the words its sentence prints."""
    head = order.head
    facts: dict[str, Any] = {}
    match remark.code:
        case "p832-rows-differ":
            row = next(row for row in order.rows if row.row_no == remark.row_no)
            facts = {"first_row": order.rows[0].row_no, "before": _shown(getattr(head, remark.field))}
            facts["after"] = _shown(getattr(row.head, remark.field))
        case "p832-status-unknown":
            facts = {"text": head.status}
        case "p832-type-unknown":
            facts = {"text": head.purchase_type}
        case "p832-sum-differs":
            goods_fen = sum(row.goods.amount_fen or 0 for row in order.rows)
            facts = {"goods_fen": goods_fen, "freight_fen": head.freight_fen, "paid_fen": head.paid_fen}
    return Problem(remark.code, remark.field, level, facts)
