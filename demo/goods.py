"""Suppliers, their papers and their products, by the services that a supplier, a township and the operator use."""

from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa

from catalog.models.product import Category, Product
from catalog.models.supplier import Household, LinkageAgreement, Supplier
from catalog.queries import offers as reading
from catalog.rules.certificates import CertificateKind
from catalog.rules.facts import Season
from catalog.rules.offer import OfferAudience, SaleMode
from catalog.rules.pricing import Price
from catalog.rules.supplier import EntityType, LinkageMode, SupplierStatus
from catalog.services import admission, certificates, offers, products, supplier_life
from core import clock, trail
from core.access.roles import Role
from core.db import db
from core.quantity import BaseUnit
from core.trail.models import Stream
from demo import bodies, cast, invented, papers
from demo.cast import GoodsSpec, SupplierSpec, word, words
from demo.world import Pack, World
from market.services import merchants

UNITS_ONLY = "trade"
"""The supplier without a merchant account; its goods are for units."""
_BEHIND_TRADER = "potato"
"""The producer that lets it sell (rule 65)."""
_NUMBERS = {
    CertificateKind.GREEN: "LB-{kind:02d}-2501{serial:02d}{serial:04d}A",
    CertificateKind.ORGANIC: "999OP25{serial:05d}",
    CertificateKind.GI: "AGI2025-99-{serial:05d}",
}
_TOLERANCE_BP = 800


def suppliers(world: World) -> None:
    """Admitted, with bank accounts, licences, agreements with households, freight and merchant accounts."""
    for number, spec in enumerate(world.supplier_specs.values(), start=1):
        made = _supplier(world, spec, number)
        world.suppliers[spec.key] = made.id
        _licences(world, spec, number)
        _agreements(made, spec)
        if spec.pays:
            admission.set_freight(1_000, 9_900, by=world.actor(spec.key, Role.SUPPLIER_CLERK))
            _merchant(world, made, number)
    operator = world.actor("platform", Role.PLATFORM_OPERATOR)
    supplier_life.authorise(world.suppliers[UNITS_ONLY], world.suppliers[_BEHIND_TRADER], valid_to=None, by=operator)


