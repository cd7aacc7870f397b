"""What is asked for but not in force yet, for the export: open revisions and prices that wait, a row a change.

The export's first sheet says what is in force; this is its second.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferVersion
from catalog.models.product import Product
from catalog.models.revision import PriceChange, ProductRevision
from catalog.queries import categories
from catalog.rules.facts import Facts, seasons_text
from catalog.rules.revision import OPEN, PriceChangeState, RevisionState
from core import money
from core.db import db
from core.places import queries as places
from core.text import label, sentence

COLUMNS = ("own_code", "name", "pack_name", "what", "now", "asked", "state")
FIELDS = ("name", "category_id", "origin_code", "is_wild", "seasons", "description", "pictures")


def states(supplier_id: int) -> dict[int, RevisionState]:
    """Where the open revisions of a supplier's goods stand, by product. One statement."""
    query = sa.select(ProductRevision.product_id, ProductRevision.state)
    return {row.product_id: row.state for row in db.session.execute(_open(query, supplier_id))}


def rows(supplier_id: int) -> list[list[str]]:
    """Everything that waits: as `COLUMNS`. Four statements."""
    return [*_facts(supplier_id), *_prices(supplier_id)]


def _open(query: sa.Select[*tuple[Any, ...]], supplier_id: int) -> sa.Select[*tuple[Any, ...]]:
    joined = query.join(Product, Product.id == ProductRevision.product_id)
    return joined.where(Product.supplier_id == supplier_id, ProductRevision.state.in_(OPEN))


def _facts(supplier_id: int) -> list[list[str]]:
    query = _open(sa.select(ProductRevision, Product.own_code, Product.sku), supplier_id).order_by(
        Product.name, Product.id
    )
    found = [
        (Facts.of(revision.before), Facts.of(revision.facts), revision.state, own or sku)
        for revision, own, sku in db.session.execute(query)
    ]
    words = _Words(one for before, after, _, _ in found for one in (before, after))
    return [
        [number, before.name, "", label(field, "Fact"), words.of(before, field), words.of(after, field), label(state)]
        for before, after, state, number in found
        for field in FIELDS
        if field in before.changed(after)
    ]


class _Words:
    """What a field says, as the sheet says it."""

    def __init__(self, facts: Iterable[Facts]) -> None:
        self.villages = places.names({one.origin_code for one in facts})
        self.leaves = {row.id: row.name for row in categories.listed()}

    def of(self, facts: Facts, field: str) -> str:
        if field == "category_id":
            return self.leaves[facts.category_id]
        if field == "origin_code":
            return self.villages[facts.origin_code].full
        if field == "is_wild":
            return sentence("goods_word", "wild" if facts.is_wild else "grown")
        if field == "seasons":
            return seasons_text(facts.seasons)
        if field == "pictures":
            return sentence("goods_word", "pictures", count=len(facts.pictures))
        return str(getattr(facts, field))


def _prices(supplier_id: int) -> list[list[str]]:
    query = (
        sa.select(PriceChange, Product.name, Product.own_code, Product.sku, Offer.pack_name, OfferVersion)
        .join(Offer, Offer.id == PriceChange.offer_id)
        .join(Product, Product.id == Offer.product_id)
        .join(OfferVersion, OfferVersion.id == Offer.current_version_id)
        .where(Product.supplier_id == supplier_id, PriceChange.state == PriceChangeState.WAITING)
        .order_by(Product.name, Offer.id)
    )
    return [
        [own or sku, name, pack, sentence("goods_column", "pack_price"), money.plain_yuan(version.pack_price_fen),
         money.plain_yuan(change.pack_price_fen), label(change.state)]
        for change, name, own, sku, pack, version in db.session.execute(query)
    ]  # fmt: skip
