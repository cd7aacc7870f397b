"""Numbers that pass every check and belong to nobody: a body's code spells DEM, the phones were never given out."""

from catalog.rules import identifiers
from core.access.roles import OrganisationKind
from core.errors import Refused

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FRONT = {OrganisationKind.SUPPLIER: "93", OrganisationKind.CONTRACTOR: "91", OrganisationKind.ENTERPRISE: "91"}
_COUNTY = "220681"


def uscc(kind: OrganisationKind, number: int) -> str:
    """A credit code whose inner organisation code is DEM00001 and so on: no authority has ever issued that."""
    body = f"{_FRONT.get(kind, '12')}{_COUNTY}DEM{number:05d}"
    for inner in "0123456789X":
        for last in _ALPHABET:
            try:
                return identifiers.credit_code(body + inner + last)
            except Refused:
                continue
    raise AssertionError(body)


def phone(number: int) -> str:
    """154 has never been given to an operator."""
    return identifiers.mobile(f"1540000{number:04d}")


def bank_account(number: int) -> str:
    """An account that begins with zeros, as no bank's does."""
    return identifiers.bank_account(f"000000000000{number:06d}")


def licence(prefix: str, number: int) -> str:
    """A food licence: SC or JY, county 220681 of nobody's series."""
    body = f"{prefix}1{_COUNTY if prefix == 'SC' else '2206'}"
    body = body + f"{number:0{15 - len(body)}d}"
    for last in "0123456789":
        try:
            check = identifiers.production_licence if prefix == "SC" else identifiers.operation_licence
            return check(body + last)
        except Refused:
            continue
    raise AssertionError(body)


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_no(number: int) -> str:
    """A resident number that passes its check and can be nobody's: its bearer was born before 1850."""
    body = f"{_COUNTY}{1800 + number % 50}{number // 50 % 12 + 1:02d}{number // 600 % 28 + 1:02d}{number % 1000:03d}"
    return identifiers.resident_number(
        body + "10X98765432"[sum(int(c) * w for c, w in zip(body, _WEIGHTS, strict=True)) % 11]
    )
