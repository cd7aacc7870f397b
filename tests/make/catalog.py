"""Suppliers and their goods."""

import itertools
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Category, Certificate, CertificateProduct, Product
from catalog.models.supplier import Household, LinkageAgreement, Supplier, VillageCategory
from catalog.rules.certificates import CertificateKind, CertificateStatus
from catalog.rules.listing import ProductState
from catalog.rules.offer import OfferAudience, SaleMode
from catalog.rules.supplier import EntityType, HouseholdCategory, LinkageMode, SupplierStatus
from core import clock
from core.access.roles import OrganisationKind
from core.db import db
from core.people.models import Person
from core.quantity import BaseUnit
from tests.make.core import organisation, person, writing

TOWN, VILLAGE = "220681103", "220681103200"
_numbers = itertools.count(1)


def village_is_exited(code: str = VILLAGE, *, since: date = date(2020, 1, 1), exited: bool = True) -> None:
    with writing():
        db.session.add(
            VillageCategory(
                village_code=code, is_exited=exited, valid_from=since, document="演示数据", created_at=clock.now()
            )
        )


def supplier(name: str | None = None, **columns: Any) -> Supplier:
    body = organisation(OrganisationKind.SUPPLIER, name, place_code=TOWN)
    with writing():
        columns.setdefault("status", SupplierStatus.ACTIVE)
        made = Supplier(
            organisation_id=body.id,
            entity_type=EntityType.COOPERATIVE,
            town_code=TOWN,
            legal_person="示例",
            bank_name="示例农商行",
            bank_account_name=body.name,
            bank_account_no=f"6200000000{body.id:06d}",
            admitted_on=date(2024, 1, 1),
            created_at=clock.now(),
            **columns,
        )
        db.session.add(made)
        db.session.flush()
    return made


def certificate(
    of: Supplier,
    kind: CertificateKind,
    *product_ids: int,
    valid_from: date = date(2024, 1, 1),
    valid_to: date = date(2030, 12, 31),
    status: CertificateStatus = CertificateStatus.ACTIVE,
) -> Certificate:
    """A certificate of the supplier that covers the products; a licence (SC, JY, quarantine) needs none."""
    with writing():
        made = Certificate(
            supplier_id=of.id,
            kind=kind,
            number=f"SL{next(_numbers):08d}",
            issuer="示例机构",
            valid_from=valid_from,
            valid_to=valid_to,
            status=status,
            created_at=clock.now(),
        )
        db.session.add(made)
        db.session.flush()
        db.session.add_all(CertificateProduct(certificate_id=made.id, product_id=p) for p in product_ids)
    return made


def linkage(of: Supplier, to: Household, *, mode: LinkageMode = LinkageMode.PURCHASE) -> None:
    """An agreement between the two, in force since 2024."""
    with writing():
        db.session.add(LinkageAgreement(supplier_id=of.id, household_id=to.id, mode=mode, valid_from=date(2024, 1, 1)))


def household(code: str | None = None, *, village: str = VILLAGE) -> Household:
    with writing():
        made = Household(
            code=code or f"H{next(_numbers):08d}",
            village_code=village,
            category=HouseholdCategory.EXITED,
            members=3,
        )
        db.session.add(made)
        db.session.flush()
    return made


def product(
    of: Supplier,
    *,
    category: str = "veg-cabbage",
    name: str = "示例白菜",
    price_fen_x100: int = 26_000,
    basis_qty: int = 500,
    pack_qty: int = 5_000,
    on_hand: int = 10_000_000,
    tol_bp: int = 800,
    sale_mode: SaleMode = SaleMode.BY_WEIGHT,
    base_unit: BaseUnit = BaseUnit.G,
    audience: OfferAudience = OfferAudience.EVERYBODY,
    origin: str = VILLAGE,
    listed: bool = True,
    exited: bool = True,
    checkers: tuple[Person, Person] | None = None,
) -> Offer:
    """A product, listed unless told otherwise, with one offer and stock. Default: a box of cabbage by weight.

    Its village becomes an exited one where nobody said anything about it (else the shop would not show the product);
    `exited=False` leaves the village alone.
    """
    signed = (checkers or (person("镇"), person("平台"))) if listed else (None, None)
    with writing():
        now = clock.now()
        if exited and not db.session.scalar(sa.select(sa.exists().where(VillageCategory.village_code == origin))):
            village_is_exited(origin)
        goods = Product(
            sku=f"T{next(_numbers):07d}",
            supplier_id=of.id,
            category_id=db.session.scalars(sa.select(Category.id).where(Category.code == category)).one(),
            name=name,
            origin_code=origin,
            state=ProductState.LISTED if listed else ProductState.DRAFT,
            origin_confirmed_by_id=signed[0].id if signed[0] else None,
            origin_confirmed_at=now if listed else None,
            approved_by_id=signed[1].id if signed[1] else None,
            listed_at=now if listed else None,
            created_at=now,
            updated_at=now,
        )
        db.session.add(goods)
        db.session.flush()
        offer = Offer(
            product_id=goods.id,
            pack_name="箱",
            sale_mode=sale_mode,
            base_unit=base_unit,
            pack_qty=pack_qty,
            audience=audience,
            created_at=now,
        )
        db.session.add(offer)
        db.session.flush()
        version = OfferVersion(
            offer_id=offer.id,
            version_no=1,
            price_fen_x100=price_fen_x100,
            basis_qty=basis_qty,
            pack_price_fen=price_fen_x100 * pack_qty // basis_qty // 100,
            tol_bp=tol_bp,
            tax_mode="exempt",
            created_at=now,
        )
        db.session.add_all([version, OfferStock(offer_id=offer.id, on_hand=on_hand)])
        db.session.flush()
        offer.current_version_id = version.id
    return offer
