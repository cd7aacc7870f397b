"""What buyers say of goods: stars and words. A shop answers, nobody deletes; hidden for a reason of law (rule 86)."""

from enum import StrEnum

from core.errors import Refused

MOST_TEXT = 500


class LegalBasis(StrEnum):
    """Why a review may be hidden; a bad mark is no reason (电子商务法 第三十九条)."""

    PERSONAL_DATA = "personal_data"
    INSULT = "insult"
    UNLAWFUL = "unlawful"
    AUTHORITY = "authority"  # a court or an authority demands it


def check(stars: int, text: str) -> None:
    """Raises: Refused "review-stars", "review-too-long" (most)."""
    if not 1 <= stars <= 5:
        raise Refused("review-stars")
    if len(text) > MOST_TEXT:
        raise Refused("review-too-long", most=MOST_TEXT)


def average_x10(stars_sum: int, count: int) -> int | None:
    """Tenths of a star, truncated; None without reviews: nothing is shown then."""
    return None if count == 0 else stars_sum * 10 // count
