"""The ceiling of a household's income, and the draw that anybody can repeat."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.claim_checks import Drawable, draw, drawn_of, exceeds, fingerprint


def test_a_tenth_above_the_income_is_let_pass() -> None:
    assert not exceeds(1_100_00, 1_000_00)
    assert exceeds(1_100_01, 1_000_00)
    assert exceeds(1, 0)
    assert not exceeds(10**9, None)


def test_five_percent_but_at_least_three() -> None:
    assert [drawn_of(n) for n in (0, 2, 3, 60, 61, 1_000)] == [0, 2, 3, 3, 4, 50]


POT = st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 6)), unique_by=lambda claim: claim[0], max_size=200)


@given(st.text(min_size=1, max_size=40), POT, st.randoms(use_true_random=False))
def test_the_same_seed_draws_the_same(seed: str, pot: list[tuple[int, int]], dice: object) -> None:
    claims = [Drawable(*claim) for claim in pot]
    first, mark = draw(seed, claims), fingerprint(claim.benefit_id for claim in claims)
    dice.shuffle(claims)  # type: ignore[attr-defined]
    assert draw(seed, claims) == first
    assert fingerprint(claim.benefit_id for claim in claims) == mark
    for supplier in {claim.supplier_id for claim in claims}:
        own = {claim.benefit_id for claim in claims if claim.supplier_id == supplier}
        assert len(own & set(first)) == drawn_of(len(own))


def test_another_seed_draws_others() -> None:
    claims = [Drawable(n, 1) for n in range(1_000)]
    assert draw("2026Q3:a", claims) != draw("2026Q3:b", claims)
