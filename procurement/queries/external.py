"""Reading 832 orders as last known: for judging a file, for pages, for the work lists."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from core.db import any_of, db
from procurement.models.external import ExternalOrder, ExternalOrderVersion
from procurement.rules.p832 import Goods, Head, ImportSide, Order, PurchaseType, Row, Split
from procurement.rules.scheme import Channel

CHANNEL = Channel.P832.value


@dataclass(frozen=True)
class Known:
    """An order that stands: what its current version says. Money in fen."""

    order_id: int
    version_id: int
    version_no: int
    batch_id: int
    side: ImportSide
    fingerprint: str
    unit_id: int | None
    unit_name: str
    purchase_type: PurchaseType
    status: str
    ordered_at: datetime
    finished_at: datetime | None
    paid_at: datetime | None
    paid_fen: int
    freight_fen: int
    goods_fen: int
    canteen_fen: int
    union_fen: int
    supplier_name: str
    recognised_on: date | None
    not_counted: str

    @property
    def counted_fen(self) -> int:
        """What counts of it now, in a scheme that takes union money too."""
        return self.paid_fen if self.recognised_on is not None and self.unit_id is not None else 0

    @property
    def split(self) -> Split | None:
        """What somebody answered for a 食堂+工会 order; None while nobody did."""
        answered = self.purchase_type is PurchaseType.BOTH and self.canteen_fen + self.union_fen == self.paid_fen > 0
        return Split(self.canteen_fen, self.union_fen) if answered else None


_V = ExternalOrderVersion
_COLUMNS = (
    ExternalOrder.id, _V.id, _V.version_no, _V.batch_id, _V.side, _V.fingerprint, _V.unit_id, _V.unit_name,
    _V.purchase_type, _V.status, _V.ordered_at, _V.finished_at, _V.paid_at, _V.paid_fen, _V.freight_fen, _V.goods_fen,
    _V.canteen_fen, _V.union_fen, _V.supplier_name, _V.recognised_on, _V.not_counted,
)  # fmt: skip


def known(order_nos: Collection[str]) -> dict[str, Known]:
    """The standing orders among these numbers. One statement."""
    rows = db.session.execute(
        sa.select(ExternalOrder.external_no, *_COLUMNS)
        .join(_V, _V.id == ExternalOrder.current_version_id)
        .where(ExternalOrder.channel == CHANNEL, any_of(ExternalOrder.external_no, order_nos, sa.String))
        .where(~ExternalOrder.is_void)
    )
    return {row[0]: Known(*tuple(row)[1:]) for row in rows}


def ids(order_nos: Collection[str]) -> dict[str, int]:
    """The ids of all orders of these numbers, void ones too. One statement."""
    rows = db.session.execute(
        sa.select(ExternalOrder.external_no, ExternalOrder.id).where(
            ExternalOrder.channel == CHANNEL, any_of(ExternalOrder.external_no, order_nos, sa.String)
        )
    )
    return {row.external_no: row.id for row in rows}


def last_numbers(order_ids: Collection[int]) -> dict[int, int]:
    """The number of the last version of each order, whether it stands or not. One statement."""
    rows = db.session.execute(
        sa.select(_V.order_id, sa.func.max(_V.version_no)).where(any_of(_V.order_id, order_ids)).group_by(_V.order_id)
    )
    return {row[0]: row[1] for row in rows}


def as_order(external_no: str, version: ExternalOrderVersion, type_word: str) -> Order:
    """A version as the rules know an order, to be read again. `type_word`: the platform's word for its type."""
    head = Head(
        unit_name=version.unit_name, purchase_type=type_word, supplier_name=version.supplier_name,
        status=version.status, ordered_at=version.ordered_at, paid_fen=version.paid_fen,
        freight_fen=version.freight_fen, finished_at=version.finished_at, paid_at=version.paid_at,
        supplier_province=version.supplier_province, supplier_county=version.supplier_county,
        pay_method=version.pay_method,
    )  # fmt: skip
    return Order(external_no, tuple(Row(0, external_no, head, Goods(**line)) for line in version.lines))
