"""承诺达标合格证: made by the producer for one lot, kept for good, made void only by a new one."""

from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.commitment import Commitment
from catalog.models.lots import LotBalance
from catalog.models.product import Category, Product
from catalog.queries import lots, suppliers
from catalog.rules.commitment import CommitmentBasis, check
from core import clock, codes, numbers, text, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.places import queries as places
from core.trail.models import Stream

_B = CommitmentBasis


@dataclass(frozen=True)
class Promise:
    """What the producer states of one of its lots. `qty` in the lot's base units; `report_file_id`: a laboratory's."""

    lot_id: int
    qty: int
    bases: frozenset[CommitmentBasis]
    contact: str
    report_file_id: int | None = None


def issue(promise: Promise, *, by: Actor) -> Commitment:
    """Make one for a lot of the actor's own.

    Raises: Refused of `rules.commitment.check`, "commitment-contact-missing", "commitment-above-lot" (together with the
    valid ones it promises more than the lot holds); Missing for another's lot.
    """
    return _issue(promise, None, by)


def replace(commitment_id: int, promise: Promise, *, by: Actor) -> Commitment:
    """A new one for the same lot; the old one is void from then on and stays to be read.

    Raises: as `issue`, Refused "commitment-replaced" (there is a newer one already), "commitment-other-lot"; Missing.
    """
    old = db.session.get(Commitment, commitment_id)
    if old is None or old.supplier_id != suppliers.own(by).id:
        raise Missing("no-such-commitment")
    if old.lot_id != promise.lot_id:
        raise Refused("commitment-other-lot", name=old.product_name)
    return _issue(promise, old, by)


def hold(lot_id: int) -> None:
    """One at a time for a lot: its certificates are facts, which nobody can lock, so the lot's number is."""
    key = sa.func.hashtextextended(f"commitment {lot_id}", 4)
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _issue(promise: Promise, old: Commitment | None, by: Actor) -> Commitment:
    seller, lot = suppliers.own(by), lots.get_own(promise.lot_id, by)
    check(
        promise.bases,
        needed=_is_needed(lot.product_id),
        qty=promise.qty,
        harvested_on=lot.harvested_on,
        issued_on=clock.today(),
        has_report=promise.report_file_id is not None,
    )
    if not promise.contact.strip():
        raise Refused("commitment-contact-missing")
    hold(lot.id)
    if old is not None and db.session.scalar(sa.select(sa.exists().where(Commitment.replaces_id == old.id))):
        raise Refused("commitment-replaced", commitment_no=old.commitment_no)
    _check_room(promise, old)
    row_id, number = numbers.take(Commitment, "HG")
    made = Commitment(
        id=row_id,
        commitment_no=number,
        token=codes.token()[:32],
        supplier_id=seller.id,
        product_id=lot.product_id,
        lot_id=lot.id,
        promise=text.sentence("word", "commitment-promise"),
        by_control=_B.CONTROL in promise.bases,
        by_own_test=_B.OWN_TEST in promise.bases,
        by_commissioned_test=_B.COMMISSIONED_TEST in promise.bases,
        product_name=lot.product_name,
        qty=promise.qty,
        base_unit=lot.base_unit,
        origin_full=places.names({lot.origin_code})[lot.origin_code].full,
        producer=db.session.get_one(Organisation, seller.organisation_id).name,
        contact=promise.contact.strip()[:40],
        issued_on=clock.today(),
        report_file_id=promise.report_file_id,
        replaces_id=None if old is None else old.id,
        issued_by_id=by.person_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    trail.record(
        *(Stream.CATALOGUE, "commitment-issued" if old is None else "commitment-replaced", "commitment", made.id),
        by=by,
        right=Right.SELL,
        after={"lot_id": lot.id, "qty": made.qty},
        commitment_no=number,
        replaced="" if old is None else old.commitment_no,
    )
    return made


def _is_needed(product_id: int) -> bool:
    query = sa.select(Category.needs_commitment).join(Product, Product.category_id == Category.id)
    return bool(db.session.scalar(query.where(Product.id == product_id)))


def _check_room(promise: Promise, old: Commitment | None) -> None:
    """What the valid certificates of a lot promise together is no more than came into it, less what was lost."""
    held = sa.select(LotBalance.in_qty - LotBalance.lost_qty).where(LotBalance.lot_id == promise.lot_id)
    room = db.session.scalar(held)
    if room is None:
        return
    newer = sa.orm.aliased(Commitment)
    promised = sa.select(sa.func.coalesce(sa.func.sum(Commitment.qty), 0)).where(
        Commitment.lot_id == promise.lot_id, ~sa.exists().where(newer.replaces_id == Commitment.id)
    )
    if old is not None:
        promised = promised.where(Commitment.id != old.id)
    if int(db.session.scalar(promised) or 0) + promise.qty > room:
        raise Refused("commitment-above-lot")
