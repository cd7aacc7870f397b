"""The county page as a workbook: the same rows and figures as on the screen."""

from collections.abc import Sequence

from flask import current_app

from core import sheets
from core.clock import now
from core.text import label, sentence, show
from procurement.queries.figures import SchemeFigures, Totals, UnitFigures
from procurement.queries.finance import County
from procurement.rules.quota import Share

YUAN = ("declared", "reserve", "completed", "spent", "short")
NAMES = ("name", "system", "canteen", "filing", "declared", "reserve", "completed", "completion", "spent", "share",
         "short", "verdict", "pace", "gate")  # fmt: skip


def workbook(county: County, code: str, rows: Sequence[UnitFigures], sums: Totals) -> bytes:
    """One sheet: rows as chosen and ordered on the screen, the totals row at the end."""
    columns = [
        sheets.Column(
            sentence("finance_column", name), "yuan" if name in YUAN else "text", 28 if name == "name" else 16
        )
        for name in NAMES
    ]
    body = [_row(row, row.schemes[code]) for row in rows]
    note = sentence(
        "word", "finance-note",
        name=county.judging.versions[code].name, year=county.year, through=county.through,
        at=now(), outside=sentence("word", "finance-outside"),
    )  # fmt: skip
    if current_app.config["XINGCUN_MODE"] == "demo":
        note = f"{sentence('word', 'demo-mark')}｜{note}"
    return sheets.write([(sentence("word", "finance-sheet"), columns, [*body, _sums(sums)])], note=note)


def _title(name: str) -> str:
    return sentence("finance_column", name)


def share_text(share: Share) -> str:
    """9.99%, 不适用, or 不可计算（缺3个月）."""
    if share.missing_months:
        return sentence("word", "not-computable", count=len(share.missing_months))
    return sentence("word", "not-applicable") if share.bp is None else show("share_bp", share.bp)


def _row(row: UnitFigures, own: SchemeFigures) -> list[str | int]:
    quota = own.quota
    return [
        row.name,
        row.system,
        label(row.canteen),
        label(row.filing_word, "FilingWord"),
        quota.declared_fen,
        quota.reserve_fen,
        quota.completed_fen,
        share_text(quota.completion),
        quota.spent_fen,
        share_text(quota.actual_share),
        quota.short_fen,
        label(own.verdict) if row.in_totals else sentence("word", "outside-totals"),
        label(own.pace),
        label(own.gate),
    ]


def _sums(sums: Totals) -> list[str | int]:
    missing = sentence("word", "not-computable-units", count=sums.units_missing)
    share = missing if sums.units_missing else share_text(sums.quota.actual_share)
    return [
        sentence("word", "total-row", units=sums.units), "", "", "",
        sums.declared_fen, sums.reserve_fen, sums.completed_fen, share_text(sums.quota.completion),
        sums.spent_fen, share, sums.short_fen, "", "", "",
    ]  # fmt: skip
