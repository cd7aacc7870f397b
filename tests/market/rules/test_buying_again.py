"""What is told of an old order's lines before they are bought again."""

import pytest

from market.rules.buying_again import Again, Fate, packs_now


@pytest.mark.parametrize(
    ("wanted", "least", "free", "packs"),
    [(3, 1, 10, 3), (3, 5, 10, 5), (3, 1, 2, 2), (3, 5, 4, 0), (3, 1, 0, 0), (3, 1, -1, 0)],
)
def test_as_many_as_then_within_what_may_be_bought_now(wanted: int, least: int, free: int, packs: int) -> None:
    assert packs_now(wanted, least=least, free=free, most=9_999) == packs


def test_price_and_number_are_told_both() -> None:
    assert Again("木耳", "袋", 3, 10_00, 2, 12_00).fates == (Fate.DEARER, Fate.FEWER)
    assert Again("木耳", "袋", 3, 10_00, 5, 9_00).fates == (Fate.CHEAPER, Fate.MORE)
    assert Again("木耳", "袋", 3, 10_00, 3, 10_00).fates == (Fate.SAME,)
    assert Again("木耳", "袋", 3, 10_00, 0, 0).fates == (Fate.GONE,)
