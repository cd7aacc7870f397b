"""Households: words for their acts and papers, how personal data is masked, when contact data ends (4.3)."""

import re
from datetime import date
from enum import StrEnum

from core.errors import Refused
from core.states import StateTable, step

KEEP_YEARS = 3
_CODE = re.compile(r"[A-Z]{1,4}[0-9]{3,12}")
_LONG_NUMBER = re.compile(r"[0-9](?:[ \-]?[0-9]){10,}")


class RevealPurpose(StrEnum):
    """Why somebody looks at a number in the open."""

    VISIT = "visit"
    PAYMENT = "payment"
    VERIFY = "verify"
    COMPLAINT = "complaint"
    OWN_REQUEST = "own_request"
    AUDIT = "audit"


class Revealed(StrEnum):
    """What is shown in the open: no more than the purpose needs."""

    CONTACT = "contact"
    IDENTITY = "identity"
    ACCOUNT = "account"


class ConsentKind(StrEnum):
    """What a household agreed to (PIPL 28–30: sensitive data each by itself)."""

    TRACKING = "tracking"
    ACCOUNT = "account"
    PHOTOS = "photos"


class ConsentMethod(StrEnum):
    """How the word was given."""

    SIGNED = "signed"
    SMS = "sms"
    WITNESSED = "witnessed"


class IntakeState(StrEnum):
    """A file of households between reading and taking over; its rows are sealed and go when it ends."""

    PREVIEW = "preview"
    TAKEN = "taken"
    DISCARDED = "discarded"


class IntakeAct(StrEnum):
    """What can be done with it."""

    TAKE = "take"
    DISCARD = "discard"


INTAKE = StateTable(
    "household-intake",
    IntakeState.PREVIEW,
    {
        (IntakeState.PREVIEW, IntakeAct.TAKE): step(IntakeState.TAKEN, "staff"),
        (IntakeState.PREVIEW, IntakeAct.DISCARD): step(IntakeState.DISCARDED, "staff", "clock"),
    },
)


class IntakeVerdict(StrEnum):
    """What a row of the file would do."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    WRONG = "wrong"


class ExportState(StrEnum):
    """A list with personal rows: asked for by one, decided by another, fetched within a day."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    LAPSED = "lapsed"


class ExportAct(StrEnum):
    """What happens to such a request."""

    APPROVE = "approve"
    DECLINE = "decline"
    LAPSE = "lapse"


EXPORT = StateTable(
    "household-export",
    ExportState.REQUESTED,
    {
        (ExportState.REQUESTED, ExportAct.APPROVE): step(ExportState.APPROVED, "second-person"),
        (ExportState.REQUESTED, ExportAct.DECLINE): step(ExportState.DECLINED, "second-person"),
        (ExportState.REQUESTED, ExportAct.LAPSE): step(ExportState.LAPSED, "clock"),
        (ExportState.APPROVED, ExportAct.LAPSE): step(ExportState.LAPSED, "clock"),
    },
)


def code(text: str) -> str:
    """A household's code: 1–4 letters and 3–12 digits, so that no identity number or phone can pass for one.

    Raises: Refused "household-code-shape".
    """
    tidied = "".join(text.split()).upper()
    if not _CODE.fullmatch(tidied):
        raise Refused("household-code-shape")
    return tidied


def free_text(text: str) -> str:
    """A person's words for the record, without numbers of people. Raises: Refused "text-holds-number"."""
    if _LONG_NUMBER.search(text):
        raise Refused("text-holds-number")
    return text


def masked_name(name: str) -> str:
    """王小明 → 王**: the first character and as many stars as were characters, at most three."""
    return name[:1] + "*" * min(3, len(name) - 1)


def masked_number(number: str) -> str:
    """First six and last two of an identity number."""
    return f"{number[:6]}{'*' * 10}{number[-2:]}"


def masked_phone(phone: str) -> str:
    """138****0021."""
    return f"{phone[:3]}****{phone[-4:]}"


def masked_account(number: str) -> str:
    """****1234."""
    return f"****{number[-4:]}"


def contact_ends_on(last_benefit_on: date) -> date:
    """The day from which contact data must be gone: three years after the last benefit (4.3 rule 5)."""
    try:
        return last_benefit_on.replace(year=last_benefit_on.year + KEEP_YEARS)
    except ValueError:  # 29 February
        return date(last_benefit_on.year + KEEP_YEARS, 3, 1)
