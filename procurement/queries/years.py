"""Which fiscal years are closed: a dated setting that a finance act adds to (rule 28)."""

from datetime import date

from core import settings

settings.register(ledger__closed_years=[])


def closed(on: date | None = None) -> frozenset[int]:
    """The years whose figures no longer take corrections."""
    return frozenset(settings.value("ledger.closed_years", on=on))
