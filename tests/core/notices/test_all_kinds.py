"""Every sentence that is told, said once through the one way: it fits, names nobody, and reaches inbox and gateways."""

import re
import string
import tomllib
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from core import clock, jobs, telling
from core.access.rights import Right
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.notices import routes
from core.notices.models import Notice, OutgoingText
from core.notices.rules import NoticeKind, bare
from tests import make
from tests.core.notices.test_notices import DAY

TEXTS = sorted((Path(__file__).parents[3] / "templates" / "text").glob("*.toml"))
NUMBER = "13812342716"


def told() -> dict[str, dict[str, object]]:
    """{sentence: facts}: sums and days as they are; words that hold a mobile number, as nobody should hand in."""
    found: dict[str, dict[str, object]] = {}
    for path in TEXTS:
        for code, text in tomllib.loads(path.read_text("utf-8")).get("notice", {}).items():
            names = [name for _, name, _, _ in string.Formatter().parse(text) if name]
            found[code] = {name: _fact(name) for name in names}
    return found


def _fact(name: str) -> object:
    if name.endswith("_fen"):
        return 12_34
    if name.endswith("_on"):
        return date(2026, 11, 24)
    if name.endswith("_at"):
        return clock.now()
    return 3 if name in {"count", "days", "left"} else NUMBER


def test_every_sentence_of_every_kind_names_nobody(app: Flask) -> None:
    body = make.organisation(OrganisationKind.PLATFORM)
    by = make.actor(make.seat(body, Role.PLATFORM_OPERATOR), body, Role.PLATFORM_OPERATOR)
    kinds = [kind.value for kind in NoticeKind]
    with transaction():
        routes.put("wecom", of_office=True, address="https://qyapi.weixin.qq.com/x?key=1", secret="", kinds=kinds,
                   is_active=True, by=by)  # fmt: skip
    sentences = told()
    with clock.frozen(DAY):
        with transaction():
            for place, (code, facts) in enumerate(sorted(sentences.items())):
                kind = list(NoticeKind)[place % len(NoticeKind)]
                telling.tell_office(body.id, Right.OPERATE, kind, code, ref=code, by_sms=True, **facts)
        jobs.run_scheduled("core.spread_notices")
    inbox = list(db.session.scalars(sa.select(Notice.text).where(Notice.person_id == by.person_id)))
    left = list(db.session.scalars(sa.select(OutgoingText.text)))
    assert (len(inbox), len(left)) == (len(sentences), 2 * len(sentences))
    for text in (*inbox, *left):
        assert NUMBER not in text and bare(text) == text
        assert re.fullmatch(r"[^{}]{1,200}", text), text
    db.session.rollback()
