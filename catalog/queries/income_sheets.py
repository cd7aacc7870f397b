"""Sheets of incomes that leave the house: sums and medians of five households or more (rule 76)."""

from collections.abc import Sequence
from typing import Any

from catalog.queries.household_sums import Sum
from catalog.queries.incomes import Analysis, Group, TargetLine
from catalog.rules.disclosure import Cell, Published, Shown, publish, rounded
from catalog.rules.income import GrowthBand, IncomeKind, TargetKind
from core.sheets import Column, write
from core.text import label, sentence


def _word(code: str, **facts: object) -> str:
    return sentence("household_word", code, **facts)


def _shown(published: Published, value: Any) -> Any:
    return value if published.shown is Shown.NUMBER else label(published.shown)


def analysis(found: Analysis) -> bytes:
    """Medians, growth and bands of each group; a group of few stands there as that, and so do its bands."""
    cells = {group.code: Cell(group.complete) for group in found.groups}
    allowed = publish(cells, dict.fromkeys(cells, "*"))
    columns = [
        Column(_word("place"), width=24), Column(_word("households"), "count"), Column(_word("median"), "yuan"),
        Column(_word("median-growth"), "percent"),
        *(Column(label(kind), "yuan") for kind in IncomeKind),
        *(Column(label(band), "count") for band in GrowthBand),
    ]  # fmt: skip
    rows = [_group_row(group, allowed[group.code]) for group in found.groups]
    return write([(_word(f"half-{found.half.number}", year=found.half.year), columns, rows)], note=_word("k-note"))


def _group_row(group: Group, allowed: Published) -> list[Any]:
    if allowed.shown is not Shown.NUMBER or not group.complete:
        return [group.name, _shown(allowed, group.complete), *([None] * (2 + len(IncomeKind) + len(GrowthBand)))]
    bands = publish({band.value: Cell(group.bands[band]) for band in GrowthBand}, {b.value: "*" for b in GrowthBand})
    return [
        group.name, group.complete, rounded(group.median_fen or 0), group.growth_bp,
        *(rounded(fen) for _, fen in group.parts()),
        *(_shown(bands[band.value], group.bands[band]) for band in GrowthBand),
    ]  # fmt: skip


def targets(lines: Sequence[TargetLine], year: int) -> bytes:
    """The ledger of targets 目标台账."""
    sheets = []
    for kind in TargetKind:
        unit = "yuan" if kind is TargetKind.PER_HEAD else "count"
        columns = [
            Column(_word("town"), width=20), Column(_word("target"), unit), Column(_word("done"), unit),
            Column(_word("gap"), unit), Column(_word("counted-of"), "count"),
        ]  # fmt: skip
        cells = {one.town_code: Cell(one.of) for one in lines if one.kind is kind}
        allowed = publish(cells, dict.fromkeys(cells, "*"))
        rows = [_target_row(one, allowed[one.town_code]) for one in lines if one.kind is kind]
        sheets.append((label(kind), columns, rows))
    return write(sheets, note=_word("targets-note", year=year))


def _target_row(one: TargetLine, allowed: Published) -> list[Any]:
    if allowed.shown is not Shown.NUMBER:
        return [one.town, one.target, label(allowed.shown), None, label(allowed.shown)]
    return [one.town, one.target, one.done, one.gap, one.of]


def sums(found: Sequence[Sum]) -> bytes:
    """Counts and sums by town and village, as finance sees them."""
    columns = [
        Column(_word("place"), width=24), Column(_word("households"), "count"), Column(_word("snapshots"), "count"),
        Column(_word("net-sum"), "yuan"), Column(_word("benefit-sum"), "yuan"),
    ]  # fmt: skip
    rows = [[one.name, *(_shown(part, getattr(part, field)) for part, field in one.figures())] for one in found]
    return write([(_word("sums"), columns, rows)], note=_word("k-note"))
