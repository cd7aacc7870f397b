"""What was told: old news was read, two offices hear of theirs in a chat group, one text did not leave; one dispute."""

from datetime import timedelta

import sqlalchemy as sa

from core import clock
from core.access.roles import Role
from core.db import db, transaction
from core.notices import routes
from core.notices.models import Notice, OutgoingText
from core.notices.rules import NoticeKind, TextChannel
from core.text import sentence
from demo.cast import word
from demo.line import clerk_of
from demo.world import World
from market.queries import payables
from market.services import dispute_cases, disputes

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=demo-{key}"


def tell(world: World) -> None:
    """Everything older than two days is read; nothing of the past leaves any more."""
    now = clock.now()
    with transaction():
        db.session.execute(sa.update(Notice).values(spread_at=Notice.told_at))
        old = sa.update(Notice).where(Notice.told_at < now - timedelta(days=2))
        db.session.execute(old.values(seen_at=Notice.told_at))
    _dispute(world)
    with transaction():
        for key, role in (("platform", Role.PLATFORM_OPERATOR), ("school1", Role.UNIT_HEAD)):
            routes.put(
                "wecom", of_office=True, address=WECOM.format(key=key), secret="",
                kinds=[NoticeKind.ORDERS, NoticeKind.PAYMENTS, NoticeKind.RECALL], is_active=True,
                by=world.actor(key, role),
            )  # fmt: skip
        db.session.add(
            OutgoingText(
                channel=TextChannel.MAIL,
                kind=NoticeKind.SYSTEM,
                target="demo@example.org",
                text=sentence("notice", "route-works"),
                key="demo-failed",
                queued_at=now - timedelta(hours=3),
                due_at=now - timedelta(hours=3),
                attempts=8,
                fault="no-gateway",
            )
        )


def _dispute(world: World) -> None:
    """The newest delivery of a school that nobody has begun to pay: a kilo's worth is disputed, the shop disagrees."""
    receiver = world.actor("school1", Role.RECEIVER)
    claims = [one for one in payables.of_buyer(receiver) if one.open_fen and not one.waiting_fen]
    if not claims:
        return
    claim = max(claims, key=lambda one: one.acceptance_id)
    line = next(one for one in payables.lines_of([claim.acceptance_id])[claim.acceptance_id] if one.open_fen)
    with transaction():
        made = disputes.open_dispute(
            line.acceptance_line_id, amount_fen=-(-line.open_fen // 50), reason=word("case", "yellow"), by=receiver
        )
        dispute_cases.answer(made.id, text=word("case", "fresh"), by=clerk_of(world, claim.supplier_id))
