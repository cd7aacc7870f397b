"""What a file cannot say and people answer: whose order a name means, how much of it was the canteen's."""

from collections.abc import Mapping

import sqlalchemy as sa

from core import trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.organisations import names
from core.organisations.models import Organisation
from core.trail.models import Stream
from procurement.models.external import ExternalOrder, ExternalOrderVersion
from procurement.queries import external, vocabulary
from procurement.rules import p832
from procurement.rules.p832 import PurchaseType, Split, VersionCause
from procurement.services import ledger
from procurement.services.imports import batches, versions

_V = ExternalOrderVersion


def assign_unit(name: str, unit_id: int, *, remember: bool, by: Actor) -> int:
    """Give every waiting order of a unit name to a unit; they count then. `remember`: the name stands for it from now.

    Returns how many orders. Raises: Refused "unit-unknown-here", "name-not-waiting".
    """
    unit = db.session.get(Organisation, unit_id)
    if unit is None or unit.kind is not OrganisationKind.UNIT:
        raise Refused("unit-unknown-here")
    batches.take_turn()
    waiting = db.session.scalars(
        sa.select(_V)
        .join(ExternalOrder, ExternalOrder.current_version_id == _V.id)
        .where(_V.unit_name == name, _V.unit_id.is_(None), ~ExternalOrder.is_void)
        .order_by(_V.order_id)
    ).all()
    if not waiting:
        raise Refused("name-not-waiting", name=name[:60])
    if remember:
        names.remember(unit_id, name, by=by, right=Right.P832_ASSIGN)
    _renew(list(waiting), VersionCause.UNIT, by, {"unit_id": unit_id})
    trail.record(
        Stream.PROCUREMENT, "p832-unit-assigned", "organisation", unit_id, by=by, right=Right.P832_ASSIGN,
        after={"orders": len(waiting), "alias": remember}, name=name, count=len(waiting),
    )  # fmt: skip
    return len(waiting)


def answer_split(order_id: int, split: Split, *, by: Actor) -> ExternalOrderVersion:
    """Say how much of a 食堂+工会 order is whose; it may count then. Finance for all, a unit for its own.

    Raises: Missing, Refused "split-not-asked", "split-sum".
    """
    batches.take_turn()
    order = db.session.get(ExternalOrder, order_id, with_for_update=True, populate_existing=True)
    if order is None or order.is_void or not _theirs(order, by):
        raise Missing("no-such-order")
    version = db.session.get_one(_V, order.current_version_id)
    if version.purchase_type is not PurchaseType.BOTH:
        raise Refused("split-not-asked")
    if min(split.canteen_fen, split.union_fen) < 0 or split.canteen_fen + split.union_fen != version.paid_fen:
        raise Refused("split-sum", paid_fen=version.paid_fen)
    words = vocabulary.words()
    word = next(word for word, kind in words.types.items() if kind is PurchaseType.BOTH)
    reading = p832.read(external.as_order(order.external_no, version, word), words, split)
    changes = {
        "canteen_fen": split.canteen_fen, "union_fen": split.union_fen, "recognised_on": reading.recognised_on,
        "not_counted": reading.not_counted or "",
    }  # fmt: skip
    _renew([version], VersionCause.SPLIT, by, changes)
    trail.record(
        Stream.PROCUREMENT, "p832-split", "external_order", order.id, by=by, right=Right.IMPORT_832,
        before={"canteen_fen": version.canteen_fen, "union_fen": version.union_fen}, order_no=order.external_no,
        canteen_fen=split.canteen_fen, union_fen=split.union_fen,
    )  # fmt: skip
    return version


def _theirs(order: ExternalOrder, by: Actor) -> bool:
    if by.organisation_kind is OrganisationKind.FINANCE:
        return True
    return order.unit_id is not None and order.unit_id == batches.own_unit(by)


def _renew(old: list[ExternalOrderVersion], cause: VersionCause, by: Actor, changes: Mapping[str, object]) -> None:
    last = external.last_numbers([version.order_id for version in old])
    rows = [versions.again(version, last[version.order_id] + 1, cause, by, changes) for version in old]
    ledger.post_externals(versions.write(rows), by)
