"""Yuan as Alipay writes it, fen as we count it. Integers only: a float never comes near an amount."""

import re

MIN_FEN = 1
MAX_FEN = 10_000_000_000  # 100,000,000.00 yuan, the upper bound of alipay.trade.precreate

_YUAN = re.compile(r"(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,2}))?")


def fen_of(text: object) -> int | None:
    """Fen of a yuan text such as `12.3`; None if it is not one (three decimals, signs, exponents, blanks)."""
    match = _YUAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def yuan_of(fen: int) -> str:
    """Yuan text with two decimals; negative amounts carry a leading minus."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
