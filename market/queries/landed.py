"""What one pack costs at the door, for a product's page: price, shelf discount, freight to a region."""

from dataclasses import dataclass

from catalog.queries import freight
from catalog.queries.product_page import Pack, ProductPage
from catalog.rules.freight import Option
from core.quantity import BaseUnit
from market.queries import promotions
from market.rules.checkout import CartItem, discounted


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


def of(page: ProductPage, pack: Pack, region: str) -> Landed:
    """For the least that may be ordered of the pack. Four statements."""
    pack_g = pack.pack_qty if pack.base_unit in {BaseUnit.G, BaseUnit.ML} else 0
    item = CartItem(page.supplier_id, pack.offer_id, pack.min_packs, pack.price_fen, pack.min_packs, pack_g)
    (item,) = discounted([item], promotions.shelf({page.supplier_id}))
    template = freight.templates([page.supplier_id])[page.supplier_id]
    option = template.best(region, item.paid_fen, item.weight_g)
    fen = option.tariff.of(item.paid_fen, item.weight_g) if option.tariff else 0
    missing = option.tariff.missing_fen(item.paid_fen) if option.tariff else None
    options = tuple(template.options(region))
    return Landed(item.packs, item.amount_fen, item.paid_fen, fen, option, options, missing)
