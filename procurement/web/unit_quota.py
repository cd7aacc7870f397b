"""A unit's own figures: the same pages as finance sees, for the unit that acts."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.errors import Missing
from core.web import menu
from core.web.access import actor, requires
from procurement.queries import canteens, evidence
from procurement.web import finance_args, unit_pages

bp = Blueprint("unit_quota", __name__, url_prefix="/quota")
UNITS = frozenset({OrganisationKind.UNIT, OrganisationKind.CANTEEN})
menu.add(
    "canteen", "unit-quota", icon="speedometer2", endpoint="unit_quota.unit", right=Right.UNIT_VIEW, order=80,
    kinds=UNITS,
)  # fmt: skip


@bp.get("")
@requires(Right.UNIT_VIEW)
def unit() -> ResponseReturnValue:
    return unit_pages.overview(_own(), finance_args.year(), unit_pages.OWN)


@bp.get("/months/<int:month>")
@requires(Right.UNIT_VIEW)
def month(month: int) -> ResponseReturnValue:
    return unit_pages.month(_own(), finance_args.year(), month, unit_pages.OWN)


@bp.get("/not-counted")
@requires(Right.UNIT_VIEW)
def not_counted() -> ResponseReturnValue:
    return unit_pages.not_counted(_own(), finance_args.year(), unit_pages.OWN)


@bp.get("/acceptances/<string(maxlength=32):token>")
@requires(Right.UNIT_VIEW)
def acceptance(token: str) -> ResponseReturnValue:
    return unit_pages.acceptance(token, within=frozenset({_own()}))


def _own() -> int:
    """The unit acted for: a seat in a canteen stands for its unit, a contractor for the unit whose canteen it runs."""
    who = actor()
    if who.organisation_kind is OrganisationKind.CONTRACTOR:
        rooms = canteens.of_actor(who)
        if not rooms:
            raise Missing("no-such-unit")
        return rooms[0].unit_id
    return evidence.unit_of(who.office_id)
