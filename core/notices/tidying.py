"""What has served of notices, for `core.jobs.tidy`: sent texts name a number, so they stay no longer than a dispute."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from core import jobs
from core.notices.models import Notice, OutgoingText

KEEP_TEXTS, KEEP_NOTICES = timedelta(days=30), timedelta(days=400)


def served(now: datetime) -> Iterable[sa.Delete]:
    """Texts that left a month ago, notices that were read more than a year ago."""
    yield sa.delete(OutgoingText).where(OutgoingText.sent_at < now - KEEP_TEXTS)
    yield sa.delete(Notice).where(Notice.seen_at < now - KEEP_NOTICES)


jobs.TIDIED.append(served)
