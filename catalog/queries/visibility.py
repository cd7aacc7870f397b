"""What may be seen and bought on a day, as SQL conditions: one place, used by every list, page and order.

They stand on `Product` joined with `Supplier` and `Category`. Nothing is cached: a withdrawn product or a licence
that ended yesterday is gone with the next statement, whatever an index still says (rules 66, 67, 71).
"""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.offer import Offer, OfferVersion
from catalog.models.product import Category, Certificate, CertificateProduct, Product, ProductProof
from catalog.models.supplier import Household, LinkageAgreement, Supplier, VillageCategory
from catalog.models.supplier_life import ProducerAuthorisation
from catalog.queries.producers import authorised, holds
from catalog.rules.certificates import BADGES, CertificateKind, CertificateStatus
from catalog.rules.listing import ListingClass, ProductState
from catalog.rules.offer import OfferAudience
from catalog.rules.supplier import EntityType, HouseholdCategory, LinkageMode, SupplierStatus
from core import settings
from core.settings.models import Setting

Condition = sa.ColumnElement[bool]

settings.register(listing__local=False)

LINKED = (HouseholdCategory.EXITED, HouseholdCategory.MONITORED)
"""Households whose produce is of eligible origin."""


def valid_on(on: date) -> Condition:
    """A certificate that stands on the day, the last day included: its issuer's word, the holder's authorisation where
    the supplier is not the holder, and no more sold than was approved (rules 71, 73, 75).
    """
    return sa.and_(
        Certificate.status == CertificateStatus.ACTIVE,
        Certificate.valid_from <= on,
        Certificate.valid_to >= on,
        sa.or_(Certificate.is_own, Certificate.authorised_to >= on),
        sa.or_(Certificate.frozen_on.is_(None), Certificate.frozen_on > on),
    )


def selling(on: date) -> Condition:
    """A supplier that may sell on the day: active, its own licence not ended, a trader with an active producer (65)."""
    in_time = sa.or_(Supplier.licence_valid_to.is_(None), Supplier.licence_valid_to >= on)
    return sa.and_(Supplier.status == SupplierStatus.ACTIVE, in_time, authorised(on))


def _holds(on: date, kind: CertificateKind) -> Condition:
    held = sa.exists().where(Certificate.supplier_id == Product.supplier_id, Certificate.kind == kind, valid_on(on))
    return held.correlate(Product)


def proven(on: date) -> Condition:
    """A paper that says where goods of a protected species come from stands for the product on the day."""
    return (
        sa.exists()
        .where(
            ProductProof.product_id == Product.id,
            ~ProductProof.is_withdrawn,
            ProductProof.valid_from <= on,
            ProductProof.valid_to >= on,
        )
        .correlate(Product)
    )


def licensed(on: date) -> Condition:
    """The supplier holds what the category's law asks for, on the day. A licence is the supplier's, for all its goods
    of the kind; only badges and proofs name products.
    """
    return sa.and_(
        sa.or_(~Product.needs_proof, proven(on)),
        sa.or_(Category.licence != CertificateKind.SC.value, _holds(on, CertificateKind.SC)),
        sa.or_(Category.licence != CertificateKind.JY.value, _holds(on, CertificateKind.JY)),
        sa.or_(~Category.needs_quarantine, _holds(on, CertificateKind.QUARANTINE)),
    )


def exited_villages(on: date) -> sa.Subquery:
    """Codes of the villages that are exited on the day, by the newest decision each (column `code`)."""
    newest = (
        sa.select(VillageCategory.village_code, VillageCategory.is_exited)
        .ext(distinct_on(VillageCategory.village_code))
        .where(VillageCategory.valid_from <= on)
        .order_by(VillageCategory.village_code, VillageCategory.valid_from.desc(), VillageCategory.id.desc())
        .subquery("newest_village_category")
    )
    return sa.select(newest.c.village_code.label("code")).where(newest.c.is_exited).subquery("exited_village")


def from_exited_village(on: date) -> Condition:
    """The product's default village is exited on the day."""
    return Product.origin_code.in_(sa.select(exited_villages(on).c.code))