def _supplier(world: World, spec: SupplierSpec, number: int) -> Supplier:
    made = Supplier(
        organisation_id=world.bodies[spec.key], entity_type=EntityType(spec.type), status=SupplierStatus.ACTIVE,
        town_code=spec.town, legal_person=spec.legal, licence_valid_to=date(world.days.year + 3, 12, 31),
        bank_name=word("paper", "bank"), bank_account_name=spec.name, story=spec.story,
        bank_account_no=invented.bank_account(number), admitted_on=clock.today(), created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    operator = world.actor("platform", Role.PLATFORM_OPERATOR)
    trail.record(Stream.CATALOGUE, "supplier-registered", "supplier", made.id, by=operator, name=spec.name)
    return made


def _licences(world: World, spec: SupplierSpec, number: int) -> None:
    for word_of in spec.licences:
        kind = CertificateKind(word_of)
        text = invented.licence("SC", number) if kind is CertificateKind.SC else f"DEMO-JY-{number:04d}"
        _paper(world, spec.key, kind, text, date(world.days.year - 2, 3, 1), date(world.days.year + 2, 2, 28))


def _paper(
    world: World, supplier: str, kind: CertificateKind, number: str, first: date, last: date, *product_ids: int
) -> None:
    paper = certificates.Paper(kind, number, word("paper", "issuer"), first, last)
    if product_ids:
        paper = replace(paper, file_id=papers.scan(world, supplier, paper, product_ids))
    made = certificates.add(paper, product_ids, by=world.actor(supplier, Role.SUPPLIER_CLERK))
    certificates.verify(made.id, opens_scan=True, by=world.actor("platform", Role.PLATFORM_OPERATOR))


def _agreements(made: Supplier, spec: SupplierSpec) -> None:
    villages = {one.village for one in cast.goods() if one.supplier == spec.key}
    homes = db.session.scalars(sa.select(Household.id).where(Household.village_code.in_(villages)))
    for number, home in enumerate(homes):
        mode = LinkageMode.PURCHASE if number % 3 else LinkageMode.WAGE
        db.session.add(
            LinkageAgreement(
                supplier_id=made.id, household_id=home, mode=mode, valid_from=date(clock.today().year - 1, 3, 1)
            )
        )
    db.session.flush()


def token_of(seller_id: str) -> str:
    """The authorisation that a seller of the demo has given us at the emulator."""
    return f"demo-token-{seller_id}"


def _merchant(world: World, made: Supplier, number: int) -> None:
    seller_id, operator = f"2088{number:012d}", world.actor("platform", Role.PLATFORM_OPERATOR)
    merchants.register(made.id, seller_id=seller_id, auth_token=token_of(seller_id), by=operator)


# --- products ----------------------------------------------------------------------------------------


def shelf(world: World) -> None:
    """60 products: written, confirmed by their township, approved by the operator; then their certificates."""
    categories = {row.code: row for row in db.session.scalars(sa.select(Category))}
    badges: dict[tuple[str, str], list[int]] = {}
    for spec in cast.goods():
        product_id = listed(world, spec, categories[spec.category].id)
        for badge in filter(None, spec.badges.split("|")):
            badges.setdefault((spec.supplier, badge), []).append(product_id)
    for serial, ((supplier, badge), ids) in enumerate(sorted(badges.items()), start=1):
        _badge(world, supplier, badge, serial, ids)


def seasons_of(category: str) -> tuple[Season, ...]:
    """Months of harvest of a kind of goods, as far as anybody says."""
    return tuple(Season(first, last, note) for first, last, note in words()["season"].get(category, []))


def draft(world: World, spec: GoodsSpec, category_id: int) -> Product:
    """A product with its pack, as its clerk wrote it."""
    clerk = world.actor(spec.supplier, Role.SUPPLIER_CLERK)
    product = products.create(
        products.Draft(spec.name, category_id, spec.village, spec.description, seasons=seasons_of(spec.category)),
        by=clerk,
    )
    weighed = spec.mode == SaleMode.BY_WEIGHT
    basis = 500 if weighed or (spec.unit == BaseUnit.G and spec.price_fen * 50_000 % spec.pack_qty == 0) else 0
    basis = basis or spec.pack_qty
    price = spec.price_fen * 100 if weighed else spec.price_fen * 100 * basis // spec.pack_qty
    everybody = world.supplier_specs[spec.supplier].pays and spec.pack_qty < 20_000
    pack = offers.PackDraft(
        spec.pack, spec.pack_qty, BaseUnit(spec.unit), SaleMode(spec.mode),
        OfferAudience.EVERYBODY if everybody else OfferAudience.UNITS,
        offers.Terms(Price(price, basis), tol_bp=_TOLERANCE_BP if weighed else None),
    )  # fmt: skip
    offers.add_pack(product.id, pack, by=clerk, packs_on_hand=spec.stock)
    return product


def listed(world: World, spec: GoodsSpec, category_id: int) -> int:
    """The product in the shop."""
    product = draft(world, spec, category_id)
    products.submit(product.id, by=world.actor(spec.supplier, Role.SUPPLIER_CLERK))
    products.confirm_origin(product.id, by=world.actor(bodies.town(spec.village), Role.TOWNSHIP_CLERK))
    products.approve(product.id, by=world.actor("platform", Role.PLATFORM_OPERATOR))
    return product.id


def _badge(world: World, supplier: str, badge: str, serial: int, ids: list[int]) -> None:
    """A certificate of its kind: the organic one ends soon, the "expired" one ended yesterday."""
    kind = CertificateKind.GREEN if badge == "expired" else CertificateKind(badge)
    today = world.days.today
    ends = {"expired": today - timedelta(days=1), "organic": today + timedelta(days=20)}
    last = ends.get(badge, date(world.days.year + 1, 12, 31))
    number = _NUMBERS[kind].format(kind=serial, serial=serial)
    _paper(world, supplier, kind, number, min(world.days.first_on, last) - timedelta(days=400), last, *ids)


# --- as history orders them ---------------------------------------------------------------------------


def read_packs(world: World) -> None:
    """The offers that canteens may order, with everything that an order line freezes."""
    by_id = {made: key for key, made in world.suppliers.items()}
    for offer in reading.sellable_list(for_units=True, limit=1000, on=world.days.today):
        barred = frozenset(kind for kind in {u.kind for u in world.units.values()} if offer.barred_for(kind))
        world.packs.append(
            Pack(
                offer.offer_id, offer.offer_version_id, offer.product_id, offer.category_id, offer.category_code,
                by_id[offer.supplier_id], offer.product_name, offer.pack_name, offer.sale_mode.value,
                offer.base_unit.value, offer.pack_qty, offer.price_fen_x100, offer.basis_qty, offer.pack_price_fen,
                offer.tol_bp, offer.origin_code, offer.is_eligible, offer.needs_commitment, offer.needs_quarantine,
                barred,
            )
        )  # fmt: skip
    world.packs.sort(key=lambda pack: pack.offer_id)
