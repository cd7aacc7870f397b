"""Numbers that others issue: shapes and check characters, computed here because common libraries get this field wrong.

python-stdnum refuses the credit codes of village collectives (N…) and identity numbers of Linjiang births before 1993.
Each function answers the tidy form, or raises Refused with what is wrong with the number:

"…-length" (`needed`, `given`), "…-character" (`found` cannot stand at `position`, counted from 1), "…-check" (`found`
stands at `position`, the characters before it ask for `expected`), "…-shape" for numbers without fixed places.

What the schemes promise to find: the credit code (MOD 31) and the resident number (MOD 11) every wrong character and
every swap of neighbours. ISO 7064 MOD 11,10 (SC, JY) every wrong digit, and every swap but of digits next to each other
on the ring 0–9–0: of those one in ten escapes. The other numbers have no check character and promise nothing.
Sources: GB 32100, GB 11714, GB 11643, ISO 7064, the certification bodies' numbering rules.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from core.errors import Refused

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_DIGITS = "0123456789"
_CREDIT = ("123456789ANY", "123456789", *[_DIGITS] * 6, *[_CREDIT_ALPHABET] * 8, _DIGITS + "X", _CREDIT_ALPHABET)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT = ("123456789", *[_DIGITS] * 16, _DIGITS + "X")
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FOOD_PRODUCTION = ("S", "C", "12", *[_DIGITS] * 13)
_FOOD_OPERATION = ("J", "Y", "123", *[_DIGITS] * 13)
_GREEN = re.compile(r"LB-[0-9]{2}-[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{2}[0-9]{3,4}(?:A|AA|[0-9])")
_GREEN_ENTERPRISE = re.compile(r"GF[0-9]{12}")
_ORGANIC = re.compile(r"[0-9]{3,4}OP[0-9]{7}(?:-[0-9]+)?")
_ORGANIC_CODE = re.compile(r"[0-9]{17,18}")
_GEOGRAPHIC = re.compile(r"AGI[0-9]{4}-[0-9]{2}-[0-9]{3,5}|AGI[0-9]{5}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_BANK = re.compile(r"[0-9]{9,30}")
_DIVISION = re.compile(r"[0-9]{6}|[0-9]{9}|[0-9]{12}")

_WIDE = {code + 0xFEE0: code for code in range(0x21, 0x7F)}


def tidy(text: str) -> str:
    """As people paste it: no blanks, ASCII instead of full-width characters, capital letters."""
    return "".join(text.translate(_WIDE).split()).upper()


def credit_code(text: str) -> str:
    """统一社会信用代码 (GB 32100), with the organisation code inside it (GB 11714): "uscc-organisation-check".

    The inner digit holds for collectives (N…) and other bodies (Y…) too: every known vector of them passes both.
    """
    code = _placed("uscc", _CREDIT, text)
    total = sum(_CREDIT_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    _checked("uscc-check", code, 17, _CREDIT_ALPHABET[-total % 31])
    _checked("uscc-organisation-check", code, 16, _organisation_check(code[8:16]))
    return code


def _organisation_check(eight: str) -> str:
    # In GB 11714 letters stand for 10–35 of the plain alphabet, unlike in the credit code around it.
    total = sum(int(c, 36) * weight for c, weight in zip(eight, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def resident_number(text: str) -> str:
    """居民身份证号. No birthplace table: numbers keep the code of the time and place of first issue."""
    number = _placed("ric", _RESIDENT, text)
    if not _is_birth(number[6:14]):
        raise Refused("ric-date", text=number[6:14])
    total = sum(int(c) * weight for c, weight in zip(number, _RESIDENT_WEIGHTS, strict=False))
    _checked("ric-check", number, 17, "10X98765432"[total % 11])
    return number


def _is_birth(eight: str) -> bool:
    """A day of the calendar that somebody may have been born on; whether it lies ahead is not asked here."""
    try:
        return date(int(eight[:4]), int(eight[4:6]), int(eight[6:])).year >= 1800
    except ValueError:
        return False


def production_licence(text: str) -> str:
    """食品生产许可证 SC + 14 digits."""
    return _licence("sc", _FOOD_PRODUCTION, text)


def operation_licence(text: str) -> str:
    """食品经营许可证 JY + 14 digits; the first digit is 1 sale, 2 catering, 3 canteen."""
    return _licence("jy", _FOOD_OPERATION, text)


def _licence(name: str, places: tuple[str, ...], text: str) -> str:
    number = _placed(name, places, text)
    _checked(f"{name}-check", number, 15, _mod_11_10(number[2:-1]))
    return number


def _mod_11_10(digits: str) -> str:
    """ISO 7064 MOD 11,10."""
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def green_number(text: str) -> str:
    """绿色食品 product number LB-class-YYMM-province-serial-grade; no check character."""
    return _shaped("green", _GREEN, text)


def green_enterprise(text: str) -> str:
    """绿色食品 enterprise code GF + 6 county + 2 year + 4 serial."""
    return _shaped("gf", _GREEN_ENTERPRISE, text)


def organic_number(text: str) -> str:
    """有机产品 certificate: agency + OP + year and serial, an optional sub-certificate after a dash."""
    return _shaped("organic", _ORGANIC, text)


def organic_code(text: str, lengths: tuple[int, ...] = (17, 18)) -> str:
    """有机码 of one mark: 17 digits, 18 where the agency has four; which lengths are taken is a setting."""
    code = tidy(text)
    if not _ORGANIC_CODE.fullmatch(code) or len(code) not in lengths:
        raise Refused("organic-code-shape", text=code[:40], lengths="/".join(str(each) for each in sorted(lengths)))
    return code


def organic_codes(text: str, lengths: tuple[int, ...] = (17, 18), *, most: int = 50) -> tuple[str, ...]:
    """The marks of one delivery line as somebody typed or scanned them: apart by blanks, commas or lines, each once.

    Raises: Refused "organic-code-shape"; "organic-codes-many" (most).
    """
    parts = re.split(r"[\s,，、;；]+", text.strip())
    codes = tuple(dict.fromkeys(organic_code(part, lengths) for part in parts if part))
    if len(codes) > most:
        raise Refused("organic-codes-many", most=most)
    return codes


def geographic_number(text: str) -> str:
    """农产品地理标志: AGIyyyy-nn-nnnn of the specification, or AGInnnnn of the certificate."""
    return _shaped("gi", _GEOGRAPHIC, text)


def mobile(text: str) -> str:
    """A mainland mobile number."""
    return _shaped("mobile", _MOBILE, text)


def bank_account(text: str) -> str:
    """A bank account: 9–30 digits. Public accounts have no check digit."""
    return _shaped("bank", _BANK, text)


class DivisionLevel(StrEnum):
    """What a division code names."""

    COUNTY = "county"
    TOWN = "town"
    COMMUNITY = "community"  # 居委会, last three digits 001–199
    VILLAGE = "village"  # 村委会, 200–399


def division(text: str) -> tuple[str, DivisionLevel]:
    """A statistical division code of 6, 9 or 12 digits and its level. Raises: Refused "division-shape"."""
    code = _shaped("division", _DIVISION, text)
    if len(code) < 12:
        return code, DivisionLevel.COUNTY if len(code) == 6 else DivisionLevel.TOWN
    if not 1 <= int(code[9:]) <= 399:
        raise Refused("division-shape", text=code)
    return code, DivisionLevel.COMMUNITY if int(code[9:]) < 200 else DivisionLevel.VILLAGE


class Identifier(StrEnum):
    """Kinds of numbers with one function each."""

    USCC = "uscc"
    RIC = "ric"
    SC = "sc"
    JY = "jy"
    GREEN = "green"
    GF = "gf"
    ORGANIC = "organic"
    ORGANIC_CODE = "organic_code"
    GI = "gi"
    MOBILE = "mobile"
    BANK = "bank"


CHECKS: Mapping[Identifier, Callable[[str], str]] = MappingProxyType(
    {
        Identifier.USCC: credit_code,
        Identifier.RIC: resident_number,
        Identifier.SC: production_licence,
        Identifier.JY: operation_licence,
        Identifier.GREEN: green_number,
        Identifier.GF: green_enterprise,
        Identifier.ORGANIC: organic_number,
        Identifier.ORGANIC_CODE: organic_code,
        Identifier.GI: geographic_number,
        Identifier.MOBILE: mobile,
        Identifier.BANK: bank_account,
    }
)


def _shaped(name: str, shape: re.Pattern[str], text: str) -> str:
    tidied = tidy(text)
    if not shape.fullmatch(tidied):
        raise Refused(f"{name}-shape", text=tidied[:40])
    return tidied


def _placed(name: str, places: tuple[str, ...], text: str) -> str:
    """A number with one set of characters for each place: the first that cannot stand there is named."""
    tidied = tidy(text)
    if len(tidied) != len(places):
        raise Refused(f"{name}-length", text=tidied[:40], needed=len(places), given=len(tidied))
    for position, (found, allowed) in enumerate(zip(tidied, places, strict=True), start=1):
        if found not in allowed:
            raise Refused(f"{name}-character", text=tidied, position=position, found=found)
    return tidied


def _checked(code: str, text: str, place: int, expected: str) -> None:
    if text[place] != expected:
        raise Refused(code, text=text, position=place + 1, found=text[place], expected=expected)


REFUSALS = frozenset(
    {
        *(f"{name}-{what}" for name in ("uscc", "ric", "sc", "jy") for what in ("length", "character", "check")),
        *(f"{name}-shape" for name in ("green", "gf", "organic", "organic-code", "gi", "mobile", "bank", "division")),
        "uscc-organisation-check",
        "ric-date",
        "organic-codes-many",
    }
)
"""Every code raised here: each has its sentence (a test compares)."""
