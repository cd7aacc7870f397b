"""What a buyer agrees to when ordering a pack, and the version of an offer that keeps it."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from catalog.models.offer import Offer, OfferTier, OfferVersion
from catalog.queries.prices import tiers_of
from catalog.rules.offer import InvoiceKind, SaleMode
from catalog.rules.pricing import DEFAULT_TOL_BP, Price, Tier, check_presale, check_terms, check_tiers
from core import clock
from core.access.actor import Actor
from core.db import db


@dataclass(frozen=True)
class Terms:
    """`tol_bp` None: the default of the sale mode. `tiers`: (from so many packs, 1/100 fen per the price's basis).

    `ships_from` ahead makes it a pre-sale, ordered until `presale_until` where that is given.
    """

    price: Price
    tol_bp: int | None = None
    min_packs: int = 1
    tax_mode: str = "exempt"
    invoice_kind: InvoiceKind = InvoiceKind.ORDINARY
    ships_from: date | None = None
    presale_until: date | None = None
    tiers: tuple[tuple[int, int], ...] = ()

    def plain(self) -> dict[str, Any]:
        """As kept while a price waits."""
        return {
            "price": [self.price.fen_x100, self.price.basis_qty],
            "tol_bp": self.tol_bp,
            "min_packs": self.min_packs,
            "tax_mode": self.tax_mode,
            "invoice_kind": self.invoice_kind.value,
            "ships_from": self.ships_from.isoformat() if self.ships_from else None,
            "presale_until": self.presale_until.isoformat() if self.presale_until else None,
            "tiers": [list(one) for one in self.tiers],
        }

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Terms":
        """Back from what was kept."""
        return cls(
            price=Price(*plain["price"]),
            tol_bp=plain["tol_bp"],
            min_packs=plain["min_packs"],
            tax_mode=plain["tax_mode"],
            invoice_kind=InvoiceKind(plain["invoice_kind"]),
            ships_from=_day(plain["ships_from"]),
            presale_until=_day(plain["presale_until"]),
            tiers=tuple((packs, fen_x100) for packs, fen_x100 in plain["tiers"]),
        )


def of_version(version: OfferVersion) -> Terms:
    """The terms that a version keeps."""
    tiers = tiers_of([version.id]).get(version.id, ())
    return Terms(
        price=Price(version.price_fen_x100, version.basis_qty),
        tol_bp=version.tol_bp,
        min_packs=version.min_packs,
        tax_mode=version.tax_mode,
        invoice_kind=version.invoice_kind,
        ships_from=version.ships_from,
        presale_until=version.presale_until,
        tiers=tuple((one.from_packs, one.price_fen_x100) for one in tiers),
    )


def check(offer: Offer, terms: Terms, *, before: Terms | None = None) -> list[Tier]:
    """The tiers, priced by the pack. Raises: those of `pricing`: terms, tiers, pre-sale."""
    check_terms(offer.sale_mode, _tolerance(offer, terms), terms.min_packs, terms.tax_mode, terms.invoice_kind)
    if before is None or (before.ships_from, before.presale_until) != (terms.ships_from, terms.presale_until):
        check_presale(terms.ships_from, terms.presale_until, clock.today())
    plain = Tier(1, terms.price.fen_x100, terms.price.of_pack(offer.pack_qty))
    tiers = [
        Tier(packs, fen_x100, Price(fen_x100, terms.price.basis_qty).of_pack(offer.pack_qty))
        for packs, fen_x100 in sorted(terms.tiers)
    ]
    check_tiers(tiers, plain, terms.min_packs)
    return tiers


def write(
    offer: Offer, terms: Terms, number: int, *, reason: str, by: Actor, before: Terms | None = None
) -> OfferVersion:
    """The offer's next version, in force from now on. Raises: as `check`."""
    version, tiers = made(offer, terms, number, reason=reason, by=by, before=before)
    version.offer_id = offer.id
    db.session.add(version)
    db.session.flush()
    db.session.add_all(OfferTier(offer_version_id=version.id, **one) for one in tiers)
    offer.current_version_id = version.id
    db.session.flush()
    return version


def made(
    offer: Offer, terms: Terms, number: int, *, reason: str, by: Actor, before: Terms | None = None
) -> tuple[OfferVersion, list[dict[str, int]]]:
    """A version that is not written yet, of an offer that may have no id yet, and the rows of its tiers.

    Raises: as `check`.
    """
    tiers = check(offer, terms, before=before)
    version = OfferVersion(
        version_no=number,
        price_fen_x100=terms.price.fen_x100,
        basis_qty=terms.price.basis_qty,
        pack_price_fen=terms.price.of_pack(offer.pack_qty),
        tol_bp=_tolerance(offer, terms),
        min_packs=terms.min_packs,
        tax_mode=terms.tax_mode,
        invoice_kind=terms.invoice_kind,
        ships_from=terms.ships_from,
        presale_until=terms.presale_until,
        author_id=by.person_id,
        reason=reason,
        created_at=clock.now(),
    )
    return version, [asdict(one) for one in tiers]


def _tolerance(offer: Offer, terms: Terms) -> int:
    if terms.tol_bp is not None:
        return terms.tol_bp
    return DEFAULT_TOL_BP if offer.sale_mode is SaleMode.BY_WEIGHT else 0


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
