"""What lifts a product in the list: weights from a day on, with a reason, for everybody to read."""

from collections.abc import Mapping
from datetime import date

from catalog.queries import ranking
from catalog.rules.ranking import DEFAULTS, weights
from core import clock, settings, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.errors import Refused
from core.settings.models import Setting
from core.trail.models import Stream


def change(wanted: Mapping[str, int], *, valid_from: date, reason: str, by: Actor) -> Setting:
    """New weights in basis points, all together at most 4000 (rule 69).

    Raises: Refused "ranking-weights-too-large", "reason-needed", "setting-past", "setting-same".
    """
    value = {name: int(wanted[name]) for name in DEFAULTS}
    weights(value)
    if not reason:
        raise Refused("reason-needed")
    if valid_from < clock.today():
        raise Refused("setting-past")
    before = settings.value(ranking.KEY, on=valid_from)
    if before == value:
        raise Refused("setting-same")
    row = settings.put(ranking.KEY, value, valid_from=valid_from, reason=reason[:200], author_id=by.person_id)
    trail.record(
        Stream.ADMINISTRATION, "search-weights-set", "setting", ranking.KEY, by=by, right=Right.SEARCH_MANAGE,
        before={"value": before}, after={"value": value}, valid_from_on=valid_from, reason=reason[:200],
    )  # fmt: skip
    return row
