"""Many new goods at once: judged one by one with the rules of a single one, written by a handful of statements.

A product by itself costs some thirty statements (`products.create`, `offers.add_pack`); ten thousand of them from a
sheet have to be written within a job's time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferTier, OfferVersion
from catalog.models.product import Category, Product, ProductSeason
from catalog.models.supplier import Supplier
from catalog.queries import claims, producers, suppliers
from catalog.rules.facts import Facts
from catalog.rules.words import WordKind
from catalog.services import facts as saying
from catalog.services import offers, products, search_index, shelving, stock
from catalog.services import terms as terming
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import Base, any_of, db
from core.errors import Refused
from core.places.models import Place

Tiers = list[dict[str, int]]


@dataclass
class NewPack:
    """A pack that was judged, with what lies there."""

    offer: Offer
    version: OfferVersion
    tiers: Tiers
    packs_on_hand: int


@dataclass
class NewGoods:
    """A product that was judged, with its packs."""

    draft: products.Draft
    facts: Facts
    product: Product
    packs: list[NewPack] = field(default_factory=list)

    def takes(self, draft: products.Draft) -> bool:
        """Whether another pack comes with the same words and finds room."""
        return draft == self.draft and len(self.packs) < offers.MOST_PACKS


class Judge:
    """What a new product is judged with, read once: the law's words, leaves and places. Five statements."""

    def __init__(self, drafts: Iterable[products.Draft], *, by: Actor) -> None:
        given = list(drafts)
        self.by, self.today, self.seller = by, clock.today(), suppliers.own(by)
        self.words = {kind: claims.in_force(kind, self.today) for kind in WordKind}
        leaves = sa.select(Category).where(any_of(Category.id, {one.category_id for one in given}))
        self.categories = {one.id: one for one in db.session.scalars(leaves)}
        places = sa.select(Place).where(Place.code.in_({one.origin_code for one in given}))
        self.places = {one.code: one for one in db.session.scalars(places)}
        self.origins: dict[str, Refused | None] = {}

    def product(self, draft: products.Draft) -> NewGoods:
        """Raises: as `products.create`, but for a number that is taken."""
        facts = draft.onto(())
        category, place = self.categories.get(draft.category_id), self.places.get(draft.origin_code)
        claim = claims.first(saying.spoken(facts), self.words[WordKind.HEALTH_CLAIM], WordKind.HEALTH_CLAIM, self.today)
        saying.judge(facts, claim, category, place)
        self._origin(self.seller, facts.origin_code)
        product = products.made(draft, self.seller)
        product.own_code = draft.own_code or None
        protected = claims.first(saying.spoken(facts), self.words[WordKind.PROTECTED], WordKind.PROTECTED, self.today)
        product.needs_proof = protected is not None or (category is not None and category.needs_proof)
        return NewGoods(draft, facts, product)

    def pack(self, draft: offers.PackDraft, packs_on_hand: int) -> NewPack:
        """Raises: as `offers.add_pack` for goods that nobody sells yet."""
        offer = offers.made(draft)
        offer.is_active = True
        version, tiers = terming.made(offer, draft.terms, 1, reason="", by=self.by)
        return NewPack(offer, version, tiers, packs_on_hand)

    def _origin(self, seller: Supplier, origin_code: str) -> None:
        if origin_code not in self.origins:
            try:
                producers.check_origin(seller, origin_code)
                self.origins[origin_code] = None
            except Refused as refusal:
                self.origins[origin_code] = refusal
        found = self.origins[origin_code]
        if found is not None:
            raise found


def write(goods: Sequence[NewGoods], *, by: Actor) -> None:
    """Write them as drafts with their packs and stock: ten statements, however many there are."""
    packs = [(one, pack) for one in goods for pack in one.packs]
    _insert(Product, [one.product for one in goods])
    seasons = [
        {"product_id": one.product.id, "position": n, "first_month": s.first_month, "last_month": s.last_month,
         "note": s.note}
        for one in goods for n, s in enumerate(one.facts.seasons, start=1)
    ]  # fmt: skip
    if seasons:
        db.session.execute(sa.insert(ProductSeason), seasons)
    for one, pack in packs:
        pack.offer.product_id = one.product.id
    _insert(Offer, [pack.offer for _, pack in packs])
    for _, pack in packs:
        pack.version.offer_id = pack.offer.id
    _insert(OfferVersion, [pack.version for _, pack in packs])
    tiers = [{"offer_version_id": pack.version.id, **tier} for _, pack in packs for tier in pack.tiers]
    if tiers:
        db.session.execute(sa.insert(OfferTier), tiers)
    db.session.execute(
        sa.update(Offer)
        .values(current_version_id=OfferVersion.id)
        .where(OfferVersion.offer_id == Offer.id, any_of(Offer.id, [pack.offer.id for _, pack in packs]))
        .execution_options(synchronize_session=False)
    )
    stock.open_with((pack.offer.id, pack.packs_on_hand * pack.offer.pack_qty) for _, pack in packs)
    search_index.mark(one.product.id for one in goods)
    for one in goods:
        shelving.record("product-created", one.product, Right.SELL, by, after=one.facts.plain())
    for one, pack in packs:
        offers.record_added(pack.offer, one.product, pack.version.pack_price_fen, by=by)


def _insert(model: type[Base], made: Sequence[Base]) -> None:
    """Rows for objects that no session holds, by one statement; the objects learn their ids."""
    key = model.__table__.c.id
    names = {column.name for column in model.__table__.columns} - {"id"}
    rows = [{name: value for name, value in vars(one).items() if name in names} for one in made]
    wide = set().union(*rows)
    given = [{name: row.get(name) for name in wide} for row in rows]
    ids = db.session.scalars(sa.insert(model).returning(key, sort_by_parameter_order=True), given)
    for one, row_id in zip(made, ids, strict=True):
        one.id = row_id  # type: ignore[attr-defined]
