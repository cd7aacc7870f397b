"""What waits around goods this morning: revisions, a price that jumps, pre-sale and tiers, a proof that is missing."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferVersion
from catalog.models.product import Category
from catalog.rules.offer import OfferAudience, SaleMode, StockMoveKind
from catalog.rules.pricing import Price
from catalog.services import facts as saying
from catalog.services import offers, products, reference_prices, revisions, shelving
from catalog.services import terms as terming
from core import sheets
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db
from core.quantity import BaseUnit
from demo import line
from demo.cast import word, words
from demo.line import morning
from demo.world import World


def tell(world: World) -> None:
    """All of it by the services, in the name of those who would do it."""
    with morning(world, 7, 20):
        _references(world)
    with morning(world, 7, 25):
        _revisions(world)
    with morning(world, 7, 30):
        _prices(world)
    with morning(world, 7, 35):
        _presale(world)
        _frog(world)


def _clerk(world: World, supplier: str) -> Actor:
    return world.actor(supplier, Role.SUPPLIER_CLERK)


def _references(world: World) -> None:
    """The agriculture bureau's prices of three days ago; some goods here are dearer."""
    day = (world.days.today - timedelta(days=3)).isoformat()
    rows = [[*row[:4], day, word("shelf", "source")] for row in words()["shelf"]["references"]]
    data = sheets.csv_text(reference_prices.titles(), rows)
    reference_prices.load(data, file_name=word("shelf", "file"), by=world.actor("agri", Role.AGRICULTURE_OFFICER))


def _revisions(world: World) -> None:
    """One for the operator, one whose origin changed for the township, one that came back."""
    for said in words()["shelf"]["revision"]:
        pack, clerk = line.pack_of(world, said["goods"]), _clerk(world, said["supplier"])
        now = saying.of(shelving.locked(pack.product_id))
        new = products.Draft(
            said.get("name", now.name), now.category_id, said.get("village", now.origin_code),
            said.get("description", now.description), now.is_wild, now.seasons,
        )  # fmt: skip
        products.edit(pack.product_id, new, by=clerk)
        revisions.submit(pack.product_id, by=clerk)
        if "returned" in said:
            operator = world.actor("platform", Role.PLATFORM_OPERATOR)
            revisions.send_back(pack.product_id, said["returned"], by=operator)


def _prices(world: World) -> None:
    """A price that jumps and waits; a lower one for many packs; goods that spoiled."""
    dear, tiered, spoiled = (line.pack_of(world, words()["shelf"][one]) for one in ("dear", "tiered", "spoiled"))
    offers.change_terms(
        dear.offer_id, replace(_terms(dear.offer_id), price=Price(dear.price_fen_x100 * 13 // 10, dear.basis_qty)),
        by=_clerk(world, dear.supplier), reason=word("shelf", "why_dear"),
    )  # fmt: skip
    price = tiered.price_fen_x100
    tiers = ((20, price * 19 // 20), (100, price * 9 // 10))
    offers.change_terms(
        tiered.offer_id, replace(_terms(tiered.offer_id), tiers=tiers), by=_clerk(world, tiered.supplier)
    )
    offers.move_stock(
        spoiled.offer_id, StockMoveKind.LOSS, 2, reason=word("shelf", "why_spoiled"), by=_clerk(world, spoiled.supplier)
    )


def _terms(offer_id: int) -> offers.Terms:
    offer = db.session.get_one(Offer, offer_id)
    return terming.of_version(db.session.get_one(OfferVersion, offer.current_version_id))


def _presale(world: World) -> None:
    """Next season's fruit: ordered now, sent in a month, with a stock of its own."""
    fruit = line.pack_of(world, words()["shelf"]["presale"])
    ships = world.days.today + timedelta(days=30)
    terms = offers.Terms(
        Price(fruit.price_fen_x100, fruit.basis_qty), ships_from=ships, presale_until=ships - timedelta(days=7)
    )
    pack = offers.PackDraft(
        word("shelf", "presale_pack"), fruit.pack_qty * 2, BaseUnit(fruit.unit), SaleMode.BY_PACK,
        OfferAudience.EVERYBODY, terms,
    )  # fmt: skip
    offers.add_pack(fruit.product_id, pack, by=_clerk(world, fruit.supplier), packs_on_hand=300)


def _frog(world: World) -> None:
    """A draft of a protected species: it waits for its proof."""
    leaf = db.session.scalars(sa.select(Category.id).where(Category.code == "herb-frog")).one()
    clerk = _clerk(world, "herb")
    village = db.session.get_one(Offer, line.pack_of(world, words()["shelf"]["neighbour"]).offer_id)
    origin = shelving.locked(village.product_id).origin_code
    made = products.create(
        products.Draft(word("shelf", "frog"), leaf, origin, word("shelf", "frog_story"), own_code="LW-01"), by=clerk
    )
    pack = offers.PackDraft(
        word("shelf", "frog_pack"), 10, BaseUnit.G, SaleMode.BY_PACK, OfferAudience.EVERYBODY,
        offers.Terms(Price(98_00_00, 10)),
    )  # fmt: skip
    offers.add_pack(made.id, pack, by=clerk, packs_on_hand=40)
