"""Couriers that parcels go with, and what their numbers look like.

The patterns are those that each courier prints today; a courier may change them, so `OTHER` takes any plain number.
"""

import re
from enum import StrEnum

from core.errors import Refused


class Courier(StrEnum):
    """Who carries a parcel."""

    SF = "sf"
    EMS = "ems"
    YTO = "yto"
    ZTO = "zto"
    STO = "sto"
    YUNDA = "yunda"
    JT = "jt"
    JD = "jd"
    DEPPON = "deppon"
    OTHER = "other"


_PATTERNS = {
    Courier.SF: r"SF\d{12,15}|\d{12}",
    Courier.EMS: r"[A-Z]{2}\d{9}[A-Z]{2}|\d{13}",
    Courier.YTO: r"YT\d{13}|[A-Z]?\d{10,18}",
    Courier.ZTO: r"7[35689]\d{10,13}|2[12]\d{10}",
    Courier.STO: r"(77|66|88|22|33|44|55|11|99)\d{11,13}",
    Courier.YUNDA: r"\d{13}|\d{15}|46\d{13}",
    Courier.JT: r"JT\d{13}",
    Courier.JD: r"JD[A-Z0-9]{11,16}(-\d+-\d+-?)?",
    Courier.DEPPON: r"(DPK)?\d{9,15}",
    Courier.OTHER: r"[A-Z0-9-]{4,40}",
}
_SHAPES = {courier: re.compile(pattern) for courier, pattern in _PATTERNS.items()}


def number_of(courier: Courier, typed: str) -> str:
    """A parcel's number as it is kept: upper case, without blanks.

    Raises: Refused "parcel-number-missing", "parcel-number-shape" (courier, number) when it is none of this courier's.
    """
    number = "".join(typed.split()).upper()
    if not number:
        raise Refused("parcel-number-missing", courier=courier)
    if not _SHAPES[courier].fullmatch(number):
        raise Refused("parcel-number-shape", courier=courier, number=number[:40])
    return number
