"""Ten thousand applications: the board, the list's last page and the year's figures stay quick."""

import time
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Flask

from catalog.models.certification import Certification, CertificationEvent
from catalog.queries import certification_clock, certification_figures, certifications
from catalog.queries.certifications import Filter
from catalog.rules.certification import OPEN, CertificationState
from core import clock
from core.db import db, transaction
from tests import make
from tests.make import certification as cert
from tests.support.statements import statements

ROWS = 10_000
SECONDS = 1.0
"""Far above what a page takes alone; a missing index or a statement per row would break it."""


def many() -> None:
    """Copies of one application, spread over the open states, a third of them from exited villages."""
    of = cert.office()
    with transaction():
        first = cert.certification.start(cert.draft(), by=of.clerk)
        columns = [c for c in Certification.__table__.columns if c.name != "id"]
        n = sa.func.generate_series(1, ROWS).table_valued("n").render_derived()
        states = sa.case(
            *((n.c.n % len(OPEN) == place, state.value) for place, state in enumerate(OPEN)), else_=OPEN[0].value
        )
        changed = {
            "application_no": sa.func.concat("L", n.c.n),
            "state": states,
            "is_exited": n.c.n % 3 == 0,
            "applied_on": sa.literal(clock.today() - timedelta(days=30), sa.Date),
            "entered_at": sa.literal(clock.now()) - sa.func.make_interval(0, 0, 0, 0, 0, n.c.n),
            "due_on": sa.case((states == "sent", None), else_=sa.literal(date(2020, 1, 1), sa.Date)),
        }
        source = sa.select(*(changed.get(c.name, c).label(c.name) for c in columns)).join_from(
            Certification.__table__, n, sa.true()
        )
        copy = sa.insert(Certification.__table__).from_select(
            [c.name for c in columns], source.where(Certification.__table__.c.id == first.id)
        )
        db.session.execute(copy)
        db.session.execute(
            sa.insert(CertificationEvent.__table__).from_select(
                ["certification_id", "act", "state", "happened_on", "at", "runs", "limit_days", "reason", "person_id"],
                sa.select(
                    Certification.id, sa.literal("apply"), sa.cast(Certification.state, sa.String),
                    sa.literal(clock.today(), sa.Date), sa.literal(clock.now()), sa.true(), sa.literal(10),
                    sa.literal(""), sa.literal(of.clerk.person_id),
                ).where(Certification.applied_on.is_not(None)),
            )
        )  # fmt: skip


def timed(act: object) -> tuple[float, int]:
    with statements() as sent:
        begun = time.perf_counter()
        act()  # type: ignore[operator]
        return time.perf_counter() - begun, len(sent)


def test_ten_thousand_applications_stay_quick(app: Flask) -> None:
    make.village_is_exited()
    many()
    last = db.session.scalars(sa.select(Certification).order_by(Certification.entered_at.desc()).limit(1)).one()
    deep = f"0_{int((last.entered_at - timedelta(minutes=2)).timestamp() * 1_000_000)}_0"
    acts = {
        "board": certifications.board,
        "list": lambda: certifications.listed(Filter()),
        "deep": lambda: certifications.listed(Filter(), deep),
        "late": lambda: certifications.listed(Filter(state=CertificationState.REVIEW, late=True)),
        "counts": lambda: certifications.counts(certification_clock.late_before()),
        "figures": lambda: certification_figures.of_year(clock.today().year),
    }
    found = {name: timed(act) for name, act in acts.items()}

    assert {name: took for name, (took, _) in found.items() if took > SECONDS} == {}
    assert {name: count for name, (_, count) in found.items()} == {
        "board": 9, "list": 6, "deep": 6, "late": 8, "counts": 3, "figures": 3,
    }  # fmt: skip
    assert sum(column.total for column in certifications.board()) == ROWS
    assert len(certifications.listed(Filter(), deep)[0]) > 0
