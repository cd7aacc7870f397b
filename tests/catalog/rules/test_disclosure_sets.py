"""Places and suppliers published together: no pair of figures and no sum gives a hidden group away."""

from fractions import Fraction
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.rules.disclosure import LEAST, Cell, Published, Shown, publish
from catalog.rules.disclosure_sets import Homes, open_suppliers

Register = tuple[dict[str, Homes], dict[int, Homes]]


def figures(register: Register) -> tuple[dict[str, Homes], dict[str, Published], set[int]]:
    """Every place with its homes, what is shown of it, and the suppliers that are shown."""
    villages, suppliers = register
    parents = {code: code[:9] for code in villages} | {code[:9]: code[:6] for code in villages}
    shown = publish({code: Cell(len(homes)) for code, homes in villages.items()}, parents)
    places = dict(villages)
    for code in shown.keys() - villages.keys():
        places[code] = frozenset().union(*(homes for village, homes in villages.items() if village.startswith(code)))
    return places, shown, open_suppliers(suppliers, villages, parents, shown)


def county(sizes: list[int], *bound: list[int]) -> Register:
    """Villages of one town, and suppliers bound to so many of each village."""
    villages, suppliers = {}, {}
    for n, size in enumerate(sizes):
        villages[f"220681100{200 + n}"] = frozenset(range(n * 100, n * 100 + size))
    for number, counts in enumerate(bound, 1):
        suppliers[number] = frozenset(n * 100 + home for n, count in enumerate(counts) for home in range(count))
    return villages, suppliers


def test_a_supplier_of_all_homes_of_a_hidden_village_is_hidden_with_it() -> None:
    """4, 9, 6 and 30: the six are hidden for the four's sake; a supplier of exactly these six must not say 6."""
    _, shown, open_ones = figures(county([4, 9, 6, 30], [0, 0, 6, 0], [4, 9, 6, 30], [0, 9, 0, 10]))
    assert shown["220681100202"].shown is Shown.HIDDEN
    assert open_ones == {2, 3}  # all of the town tells nothing new


def test_all_of_a_village_but_two_would_tell_of_the_two() -> None:
    _, _, open_ones = figures(county([30, 40], [28, 0], [25, 0], [30, 2], [30, 0]))
    assert open_ones == {2, 4}


def test_of_two_suppliers_one_in_the_other_the_smaller_waits() -> None:
    _, _, open_ones = figures(county([50], [20], [18], [12]))
    assert open_ones == {1, 3}


@st.composite
def registers(draw: st.DrawFn) -> Register:
    sizes = draw(st.lists(st.lists(st.integers(0, 14), min_size=1, max_size=4), min_size=1, max_size=3))
    villages, home = {}, 0
    for t, town in enumerate(sizes):
        for v, size in enumerate(town):
            villages[f"22068110{t}{200 + v}"] = frozenset(range(home, home + size))
            home += size
    suppliers = {}
    for number in range(1, draw(st.integers(1, 6)) + 1):
        mine: set[int] = set()
        for homes in villages.values():
            ordered = sorted(homes)
            mine.update(
                ordered[draw(st.integers(0, 2)) : draw(st.sampled_from([0, 0, len(ordered), len(ordered) - 2, 5]))]
            )
        suppliers[number] = frozenset(mine)
    return villages, suppliers


@settings(max_examples=300, deadline=None)
@given(registers())
def test_no_pair_of_public_figures_gives_a_small_group_by_subtraction(register: Register) -> None:
    places, shown, open_ones = figures(register)
    public = [homes for code, homes in places.items() if shown[code].shown is Shown.NUMBER]
    public += [register[1][one] for one in open_ones]
    secret = [homes for code, homes in places.items() if shown[code].shown is not Shown.NUMBER]
    for big, small in permutations(public, 2):
        if small <= big:
            assert not 0 < len(big - small) < LEAST
            assert big - small not in secret or big - small in (big, frozenset())
    assert not [homes for homes in secret if homes in public and len(homes) < LEAST]


@settings(max_examples=150, deadline=None)
@given(registers())
def test_no_sum_of_public_figures_gives_a_hidden_village(register: Register) -> None:
    """A hidden village's homes are in no linear combination of what is published."""
    places, shown, open_ones = figures(register)
    public = [homes for code, homes in places.items() if shown[code].shown is Shown.NUMBER and homes]
    public += [register[1][one] for one in open_ones]
    homes = sorted(frozenset().union(*places.values()))
    basis: list[list[Fraction]] = []
    for one in public:
        _reduce([Fraction(home in one) for home in homes], basis, keep=True)
    for code in register[0]:
        if shown[code].shown is not Shown.NUMBER:
            assert any(_reduce([Fraction(home in places[code]) for home in homes], basis, keep=False))


def _reduce(row: list[Fraction], basis: list[list[Fraction]], *, keep: bool) -> list[Fraction]:
    """What is left of a row after the basis; kept in it when something is left."""
    for known in basis:
        lead = next(n for n, value in enumerate(known) if value)
        if row[lead]:
            factor = row[lead] / known[lead]
            row = [a - factor * b for a, b in zip(row, known, strict=True)]
    if keep and any(row):
        basis.append(row)
    return row
