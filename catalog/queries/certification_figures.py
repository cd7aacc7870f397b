"""A year of certification help in figures: how many came to each step, granted, how long it took, whom it helped."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from catalog.models.certification import Certification, CertificationEvent, FeeCase
from catalog.rules.certification import KINDS, STEPS, CertificationAct, CertificationState
from core import sheets
from core.db import db
from core.money import half_up
from core.text import label, sentence

S = CertificationState


@dataclass(frozen=True)
class KindFigures:
    """One kind of certificate in a year. `steps`: how many came to each of the five steps within the year.

    `days_x10`: calendar days from handing in to the decision of what was granted in the year, tenths, None without one.
    """

    kind: str
    applied: int
    exited: int
    steps: dict[CertificationState, int]
    sent: int
    granted: int
    granted_exited: int
    failed: int
    withdrawn: int
    days_x10: int | None
    standard_fen: int
    reduction_fen: int


@dataclass(frozen=True)
class YearFigures:
    """A year: by kind and all together. `exited_bp`: share of the applications from exited villages, truncated."""

    year: int
    kinds: tuple[KindFigures, ...]
    total: KindFigures

    @property
    def exited_bp(self) -> int | None:
        return self.total.exited * 10_000 // self.total.applied if self.total.applied else None

    @property
    def granted_exited_bp(self) -> int | None:
        return self.total.granted_exited * 10_000 // self.total.granted if self.total.granted else None


def of_year(year: int) -> YearFigures:
    """Three statements."""
    kinds = [kind.value for kind in KINDS]
    head, steps, fees = _heads(year), _steps(year), _fees(year)
    rows = [_figures(kind, head.get(kind, {}), steps.get(kind, {}), fees.get(kind, (0, 0))) for kind in kinds]
    days = [(row.days_x10, row.granted) for row in rows if row.days_x10 is not None and row.granted]
    weighed = sum(tenths * count for tenths, count in days)
    total = KindFigures(
        "",
        steps={at: sum(row.steps[at] for row in rows) for at in STEPS},
        days_x10=half_up(weighed, sum(count for _, count in days)) if days else None,
        **{name: sum(getattr(row, name) for row in rows) for name in _SUMS},
    )
    return YearFigures(year, tuple(rows), total)


_SUMS = (
    "applied", "exited", "sent", "granted", "granted_exited", "failed", "withdrawn", "standard_fen", "reduction_fen",
)  # fmt: skip


def _figures(kind: str, head: dict[str, Any], steps: dict[str, int], fees: tuple[int, int]) -> KindFigures:
    granted, days = head.get("granted", 0), head.get("days")
    return KindFigures(
        kind=kind,
        applied=head.get("applied", 0),
        exited=head.get("exited", 0),
        steps={at: steps.get(at, 0) for at in STEPS},
        sent=steps.get(S.SENT, 0),
        granted=granted,
        granted_exited=head.get("granted_exited", 0),
        failed=head.get("failed", 0),
        withdrawn=head.get("withdrawn", 0),
        days_x10=half_up(int(days) * 10, granted) if granted and days is not None else None,
        standard_fen=fees[0],
        reduction_fen=fees[1],
    )


def _heads(year: int) -> dict[str, dict[str, Any]]:
    came = sa.extract("year", Certification.applied_on) == year
    ended = sa.extract("year", Certification.decided_on) == year

    def decided(state: CertificationState) -> sa.ColumnElement[bool]:
        return sa.and_(ended, Certification.state == state, Certification.applied_on.is_not(None))

    granted, count = decided(S.GRANTED), sa.func.count()
    days = sa.func.sum(Certification.decided_on - Certification.applied_on)
    rows = db.session.execute(
        sa.select(
            Certification.kind,
            count.filter(came).label("applied"),
            count.filter(came, Certification.is_exited).label("exited"),
            count.filter(granted).label("granted"),
            count.filter(granted, Certification.is_exited).label("granted_exited"),
            count.filter(decided(S.FAILED)).label("failed"),
            count.filter(decided(S.WITHDRAWN)).label("withdrawn"),
            days.filter(granted).label("days"),
        )
        .where(sa.or_(came, ended))
        .group_by(Certification.kind)
    )
    return {row["kind"].value: dict(row) for row in rows.mappings()}


def _steps(year: int) -> dict[str, dict[str, int]]:
    moves = (CertificationAct.APPLY, CertificationAct.PASS, CertificationAct.SEND)
    rows = db.session.execute(
        sa.select(Certification.kind, CertificationEvent.state, sa.func.count())
        .join(Certification, Certification.id == CertificationEvent.certification_id)
        .where(CertificationEvent.act.in_(moves), sa.extract("year", CertificationEvent.happened_on) == year)
        .group_by(Certification.kind, CertificationEvent.state)
    )
    found: dict[str, dict[str, int]] = {}
    for kind, state, count in rows:
        found.setdefault(kind.value, {})[state] = count
    return found


def _fees(year: int) -> dict[str, tuple[int, int]]:
    """The newest fee case of every application handed in within the year."""
    newest = sa.select(sa.func.max(FeeCase.id)).group_by(FeeCase.certification_id)
    rows = db.session.execute(
        sa.select(Certification.kind, sa.func.sum(FeeCase.standard_fen), sa.func.sum(FeeCase.reduction_fen))
        .join(Certification, Certification.id == FeeCase.certification_id)
        .where(FeeCase.id.in_(newest), sa.extract("year", Certification.applied_on) == year)
        .group_by(Certification.kind)
    )
    return {kind.value: (int(standard), int(reduction)) for kind, standard, reduction in rows}


def days_text(days_x10: int | None) -> str:
    """45.3; — for nothing."""
    return "—" if days_x10 is None else f"{days_x10 // 10}.{days_x10 % 10}"


def sheet(year: int) -> bytes:
    """The figures as a workbook: one row a kind, the last all together."""
    found = of_year(year)
    word = "certification-sheet"
    heads = [sentence(word, name) for name in ("kind", "applied", "exited")]
    heads += [label(at) for at in (*STEPS, S.SENT, S.GRANTED)]
    heads += [sentence(word, "granted-exited"), label(S.FAILED), label(S.WITHDRAWN), sentence(word, "days")]
    texts = {0, len(heads) - 1}
    columns = [sheets.Column(head, "text" if place in texts else "count", 16) for place, head in enumerate(heads)]
    columns += [sheets.Column(sentence(word, name), "yuan", 16) for name in ("standard", "reduction")]
    rows = [_cells(row) for row in (*found.kinds, found.total)]
    note = sentence(word, "note", year=year)
    return sheets.write([(sentence(word, "name"), columns, rows)], note=note)


def _cells(row: KindFigures) -> list[Any]:
    name = label(row.kind, "CertificateKind") if row.kind else sentence("certification-sheet", "all")
    counts = [row.applied, row.exited, *(row.steps[at] for at in STEPS), row.sent, row.granted, row.granted_exited]
    return [name, *counts, row.failed, row.withdrawn, days_text(row.days_x10), row.standard_fen, row.reduction_fen]
