"""Suppliers' invoices: their numbers, taxes by line, what must agree with what was accepted.

Goods of farmers and co-operatives are exempt; processed goods carry 9 or 13 %; a small-scale taxpayer 1 or 3 %. Prices
hold the tax: per line tax = amount × rate ÷ (1 + rate), half up to the fen; the issuer's software may round each of its
own rows, so a fen of difference for each line is no difference.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import Refused
from core.money import WHOLE_BP, half_up
from core.states import StateTable, step

_EINVOICE, _PAPER = re.compile(r"[0-9]{20}"), re.compile(r"[0-9]{8}")


class InvoiceTax(StrEnum):
    """How a line is taxed."""

    EXEMPT = "exempt"
    RATE_9 = "rate_9"
    RATE_13 = "rate_13"
    SMALL_1 = "small_1"
    SMALL_3 = "small_3"


RATE_BP = {
    InvoiceTax.EXEMPT: 0,
    InvoiceTax.RATE_9: 900,
    InvoiceTax.RATE_13: 1300,
    InvoiceTax.SMALL_1: 100,
    InvoiceTax.SMALL_3: 300,
}


class InvoiceState(StrEnum):
    """An invoice's way."""

    RECEIVED = "received"
    MATCHED = "matched"
    MISMATCH = "mismatch"  # an approver decides
    APPROVED = "approved"
    RETURNED = "returned"
    REVERSED = "reversed"


class InvoiceAct(StrEnum):
    """What can happen to an invoice."""

    MATCH = "match"
    DIFFER = "differ"
    APPROVE = "approve"
    RETURN = "return"
    REVERSE = "reverse"


_S, _A = InvoiceState, InvoiceAct
INVOICE = StateTable(
    "invoice",
    _S.RECEIVED,
    {
        (_S.RECEIVED, _A.MATCH): step(_S.MATCHED, "rule"),
        (_S.RECEIVED, _A.DIFFER): step(_S.MISMATCH, "rule"),
        (_S.MISMATCH, _A.APPROVE): step(_S.APPROVED, "approver"),
        (_S.MISMATCH, _A.RETURN): step(_S.RETURNED, "approver"),
        (_S.APPROVED, _A.REVERSE): step(_S.REVERSED, "payer", "supplier"),
        (_S.MATCHED, _A.REVERSE): step(_S.REVERSED, "payer", "supplier"),
    },
)
IN_FORCE = (InvoiceState.MATCHED, InvoiceState.APPROVED, InvoiceState.MISMATCH)
"""An invoice that stands in the way of another for the same goods."""


class Mismatch(StrEnum):
    """What does not agree."""

    AMOUNT = "amount"
    TITLE = "title"
    BUYER_CODE = "buyer_code"
    SELLER_CODE = "seller_code"
    TAX = "tax"
    LINES = "lines"


@dataclass(frozen=True)
class TaxLine:
    """Fen of one rate: amount with tax, and the tax in it."""

    mode: InvoiceTax
    amount_fen: int
    tax_fen: int

    @property
    def net_fen(self) -> int:
        """Without tax."""
        return self.amount_fen - self.tax_fen


def tax_in(amount_fen: int, mode: InvoiceTax) -> int:
    """The tax in an amount that holds it, half up."""
    bp = RATE_BP[mode]
    return half_up(amount_fen * bp, WHOLE_BP + bp) if amount_fen >= 0 else -tax_in(-amount_fen, mode)


def tax_line(amount_fen: int, mode: InvoiceTax) -> TaxLine:
    """A line with its tax as the rule has it."""
    return TaxLine(mode, amount_fen, tax_in(amount_fen, mode))


def check_number(number: str, issued_on: date) -> None:
    """数电票: 20 digits, the first two are the year of issue; a paper invoice has 8.

    Raises: Refused "invoice-number", "invoice-number-year" (year).
    """
    if not _EINVOICE.fullmatch(number) and not _PAPER.fullmatch(number):
        raise Refused("invoice-number")
    if len(number) == 20 and number[:2] != f"{issued_on:%y}":
        raise Refused("invoice-number-year", year=f"{issued_on:%y}")


@dataclass(frozen=True)
class Said:
    """What an invoice says. Empty codes and titles: not given, not compared."""

    total_fen: int
    tax_fen: int
    lines: Sequence[TaxLine] = ()
    title: str = ""
    buyer_code: str = ""
    seller_code: str = ""


@dataclass(frozen=True)
class Expected:
    """What it should say."""

    payable_fen: int
    title: str
    buyer_code: str
    seller_code: str


def mismatches(said: Said, expected: Expected) -> list[Mismatch]:
    """What does not agree, nothing for a good one."""
    found = []
    if said.total_fen != expected.payable_fen:
        found.append(Mismatch.AMOUNT)
    if said.title and said.title != expected.title:
        found.append(Mismatch.TITLE)
    if said.buyer_code and expected.buyer_code and said.buyer_code != expected.buyer_code:
        found.append(Mismatch.BUYER_CODE)
    if said.seller_code and expected.seller_code and said.seller_code != expected.seller_code:
        found.append(Mismatch.SELLER_CODE)
    if said.lines:
        if sum(line.amount_fen for line in said.lines) != said.total_fen:
            found.append(Mismatch.LINES)
        off = [abs(line.tax_fen - tax_in(line.amount_fen, line.mode)) > 1 for line in said.lines]
        if any(off) or sum(line.tax_fen for line in said.lines) != said.tax_fen:
            found.append(Mismatch.TAX)
    return found
