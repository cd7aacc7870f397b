"""有机码 on a delivery line: which marks left with which goods. A mark names one pack and is never used twice."""

import sqlalchemy as sa

from catalog.rules.identifiers import organic_codes
from core import settings
from core.db import any_of, db
from core.errors import Refused
from market.models.delivery import OrganicMark

LENGTHS = "identifiers.organic_code_lengths"
settings.register(identifiers__organic_code_lengths=[17, 18])


def put(delivery_line_id: int, text: str) -> tuple[str, ...]:
    """Keep the marks that were typed; nothing for none. How long a mark is, is a dated setting: the old have 17 digits,
    those of agencies with four digits 18.

    Raises: Refused "organic-code-shape", "organic-codes-many", "organic-code-used".
    """
    codes = organic_codes(text, tuple(settings.value(LENGTHS)))
    if not codes:
        return ()
    for code in sorted(codes):
        # Two notes with one mark at once: the second waits here for the first and then finds it.
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("organic:" + code, 0))))
    known = db.session.scalars(sa.select(OrganicMark.code).where(any_of(OrganicMark.code, codes, sa.String))).first()
    if known is not None:
        raise Refused("organic-code-used", text=known)
    db.session.add_all(OrganicMark(code=code, delivery_line_id=delivery_line_id) for code in codes)
    db.session.flush()
    return codes
