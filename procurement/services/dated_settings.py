"""Finance changes a rate, a date or a limit: from a day on, with a reason, for all of finance to see (rule 90)."""

from datetime import date

from core import clock, settings, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.errors import Missing, Refused
from core.settings.models import Setting
from core.trail.models import Stream
from procurement.queries import dated_settings as queries
from procurement.rules.setting_text import EDITABLE
from procurement.services import assessment

REGISTERED_BY = (*queries.REGISTERED_BY, assessment)


def change(key: str, typed: str, *, valid_from: date, reason: str, by: Actor) -> Setting:
    """Add a value from a day on; what held before stays on record.

    Raises: Missing for a key the page does not offer; Refused "setting-…", "setting-past", "setting-same".
    """
    kind = EDITABLE.get(key)
    if kind is None:
        raise Missing("no-such-setting")
    value = kind.parse(typed.strip())
    if valid_from < clock.today():
        raise Refused("setting-past")
    before = settings.value(key, on=valid_from)
    if before == value:
        raise Refused("setting-same")
    row = settings.put(key, value, valid_from=valid_from, reason=reason, author_id=by.person_id)
    trail.record(
        Stream.ADMINISTRATION,
        "setting-changed",
        "setting",
        key,
        by=by,
        right=Right.SETTINGS_MANAGE,
        before={"value": before},
        after={"value": value, "from": valid_from, "reason": reason},
        key=key,
        valid_from_on=valid_from,
    )
    return row
