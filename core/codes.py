"""Numbers that people copy by hand, with a check character, and tokens that nobody can guess.

31 symbols (no 0, O, 1, I; no U, which handwriting turns into V) and a weighted sum modulo 31. Thirty-one is prime and
the weights are powers of 3, a primitive root: each position has its own weight, none is zero. Hence one wrong
character, and two changed over, always break the sum and not merely most of the time; in a readable number the two are
digits, or neighbours.
"""

import re
import secrets
from datetime import date

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
_PRIME = len(ALPHABET)
_LONGEST = _PRIME - 1  # the powers of 3 repeat after this many positions
_CARD = re.compile(r"[A-Z0-9]{4,29}-[2-9A-HJ-NP-TV-Z]")
_NUMBERED = re.compile(r"([A-Z]{1,4})([0-9]{6})-([0-9]{4,9})-([2-9A-HJ-NP-TV-Z])")


def new_code(prefix: str, length: int = 8) -> str:
    """prefix + `length` random characters + check character. The prefix uses the same 31 symbols."""
    if length < 1 or len(prefix) + length + 1 > _LONGEST or not set(prefix) <= set(ALPHABET):
        raise ValueError(f"no code of this shape: {prefix!r}, {length}")
    body = prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))
    return body + _check_character([ALPHABET.index(c) for c in body])


def numbered(prefix: str, on: date, serial: int) -> str:
    """A readable number of a county day: XC261123-0007-K. Prefix 1–4 capital letters, serial 0–999,999,999."""
    body = f"{prefix}{on:%y%m%d}-{serial:04d}"
    number = f"{body}-{_check_character(_readable_values(body))}"
    if not _NUMBERED.fullmatch(number):
        raise ValueError(f"no number of this shape: {number}")
    return number


def check(code: str) -> bool:
    """Whether the check character agrees. Every single wrong character and every swap of two neighbours is found."""
    if "-" in code:
        return bool(_NUMBERED.fullmatch(code)) and _check_character(_readable_values(code[:-2])) == code[-1]
    if not 2 <= len(code) <= _LONGEST or not set(code) <= set(ALPHABET):
        return False
    return _check_character([ALPHABET.index(c) for c in code[:-1]]) == code[-1]


def with_check(body: str) -> str:
    """A code of capital letters and digits as it stands on a card: H1052050001-K."""
    return f"{body}-{_check_character(_readable_values(body))}"


def without_check(text: str) -> str | None:
    """The code of such a text; None when the check character disagrees or the shape is another."""
    body = text[:-2]
    fits = _CARD.fullmatch(text) and len(body) <= _LONGEST and text[-1] == _check_character(_readable_values(body))
    return body if fits else None


def token() -> str:
    """192 random bits, url-safe: for open links, where an id would tell how many there are."""
    return secrets.token_urlsafe(24)


def _readable_values(body: str) -> list[int]:
    # The shape fixes where letters and where digits stand, so a letter and a digit may share a value.
    return [int(c) if c.isdigit() else ord(c) - ord("A") for c in body if c != "-"]


def _check_character(values: list[int]) -> str:
    total = sum(value * pow(3, place, _PRIME) for place, value in enumerate(reversed(values), start=1))
    return ALPHABET[-total % _PRIME]
