"""What has served of codes and sessions, for `core.jobs.tidy`."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from core import jobs
from core.people.models import OneTimeCode, RevokedSession


def served(now: datetime) -> Iterable[sa.Delete]:
    """Used codes, and revoked sessions whose cookies have run out."""
    yield sa.delete(OneTimeCode).where(OneTimeCode.expires_at < now - jobs.KEEP_DONE)
    yield sa.delete(RevokedSession).where(RevokedSession.revoked_at < now - jobs.KEEP_SESSIONS)


jobs.TIDIED.append(served)
