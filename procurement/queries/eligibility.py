"""What of a planned line counts under each scheme by today's rule, and why the rest does not (rule 95)."""

from collections.abc import Mapping
from typing import Any

from catalog.queries.offers import SellableOffer
from core.money import WHOLE_BP
from procurement.queries import terms
from procurement.rules.recognition import Line, Portion, fit, origin_portion
from procurement.rules.scheme import Channel, FundSource, SchemeTerms

Words = dict[str, dict[str, Any]]
"""{scheme: {"bp": share that may count, "reason": code of why not, "" when it does}}"""


def of_offer(offer: SellableOffer, schemes: Mapping[str, SchemeTerms]) -> Words:
    """A pack bought here. The default origin is judged; the lot on the delivery decides in the end (rule 39)."""
    origin = origin_portion(village_exited=offer.is_exited, eligible_g=offer.household_share_bp, sold_g=WHOLE_BP)
    return _words(Channel.COUNTY, schemes, is_ingredient=offer.is_ingredient, origin=origin)


def of_ordinary(schemes: Mapping[str, SchemeTerms], *, is_ingredient: bool) -> Words:
    """A line of an ordinary vendor: spending, never a count."""
    return _words(Channel.ORDINARY, schemes, is_ingredient=is_ingredient, origin=Portion(0, 1))


def _words(channel: Channel, schemes: Mapping[str, SchemeTerms], *, is_ingredient: bool, origin: Portion) -> Words:
    line = Line(channel, FundSource.CANTEEN, goods_fen=1, is_ingredient=is_ingredient, origin=origin)
    words = {}
    for code, own in schemes.items():
        reason = fit(line, own, terms.members_of(own, schemes))
        bp = 0 if reason else origin.of(WHOLE_BP)
        words[code] = {"bp": bp, "reason": reason.value if reason else ""}
    return words