def agreed_on(on: date) -> Condition:
    """A linkage agreement in force on the day."""
    return sa.and_(
        LinkageAgreement.valid_from <= on, sa.or_(LinkageAgreement.valid_to.is_(None), LinkageAgreement.valid_to >= on)
    )


def from_households(on: date) -> Condition:
    """The supplier buys from exited or watched households of the product's village by an agreement in force. For a
    trader its producer's agreements count: origin is the producer's (rule 65).
    """

    def bought(*by_whom: Condition) -> Condition:
        return (
            sa.exists()
            .where(
                *by_whom,
                LinkageAgreement.household_id == Household.id,
                LinkageAgreement.mode == LinkageMode.PURCHASE,
                Household.village_code == Product.origin_code,
                Household.category.in_(LINKED),
                agreed_on(on),
            )
            .correlate(Product)
        )

    behind = bought(
        ProducerAuthorisation.trader_id == Product.supplier_id,
        ProducerAuthorisation.producer_id == LinkageAgreement.supplier_id,
        holds(on),
    )
    own = bought(LinkageAgreement.supplier_id == Product.supplier_id)
    return sa.or_(own, sa.and_(Supplier.entity_type == EntityType.TRADER, behind))


def badged(on: date, *kinds: CertificateKind) -> Condition:
    """A badge of the supplier that covers the product is valid on the day (of `kinds`, else of any)."""
    covering = (
        sa.select(CertificateProduct.certificate_id)
        .join(Certificate, Certificate.id == CertificateProduct.certificate_id)
        .where(
            CertificateProduct.product_id == Product.id,
            Certificate.supplier_id == Product.supplier_id,
            Certificate.kind.in_(kinds or sorted(BADGES)),
            valid_on(on),
        )
        .correlate(Product)
    )
    return covering.exists()


def local_allowed(on: date) -> Condition:
    """The dated setting `listing.local` on the day, read inside the statement."""
    newest = (
        sa.select(sa.cast(Setting.value, sa.Boolean))
        .where(Setting.key == "listing.local", Setting.valid_from <= on)
        .order_by(Setting.valid_from.desc(), Setting.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.func.coalesce(newest, sa.literal(bool(settings.DEFAULTS["listing.local"])))


def counts(on: date) -> Condition:
    """Class 计入额度."""
    return sa.and_(Category.is_ingredient, sa.or_(from_exited_village(on), from_households(on)))


def class_on(on: date) -> sa.ColumnElement[str | None]:
    """The class of the day as `catalog.rules.listing.listing_class` computes it (a test compares them), or NULL."""
    return sa.case(
        (counts(on), ListingClass.COUNTS.value),
        (badged(on), ListingClass.CERTIFIED.value),
        (local_allowed(on), ListingClass.LOCAL.value),
        else_=sa.null(),
    )


def visible(on: date) -> Condition:
    """A product that everybody may see on the day."""
    return sa.and_(
        Product.state == ProductState.LISTED,
        selling(on),
        licensed(on),
        sa.or_(counts(on), badged(on), local_allowed(on)),
    )


def on_offer(on: date) -> Condition:
    """A pack that is sold on the day. One at a badge price goes off with its badge (rule 71); the others stay."""
    by_kind = [sa.and_(Offer.badge == kind, badged(on, kind)) for kind in sorted(BADGES)]
    return sa.and_(Offer.is_active, sa.or_(Offer.badge.is_(None), *by_kind))


def offered_to(on: date, *, for_units: bool) -> Condition:
    """Packs for this kind of buyer: units see their own and everybody's, residents only the latter."""
    audiences = list(OfferAudience) if for_units else [OfferAudience.EVERYBODY]
    return sa.and_(on_offer(on), Offer.audience.in_(audiences))


def orderable(on: date) -> Condition:
    """An offer that may be ordered on the day: not one whose pre-sale has ended and whose goods are not there yet."""
    waits = sa.and_(OfferVersion.presale_until < on, OfferVersion.ships_from > on)
    return sa.func.coalesce(sa.not_(waits), sa.true())
