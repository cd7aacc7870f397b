"""What packs cost at the door, for cards and a product's page: price, shelf discount, freight to a region."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.queries import freight
from catalog.queries.cards import Card
from catalog.queries.product_page import Pack, ProductPage
from catalog.rules.freight import Option, Template, cheapest, landed_fen
from core.money import half_up
from market.queries import promotions
from market.rules.checkout import CartItem, discounted
from market.rules.promotion import Bearer


@dataclass(frozen=True)
class Landed:
    """The smallest order of a pack: goods as paid, freight, the way. `option.tariff` None: nothing is sent there."""

    packs: int
    amount_fen: int
    paid_fen: int
    freight_fen: int
    option: Option
    options: tuple[Option, ...]
    missing_fen: int | None

    @property
    def total_fen(self) -> int:
        """At the door."""
        return self.paid_fen + self.freight_fen

    @property
    def off_fen(self) -> int:
        """What a shelf discount takes off."""
        return self.amount_fen - self.paid_fen


@dataclass(frozen=True)
class CardPrice:
    """A card's pack: what is paid for one now, with a shelf discount off and who bears it; `door_fen` with its share of
    the freight of the least that may be ordered, None where nothing is sent.
    """

    price_fen: int
    paid_fen: int
    bearer: Bearer | None
    door_fen: int | None


def of_cards(cards: Sequence[Card], region: str) -> dict[int, CardPrice]:
    """{product: what a resident pays for the pack on its card}. Four statements; units' packs left out."""
    own = [card for card in cards if not card.only_units]
    if not own:
        return {}
    suppliers = {card.supplier_id for card in own}
    shelf, templates = promotions.shelf(suppliers), freight.templates(suppliers)
    options = {id_: template.options(region) for id_, template in templates.items()}
    bearers = {terms.id: terms.bearer for terms in shelf}
    out = {}
    for card in own:
        item = CartItem(card.supplier_id, card.offer_id, card.min_packs, card.price_fen, card.min_packs, card.pack_g)
        (item,) = discounted([item], shelf)
        paid_fen = half_up(item.paid_fen, item.packs)
        door_fen = landed_fen(options[card.supplier_id], paid_fen, item.packs, item.pack_g)
        bearer = bearers[item.cuts[0].promotion_id] if item.cuts else None
        out[card.product_id] = CardPrice(card.price_fen, paid_fen, bearer, door_fen)
    return out


def of_packs(page: ProductPage, packs: Sequence[Pack], region: str) -> dict[int, Landed]:
    """{offer: what the least that may be ordered of each pack costs}. Four statements, however many packs."""
    if not packs:
        return {}
    template = freight.templates([page.supplier_id])[page.supplier_id]
    items = [
        CartItem(page.supplier_id, one.offer_id, one.min_packs, one.price_fen, one.min_packs, one.pack_g)
        for one in packs
    ]
    shelf = promotions.shelf({page.supplier_id})
    return {one.offer_id: _landed(discounted([one], shelf)[0], template, region) for one in items}


def _landed(item: CartItem, template: Template, region: str) -> Landed:
    options = tuple(template.options(region))
    option = cheapest(options, item.paid_fen, item.weight_g)
    fen = option.tariff.of(item.paid_fen, item.weight_g) if option.tariff else 0
    missing = option.tariff.missing_fen(item.paid_fen) if option.tariff else None
    return Landed(item.packs, item.amount_fen, item.paid_fen, fen, option, options, missing)
