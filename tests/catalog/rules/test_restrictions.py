from datetime import date

import pytest

from catalog.rules.restrictions import Restriction, barrier, check
from core.errors import Refused

ON = date(2026, 11, 23)
FUNGI, ZHENMO, MUER, WINE, GRAPE = range(5)
TABLE = [
    Restriction(FUNGI, "school", "学校食品安全与营养健康管理规定", date(2019, 4, 1), only_wild=True),
    Restriction(WINE, "any", "食堂不得采购酒类", date(2019, 4, 1)),
    Restriction(MUER, "hospital", "旧文", date(2019, 4, 1), date(2026, 11, 22)),
]


def test_wild_mushrooms_are_barred_from_schools_and_cultivated_ones_are_not():
    """Rule 70."""
    assert barrier(TABLE, (ZHENMO, FUNGI), "school", ON, is_wild=True) is TABLE[0]
    assert barrier(TABLE, (MUER, FUNGI), "school", ON) is None
    assert barrier(TABLE, (ZHENMO, FUNGI), "bureau", ON, is_wild=True) is None


def test_alcohol_is_barred_from_every_canteen_and_the_document_is_named():
    with pytest.raises(Refused, match=r"^goods-barred$") as refusal:
        check(TABLE, (GRAPE, WINE), "bureau", ON)

    assert refusal.value.facts["document"] == "食堂不得采购酒类"


def test_a_row_holds_between_its_days():
    assert barrier(TABLE, (MUER, FUNGI), "hospital", date(2026, 11, 22)) is TABLE[2]
    assert barrier(TABLE, (MUER, FUNGI), "hospital", ON) is None
    assert barrier(TABLE, (WINE,), "school", date(2019, 3, 31)) is None
    check(TABLE, (MUER, FUNGI), "hospital", ON)
