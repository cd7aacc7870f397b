"""What units owe suppliers, by unit and age: finance's list, and the same rows as a sheet (P9)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.sheets import Column
from core.text import label, sentence
from market.queries import payables
from market.queries.payables import Claim
from market.rules.ageing import Age, age


@dataclass
class UnitDebt:
    """One unit's unpaid acceptances, fen by age; a disputed part is not in it."""

    buyer_id: int
    buyer_name: str
    by_age: dict[Age, int] = field(default_factory=lambda: dict.fromkeys(Age, 0))
    interest_fen: int = 0
    oldest_days: int = 0
    claims: list[Claim] = field(default_factory=list)

    @property
    def unpaid_fen(self) -> int:
        """All of it, due or not."""
        return sum(self.by_age.values())

    @property
    def late_fen(self) -> int:
        """What is overdue."""
        return self.unpaid_fen - self.by_age[Age.NOT_DUE]


def debts(*, only_late: bool = True) -> list[UnitDebt]:
    """Units with unpaid acceptances, the most overdue first. One statement."""
    found: dict[int, UnitDebt] = {}
    for one in payables.claims(payables.is_open()):
        unit = found.setdefault(one.buyer_id, UnitDebt(one.buyer_id, one.buyer_name))
        unit.by_age[age(one.days_late)] += one.unpaid_fen
        unit.interest_fen += one.interest_fen
        unit.oldest_days = max(unit.oldest_days, one.days_late)
        if one.days_late or not only_late:
            unit.claims.append(one)
    listed = [unit for unit in found.values() if unit.late_fen or not only_late]
    return sorted(listed, key=lambda unit: (-unit.late_fen, unit.buyer_name, unit.buyer_id))


def columns() -> list[Column]:
    """The list's columns, on the screen and in the sheet."""
    ages = [Column(label(one), "yuan", 16) for one in Age]
    tail = [
        Column(sentence("overdue_column", "late"), "yuan", 16),
        Column(sentence("overdue_column", "interest"), "yuan", 16),
        Column(sentence("overdue_column", "oldest"), "count", 12),
    ]
    return [Column(sentence("overdue_column", "unit"), width=28), *ages, *tail]


def row(unit: UnitDebt) -> Sequence[Any]:
    """A unit's row, as `columns` names it."""
    ages = [unit.by_age[one] for one in Age]
    return [unit.buyer_name, *ages, unit.late_fen, unit.interest_fen, unit.oldest_days]
