"""Rule 76, against somebody who tries out every county that fits what was published."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.disclosure import Cell, Shown, publish, rounded, single

COUNTY = "2"


def county(*towns: list[int]) -> tuple[dict[str, Cell], dict[str, str]]:
    cells = {f"2{t}{v}": Cell(n, n * 1_234_56) for t, town in enumerate(towns) for v, n in enumerate(town)}
    parents = {code: code[:2] for code in cells} | {f"2{t}": COUNTY for t, town in enumerate(towns) if town}
    return cells, parents


def test_a_village_of_four_is_few_and_a_second_is_hidden_with_it() -> None:
    found = publish(*county([4, 9, 6, 30]))

    assert [found[f"20{v}"].shown for v in range(4)] == [Shown.FEW, Shown.NUMBER, Shown.HIDDEN, Shown.NUMBER]
    assert found["20"].households == found[COUNTY].households == 49
    assert found["200"].households is found["200"].amount_fen is found["202"].amount_fen is None


def test_two_few_villages_that_are_fewer_than_five_together_take_a_third() -> None:
    found = publish(*county([2, 2, 8, 9]))

    assert [found[f"20{v}"].shown for v in range(4)] == [Shown.FEW, Shown.FEW, Shown.HIDDEN, Shown.NUMBER]


def test_two_few_villages_with_a_single_solution_take_a_third() -> None:
    """4 and 4: together 8 leaves no other choice."""
    found = publish(*county([4, 4, 8, 9]))

    assert found["202"].shown is Shown.HIDDEN


def test_a_town_without_a_second_village_loses_its_total_and_so_does_another_town() -> None:
    found = publish(*county([3, 0], [7, 8], [20, 30]))

    assert found["20"].shown is found["21"].shown is Shown.HIDDEN
    assert Shown.HIDDEN in {found["210"].shown, found["211"].shown}  # else that town's total could be added up
    assert found["22"].households == 50
    assert found[COUNTY].households == 68


def test_nobody_is_no_secret_and_amounts_are_rounded() -> None:
    found = publish(*county([0, 12]))

    assert found["200"].households == 0
    assert found["201"].amount_fen == 14_800_00
    assert rounded(149_99) == 100_00
    assert rounded(150_00) == 200_00
    assert single(Cell(4, 9_999_00)).shown is Shown.FEW
    assert single(Cell(5, 9_951_00)).amount_fen == 10_000_00


def test_a_label_needs_three_numbers_behind_it() -> None:
    with pytest.raises(ValueError):
        publish({}, {}, least=2)


SMALL = st.lists(st.integers(0, 7), min_size=1, max_size=3)


@given(st.lists(SMALL, min_size=1, max_size=2))
def test_nobody_can_work_out_a_hidden_figure(towns: list[list[int]]) -> None:
    """k = 3, so that every county can be tried: each hidden figure has at least two values that fit."""
    least, top = 3, 11
    cells, parents = county(*towns)
    found = publish(cells, parents, least=least)
    choices = []
    for code, cell in cells.items():
        shown = found[code].shown
        few, many = range(1, least), range(least, top)
        choices.append([cell.households] if shown is Shown.NUMBER else list(few if shown is Shown.FEW else many))
    possible: dict[str, set[int]] = {code: set() for code in found}
    for guess in product(*choices):
        values = dict(zip(cells, guess, strict=True))
        for code in (*sorted({p for p in parents.values() if p != COUNTY}), COUNTY):
            values[code] = sum(values[c] for c, parent in parents.items() if parent == code)
        if all(p.households in (None, values[code]) for code, p in found.items()):
            for code, value in values.items():
                possible[code].add(value)

    assert [c for c, p in found.items() if p.shown is not Shown.NUMBER and len(possible[c]) < 2] == []


@given(st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=8), min_size=1, max_size=6))
def test_no_difference_of_published_figures_is_a_small_group(towns: list[list[int]]) -> None:
    cells, parents = county(*towns)
    found = publish(cells, parents)
    for code, shown in found.items():
        assert shown.shown is Shown.NUMBER or shown.amount_fen is shown.households is None
        below = [c for c in cells if c.startswith(code)]
        if shown.households is None or code in cells:
            continue
        rest = shown.households - told(code, found, parents)
        assert rest == 0 or rest >= 5
        assert shown.households == sum(cells[c].households for c in below)


def told(code: str, found: dict, parents: dict[str, str]) -> int:
    """What the published figures under a node add up to, each counted once."""
    children = [c for c, parent in parents.items() if parent == code]
    return sum(found[c].households if found[c].households is not None else told(c, found, parents) for c in children)
