"""States and words of this noun; the table of its steps stands here too."""

from enum import StrEnum


class TransferState(StrEnum):
    """Prepared with a remittance code, declared by the payer, confirmed by somebody else (rule 25)."""

    PREPARED = "prepared"
    DECLARED = "declared"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ConfirmedBy(StrEnum):
    """Whose word confirmed a transfer."""

    SUPPLIER = "supplier"
    FINANCE = "finance"
