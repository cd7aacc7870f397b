"""From a clerk's draft to the shop: who checks a product, what class it is of, and when it is seen.

The class is computed, never typed in: what counts for the quota, what is certified, what is merely local.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from catalog.rules.certificates import CertificateKind, Held, badges, may_sell
from catalog.rules.supplier import SupplierStatus
from core.errors import Refused
from core.states import StateTable, step


class ProductState(StrEnum):
    """Where a product stands between its clerk, the township and the platform."""

    DRAFT = "draft"
    ORIGIN_CHECK = "origin_check"
    CONTENT_CHECK = "content_check"
    LISTED = "listed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class ProductAct(StrEnum):
    """What can be done with a product."""

    SUBMIT = "submit"
    CONFIRM_ORIGIN = "confirm_origin"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    REVISE = "revise"
    WITHDRAW = "withdraw"


_S, _A = ProductState, ProductAct
PRODUCT = StateTable(
    "product",
    _S.DRAFT,
    {
        (_S.DRAFT, _A.SUBMIT): step(_S.ORIGIN_CHECK, "supplier"),
        (_S.ORIGIN_CHECK, _A.CONFIRM_ORIGIN): step(_S.CONTENT_CHECK, "township"),
        (_S.ORIGIN_CHECK, _A.SEND_BACK): step(_S.RETURNED, "township"),
        (_S.CONTENT_CHECK, _A.APPROVE): step(_S.LISTED, "platform"),
        (_S.CONTENT_CHECK, _A.SEND_BACK): step(_S.RETURNED, "platform"),
        (_S.RETURNED, _A.REVISE): step(_S.DRAFT, "supplier"),
        (_S.WITHDRAWN, _A.REVISE): step(_S.DRAFT, "supplier"),
        **{
            (at, _A.WITHDRAW): step(_S.WITHDRAWN, "supplier", "platform")
            for at in (_S.DRAFT, _S.ORIGIN_CHECK, _S.CONTENT_CHECK, _S.LISTED, _S.RETURNED)
        },
    },
)
"""What is said of a listed product changes by a revision, its price by a price change when it jumps
(`catalog.rules.revision`): the shop shows the old until the new is approved. Stock is nobody's to check."""


def check_two_checkers(origin_confirmed_by_id: int, approved_by_id: int) -> None:
    """Origin and content are confirmed by two people. Raises: Refused "product-same-checker"."""
    if origin_confirmed_by_id == approved_by_id:
        raise Refused("product-same-checker")


class ListingClass(StrEnum):
    """Why a product may stand in the shop, the strongest reason first."""

    COUNTS = "counts"  # 计入额度
    CERTIFIED = "certified"  # 认证
    LOCAL = "local"  # 本地一般, off by default


@dataclass(frozen=True)
class Goods:
    """What a product's class and visibility depend on. `held`: certificates and licences of its supplier.

    `origin_eligible`: its default village is exited, or its supplier buys it from eligible households. The lot on a
    delivery decides again (rule 39): the class is what may be expected, not what is counted.
    """

    state: ProductState
    supplier: SupplierStatus
    is_ingredient: bool
    origin_eligible: bool
    licence: CertificateKind | None = None
    held: tuple[Held, ...] = ()
    proven: bool = True  # not of a protected species, or with a paper that says where it comes from


def listing_class(goods: Goods, on: date, *, local_is_open: bool = False) -> ListingClass | None:
    """The class of a product on a day; None: it has no place here."""
    if goods.is_ingredient and goods.origin_eligible:
        return ListingClass.COUNTS
    if badges(goods.held, on):
        return ListingClass.CERTIFIED
    return ListingClass.LOCAL if local_is_open else None


class Hidden(StrEnum):
    """Why a product is not seen."""

    STATE = "state"
    SUPPLIER = "supplier"
    LICENCE = "licence"
    CLASS = "class"


def hidden(goods: Goods, on: date, *, local_is_open: bool = False) -> Hidden | None:
    """Why a product is not seen on a day; None: it is in the shop and in search.

    A withdrawn product, a supplier no longer active, an expired selling licence: gone at once. An expired badge takes
    down only what was listed for it, by its class.
    """
    if goods.state is not ProductState.LISTED:
        return Hidden.STATE
    if goods.supplier is not SupplierStatus.ACTIVE:
        return Hidden.SUPPLIER
    if not goods.proven or not may_sell(goods.licence, goods.held, on):
        return Hidden.LICENCE
    return None if listing_class(goods, on, local_is_open=local_is_open) else Hidden.CLASS
