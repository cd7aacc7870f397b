"""Numbers that stand on paper; all floors take them from the ground floor."""

from core.numbers import take, take_many

__all__ = ["take", "take_many"]
