"""What may be published of households, so that no family can be found in the figures (rule 76).

A number stands only for `LEAST` households or more; amounts are rounded to 100 yuan. Figures are published as a tree
(village → town → county), so a hidden cell must not come back as "total less the others": more cells, at last totals,
are hidden until

- no hidden cell has a single value that fits everything that is published, and
- no difference of published figures is itself a group of fewer than `LEAST` households.

The reader is taken to know the labels: "fewer than 5" says 1 to 4, a village that is hidden for the others' sake has at
least 5. The test compares the result with trying out every possible county.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.money import half_up

LEAST = 5
GRAIN_FEN = 100_00
_NO_END = 10**9
Range = tuple[int, int]


class Shown(StrEnum):
    """How a figure is shown: as a number, as 少于5户, or not at all because another's could be told from it."""

    NUMBER = "number"
    FEW = "few"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Cell:
    """The truth: how many households, how much they were paid in fen."""

    households: int
    amount_fen: int = 0


@dataclass(frozen=True)
class Published:
    """What everybody may know of a cell; `households` and `amount_fen` only with `Shown.NUMBER`."""

    shown: Shown
    households: int | None = None
    amount_fen: int | None = None


def rounded(fen: int) -> int:
    """To 100 yuan, half up."""
    return half_up(fen, GRAIN_FEN) * GRAIN_FEN


def single(cell: Cell, *, least: int = LEAST) -> Published:
    """A figure that stands alone: no total is published from which it could be told."""
    if 0 < cell.households < least:
        return Published(Shown.FEW)
    return Published(Shown.NUMBER, cell.households, rounded(cell.amount_fen))


def publish(cells: Mapping[str, Cell], parents: Mapping[str, str], *, least: int = LEAST) -> dict[str, Published]:
    """Leaves and all their totals as they may be shown. `parents`: child → parent, a forest; `least` ≥ 3."""
    if least < 3:
        raise ValueError("with fewer than three a label would be a number")
    return _Tree(cells, parents, least).published()


class _Tree:
    """The figures with what is hidden so far."""

    def __init__(self, cells: Mapping[str, Cell], parents: Mapping[str, str], least: int) -> None:
        self.least, self.leaves, self.parent = least, frozenset(cells), dict(parents)
        self.truth: dict[str, Cell] = dict(cells)
        self.children: dict[str, list[str]] = {}
        for child, parent in parents.items():
            self.children.setdefault(parent, []).append(child)
        self.roots = [node for node in {*cells, *self.children} if node not in self.parent]
        self.order = [node for root in sorted(self.roots) for node in self._under(root)]  # parents before children
        for node in reversed(self.order):
            if node not in self.leaves:
                parts = [self.truth[child] for child in self.children[node]]
                self.truth[node] = Cell(sum(p.households for p in parts), sum(p.amount_fen for p in parts))
        self.hidden = {node for node in self.order if 0 < self._count(node) < least}

    def _under(self, node: str) -> Iterable[str]:
        yield node
        for child in sorted(self.children.get(node, ())):
            yield from self._under(child)

    def _count(self, node: str) -> int:
        return self.truth[node].households

    def published(self) -> dict[str, Published]:
        while (exposed := self._exposed()) is not None:
            self.hidden.add(self._shelter(exposed))
        return {node: self._shown(node) for node in self.order}

    def _shown(self, node: str) -> Published:
        if node not in self.hidden:
            cell = self.truth[node]
            return Published(Shown.NUMBER, cell.households, rounded(cell.amount_fen))
        # A total says nothing but "hidden": as "few" it would bound each of its villages once more.
        is_few = node in self.leaves and self._count(node) < self.least
        return Published(Shown.FEW if is_few else Shown.HIDDEN)

    def _exposed(self) -> str | None:
        """A hidden node that somebody could work out, or one in a hidden group that is too small; None when safe."""
        for node in sorted(self.hidden):
            if self._adds_up(node):
                return node
        ranges = self._ranges()
        for node in self.order:
            if node in self.hidden and ranges[node][0] == ranges[node][1]:
                return node
        for node in self.order:
            if node not in self.hidden and 0 < self._unknown(node) < self.least:
                return next(n for n in self._under(node) if n in self.hidden)
        return None

    def _adds_up(self, node: str) -> bool:
        """A hidden total whose parts all stand there."""
        return node not in self.leaves and not any(child in self.hidden for child in self.children[node])

    def _unknown(self, node: str) -> int:
        """Households under a node that no published figure below it tells: the difference anybody can form."""
        if node in self.leaves:
            return self._count(node) if node in self.hidden else 0
        return sum(self._unknown(c) for c in self.children[node] if c in self.hidden)

    def _ranges(self) -> dict[str, Range]:
        """Exactly the values each node can have: sums up the tree, then what is left down it."""
        fits = {node: self._label(node) for node in self.order}
        for node in reversed(self.order):
            if node not in self.leaves:
                low, high = (sum(fits[c][end] for c in self.children[node]) for end in (0, 1))
                fits[node] = _both(fits[node], (low, high))
        for node in self.order:
            if node not in self.leaves:
                self._pass_down(node, fits)
        return fits

    def _pass_down(self, node: str, fits: dict[str, Range]) -> None:
        low, high = fits[node]
        children = self.children[node]
        lows, highs = sum(fits[c][0] for c in children), sum(fits[c][1] for c in children)
        fits.update({c: _both(fits[c], (low - highs + fits[c][1], high - lows + fits[c][0])) for c in children})

    def _label(self, node: str) -> Range:
        if node not in self.hidden:
            return self._count(node), self._count(node)
        if node not in self.leaves:
            return 1, _NO_END
        return (1, self.least - 1) if self._count(node) < self.least else (self.least, _NO_END)

    def _shelter(self, node: str) -> str:
        """What to hide next for a node's sake: the smallest beside it, else under it, else the total above."""
        while True:
            beside = self.children.get(self.parent[node], ()) if node in self.parent else ()
            below = self.children.get(node, ())
            for group in (below, beside) if self._adds_up(node) else (beside, below):
                free = [n for n in group if n not in self.hidden and self._count(n)]
                if free:
                    return min(free, key=lambda n: (self._count(n), n))
            node = self.parent[node]
            if node not in self.hidden:
                return node


def _both(one: Range, other: Range) -> Range:
    return max(one[0], other[0]), min(one[1], other[1])
