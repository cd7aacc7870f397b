"""What an agreement with households must say, by its mode (4.1)."""

from dataclasses import dataclass
from datetime import date

from catalog.rules.supplier import LinkageMode
from core.errors import Refused

MOST_YEARS = 30


@dataclass(frozen=True)
class Terms:
    """What was agreed. `guaranteed_price_fen_x100` per 500 g; `guaranteed_fen` per household and year."""

    mode: LinkageMode
    valid_from: date
    valid_to: date
    guaranteed_price_fen_x100: int | None = None
    guaranteed_fen: int | None = None
    dividend_bp: int | None = None
    text: str = ""


def check(terms: Terms) -> None:
    """Raises: Refused "agreement-term", "agreement-needs-guarantee", "agreement-needs-share", "agreement-needs-text".

    A guaranteed return with a share needs both numbers, a dividend its share, land rent a sum a year; a purchase has a
    guaranteed price or says in words how the price is made.
    """
    if not terms.valid_from <= terms.valid_to or terms.valid_to.year - terms.valid_from.year > MOST_YEARS:
        raise Refused("agreement-term", most=MOST_YEARS)
    needs_sum = terms.mode in (LinkageMode.GUARANTEED, LinkageMode.LAND_RENT)
    if needs_sum and not terms.guaranteed_fen:
        raise Refused("agreement-needs-guarantee", mode=terms.mode)
    if terms.mode in (LinkageMode.GUARANTEED, LinkageMode.DIVIDEND) and terms.dividend_bp is None:
        raise Refused("agreement-needs-share", mode=terms.mode)
    if terms.mode is LinkageMode.PURCHASE and not (terms.guaranteed_price_fen_x100 or terms.text):
        raise Refused("agreement-needs-text")
