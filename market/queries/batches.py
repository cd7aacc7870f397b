"""One batch on its way: where it grew, who sells it, what proves it, who had it: for its label's page and recalls."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from catalog.models.commitment import Commitment
from catalog.models.lots import LotRecall
from catalog.models.product import Category, Lot, Product, ProductPicture
from catalog.models.purchase import PurchaseNote
from catalog.models.supplier import Supplier
from catalog.queries import impact, recalls
from catalog.queries.certificates import Badge, badges_of
from catalog.queries.recalls import Recall
from catalog.queries.villages import Households, Origin, eligible_on, seen
from core import clock
from core.db import db
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.places import queries as places
from market.models.delivery import Acceptance, AcceptanceLine, Delivery, DeliveryLine
from market.models.order import Order
from market.queries.progress import in_force
from market.rules.order_states import OrderKind


@dataclass(frozen=True)
class Batch:
    """What everybody may know of a lot. `badges` as on the harvest day; canteens are counted, never named;
    `linked` is the supplier's figure of the county's public ones, and no lot has a count of its own (rule 76)."""

    lot_id: int
    lot_no: str
    token: str
    sku: str
    product_name: str
    art: str
    picture: str | None
    supplier_id: int
    supplier_name: str
    origin_code: str
    origin_full: str
    origin: Origin
    harvested_on: date
    badges: list[Badge]
    commitment_no: str
    commitment_token: str
    is_bought: bool
    linked: Households
    canteens: int
    last_accepted_on: date | None
    recall: Recall | None


def find(token: str) -> Batch | None:
    """The batch of a label. Nine statements, and those of the public figures once a minute."""
    picture = (
        sa.select(StoredFile.token)
        .join(ProductPicture, ProductPicture.file_id == StoredFile.id)
        .where(ProductPicture.product_id == Product.id)
        .order_by(ProductPicture.position)
        .limit(1)
        .scalar_subquery()
    )
    row = db.session.execute(
        sa.select(
            Lot, Product.sku, Product.name, Category.art, picture, Supplier.id.label("supplier_id"),
            Organisation.name.label("supplier_name"),
        )
        .join(Product, Product.id == Lot.product_id)
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Lot.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(Lot.token == token)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    lot: Lot = row.Lot
    paper, had = _commitment(lot.id), _had(lot.id)
    return Batch(
        *(lot.id, lot.lot_no, lot.token, row.sku, row.name, row.art, row[4], row.supplier_id, row.supplier_name),
        origin_code=lot.origin_code,
        origin_full=places.names({lot.origin_code})[lot.origin_code].full,
        origin=eligible_on(lot.origin_code, lot.harvested_on),
        harvested_on=lot.harvested_on,
        badges=badges_of([lot.product_id], lot.harvested_on).get(lot.product_id, []),
        commitment_no=paper[0],
        commitment_token=paper[1],
        is_bought=_is_bought(lot.id),
        linked=seen(impact.public(clock.today()).of_supplier(row.supplier_id)),
        canteens=had[0],
        last_accepted_on=had[1],
        recall=recalls.of_lots([lot.id]).get(lot.id),
    )


@dataclass(frozen=True)
class Holder:
    """Who had goods of a lot: a unit's canteen, or a resident (by order number only)."""

    delivery_no: str
    delivered_on: date
    name: str
    order_no: str
    is_unit: bool
    buyer_id: int | None
    canteen_id: int | None
    phone: str
    qty: int
    accepted_qty: int | None
    shipped_at: datetime
    person_id: int


def holders(lot_id: int) -> list[Holder]:
    """Every delivery of a lot with who received it, the latest first. One statement."""
    canteen, unit = sa.orm.aliased(Organisation), sa.orm.aliased(Organisation)
    accepted = (
        sa.select(sa.func.sum(AcceptanceLine.accepted_qty))
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .where(AcceptanceLine.delivery_line_id == DeliveryLine.id, in_force())
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Delivery.delivery_no, Delivery.delivered_on, sa.func.coalesce(canteen.name, unit.name, ""),
            Order.order_no, Order.kind != OrderKind.RESIDENT, Delivery.buyer_id, Delivery.canteen_id, Order.phone,
            DeliveryLine.qty, accepted, Delivery.shipped_at, Order.person_id,
        )
        .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
        .join(Order, Order.id == Delivery.order_id)
        .outerjoin(canteen, canteen.id == Delivery.canteen_id)
        .outerjoin(unit, unit.id == Delivery.buyer_id)
        .where(DeliveryLine.lot_id == lot_id)
        .order_by(Delivery.shipped_at.desc())
        .limit(500)
    )  # fmt: skip
    columns: list[list[Any]] = [[*row[:9], None if row[9] is None else int(row[9]), row[10], row[11]] for row in rows]
    return [Holder(*row) for row in columns]


def recalled_at(canteens: frozenset[int], since: date) -> list[tuple[Recall, str, str]]:
    """(call, lot number, label's token) of open calls for lots that came to these organisations since a day."""
    rows = db.session.execute(
        sa.select(Lot.id, Lot.lot_no, Lot.token)
        .join(DeliveryLine, DeliveryLine.lot_id == Lot.id)
        .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
        .where(
            sa.or_(Delivery.buyer_id.in_(canteens), Delivery.canteen_id.in_(canteens)),
            Delivery.delivered_on >= since,
            Lot.id.in_(sa.select(LotRecall.lot_id).where(recalls.stands())),
        )
        .distinct()
    ).all()
    calls = recalls.of_lots([row.id for row in rows])
    return [(calls[row.id], row.lot_no, row.token) for row in rows if row.id in calls]


def _commitment(lot_id: int) -> tuple[str, str]:
    later = sa.orm.aliased(Commitment)
    row = db.session.execute(
        sa.select(Commitment.commitment_no, Commitment.token)
        .where(Commitment.lot_id == lot_id, ~sa.exists().where(later.replaces_id == Commitment.id))
        .order_by(Commitment.id.desc())
        .limit(1)
    ).one_or_none()
    return (row.commitment_no, row.token) if row is not None else ("", "")


def _is_bought(lot_id: int) -> bool:
    """Whether households sold into the lot, by their notes. How many is not said of a lot: lots cut across villages and
    suppliers, whose counts are published together."""
    later = sa.orm.aliased(PurchaseNote)
    bought = sa.exists().where(
        PurchaseNote.lot_id == lot_id,
        PurchaseNote.reverses_id.is_(None),
        ~sa.exists().where(later.reverses_id == PurchaseNote.id),
    )
    return bool(db.session.scalar(sa.select(bought)))


def _had(lot_id: int) -> tuple[int, date | None]:
    row = db.session.execute(
        sa.select(sa.func.count(Delivery.canteen_id.distinct()), sa.func.max(Acceptance.accepted_on))
        .select_from(AcceptanceLine)
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .join(Delivery, Delivery.id == Acceptance.delivery_id)
        .join(DeliveryLine, DeliveryLine.id == AcceptanceLine.delivery_line_id)
        .where(DeliveryLine.lot_id == lot_id, AcceptanceLine.accepted_qty > 0, in_force())
    ).one()
    return int(row[0]), row[1]
