"""Which suppliers' counts may stand beside the published figures of places, so that no family is found by subtraction.

Places are published first (`disclosure.publish`). The counts of suppliers cut across them: a supplier bound to all
households of a hidden village, or to all of a village but two, would give them away. Suppliers are let in one by one,
the largest first, each only if

- what it has of hidden villages is nothing, or all that some published total leaves open; then it tells of hidden
  villages no more than the places do, in any sum or difference;
- what it has beyond the units (open villages, rests of totals) that lie wholly in it, and what it lacks of the units it
  touches, is nobody or `least` households and more;
- the same holds against each supplier before it of which one lies in the other.
"""

from collections import defaultdict
from collections.abc import Mapping

from catalog.rules.disclosure import LEAST, Published, Shown

Homes = frozenset[int]


def open_suppliers(
    suppliers: Mapping[int, Homes],
    villages: Mapping[str, Homes],
    parents: Mapping[str, str],
    shown: Mapping[str, Published],
    *,
    least: int = LEAST,
) -> set[int]:
    """The suppliers whose number of households may be published. A household lies in exactly one village."""
    units, closed = _units(villages, parents, shown)
    rests = units.keys() - villages.keys()
    found: dict[int, Homes] = {}
    for supplier_id in sorted(suppliers, key=lambda one: (-len(suppliers[one]), one)):
        homes = suppliers[supplier_id]
        if len(homes) >= least and not homes & closed and _is_apart(homes, units, rests, found, least):
            found[supplier_id] = homes
    return set(found)


def _units(
    villages: Mapping[str, Homes], parents: Mapping[str, str], shown: Mapping[str, Published]
) -> tuple[dict[str, Homes], Homes]:
    """Open villages and the rests of totals, each with its homes; and the homes of which no total is published."""
    units: dict[str, set[int]] = defaultdict(set)
    closed: set[int] = set()
    for code, homes in villages.items():
        node: str | None = code
        while node is not None and shown[node].shown is not Shown.NUMBER:
            node = parents.get(node)
        (closed if node is None else units[node]).update(homes)
    return {name: frozenset(homes) for name, homes in units.items()}, frozenset(closed)


def _is_apart(
    homes: Homes, units: Mapping[str, Homes], rests: set[str], before: Mapping[int, Homes], least: int
) -> bool:
    touched = {name for name, own in units.items() if not own.isdisjoint(homes)}
    if any(name in rests and not units[name] <= homes for name in touched):
        return False  # part of a rest: neither nothing nor all of it
    inside = frozenset().union(*(units[name] for name in touched if units[name] <= homes))
    around = frozenset().union(*(units[name] for name in touched))
    if _is_few(len(homes - inside), least) or _is_few(len(around - homes), least):
        return False
    return not any(
        (homes <= other or other <= homes) and _is_few(len(homes ^ other), least) for other in before.values()
    )


def _is_few(count: int, least: int) -> bool:
    return 0 < count < least
