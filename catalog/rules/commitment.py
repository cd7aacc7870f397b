"""承诺达标合格证, made by the producer for one lot: its seven fields and when it must be made anew.

Fields: 承诺事项, 承诺依据, 产品名称, 数量（重量）, 产地, 生产者与联系方式, 开具日期.
Kept for good (the law asks six months).
"""

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from core.errors import Refused


class CommitmentBasis(StrEnum):
    """What the promise rests on: control of the growing, own test, a commissioned test. One or more of them."""

    CONTROL = "control"
    OWN_TEST = "own_test"
    COMMISSIONED_TEST = "commissioned_test"


class LabelSize(StrEnum):
    """Width of the roll in the label printer, in millimetres."""

    MM40 = "40"
    MM60 = "60"


MOST_LABELS = 200


def check(
    bases: Collection[CommitmentBasis], *, needed: bool, qty: int, harvested_on: date, issued_on: date, has_report: bool
) -> None:
    """Whether such a certificate may be made. `qty` in base units.

    Raises: Refused "commitment-not-needed" (the category has none), "commitment-basis-missing",
    "commitment-report-missing" (a commissioned test has its report), "commitment-quantity-missing",
    "commitment-before-harvest".
    """
    if not needed:
        raise Refused("commitment-not-needed")
    if not bases:
        raise Refused("commitment-basis-missing")
    if CommitmentBasis.COMMISSIONED_TEST in bases and not has_report:
        raise Refused("commitment-report-missing")
    if qty <= 0:
        raise Refused("commitment-quantity-missing")
    if issued_on < harvested_on:
        raise Refused("commitment-before-harvest")


def check_use(
    name: str, *, is_own: bool, is_void: bool, same_lot: bool, qty: int, shipped_qty: int, sending_qty: int
) -> None:
    """Whether goods may leave with it: `qty` is what it says, `shipped_qty` what has left with it already.

    Raises: Refused "commitment-of-another", "commitment-void", "commitment-other-lot", "commitment-used-up".
    """
    if not is_own:
        raise Refused("commitment-of-another", name=name)
    if is_void:
        raise Refused("commitment-void", name=name)
    if not same_lot:
        raise Refused("commitment-other-lot", name=name)
    if shipped_qty + sending_qty > qty:
        raise Refused("commitment-used-up", name=name)
