"""Packs of a supplier's product: what is in them, what they cost, how many lie there."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SelectField

from catalog.models.revision import PriceChange
from catalog.queries import desk, revisions
from catalog.queries.product_page import Pack
from catalog.rules.certificates import BADGES, CertificateKind
from catalog.rules.offer import InvoiceKind, OfferAudience, SaleMode
from catalog.rules.pricing import DEFAULT_TOL_BP, TAX_MODES, Price
from catalog.services import offers, price_changes
from catalog.web.fields import PercentField, PriceField, TiersField
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.quantity import UNITS, Unit, parse_quantity
from core.text import label, sentence
from core.web.access import actor, again, requires
from core.web.forms import CountField, DayField, Form, ShortText

bp = Blueprint("packs", __name__, url_prefix="/supplier/products/<int:product_id>/packs")

CONTENT = ("jin", "kg", "g", "l", "ml", "piece")
PER = ("jin", "kg", "l", "piece", "pack")


def _words(codes: tuple[str, ...], kind: str) -> list[tuple[str, str]]:
    return [(code, label(code, kind)) for code in codes]


class TermsForm(Form):
    price = PriceField()
    per = SelectField()
    tolerance = PercentField(required=False)
    min_packs = CountField(least=1, most=10_000)
    tax_mode = SelectField()
    invoice_kind = SelectField(default=InvoiceKind.ORDINARY.value)
    ships_from = DayField(required=False)
    presale_until = DayField(required=False)
    tiers = TiersField(required=False)
    seen = HiddenField()
    reason = ShortText(required=False)

    def terms(self, sale_mode: SaleMode, pack_qty: int) -> offers.Terms:
        """What a buyer agrees to; a price per pack is one per the pack's content."""
        basis = pack_qty if self.per.data == "pack" else UNITS[self.per.data].ratio
        return offers.Terms(
            price=Price(self.price.data, basis),
            tol_bp=self.tolerance.data if sale_mode is SaleMode.BY_WEIGHT else 0,
            min_packs=self.min_packs.data,
            tax_mode=self.tax_mode.data,
            invoice_kind=InvoiceKind(self.invoice_kind.data),
            ships_from=self.ships_from.data,
            presale_until=self.presale_until.data,
            tiers=tuple(self.tiers.data or ()),
        )


class PackForm(TermsForm):
    pack_name = ShortText(most=30)
    content = ShortText(most=20)
    unit = SelectField()
    sale_mode = SelectField()
    audience = SelectField()
    badge = SelectField(default="")
    on_hand = CountField(most=1_000_000)

    def draft(self) -> offers.PackDraft:
        """The pack. Raises: Refused "form-invalid", those of `parse_quantity`."""
        self.require()
        unit: Unit = UNITS[self.unit.data]
        pack_qty, sale_mode = parse_quantity(self.content.data, unit), SaleMode(self.sale_mode.data)
        audience = OfferAudience(self.audience.data)
        terms = self.terms(sale_mode, pack_qty or 1)
        badge = CertificateKind(self.badge.data) if self.badge.data else None
        return offers.PackDraft(self.pack_name.data, pack_qty, unit.base, sale_mode, audience, terms, badge)


class StockForm(Form):
    packs = CountField(most=1_000_000)


def _offered(form: TermsForm) -> None:
    form.per.choices, form.tax_mode.choices = _words(PER, "Per"), _words(TAX_MODES, "TaxMode")
    form.invoice_kind.choices = [(kind.value, label(kind)) for kind in InvoiceKind]


def _pack_form() -> PackForm:
    form = PackForm(data={"tolerance": DEFAULT_TOL_BP, "min_packs": 1, "per": "jin", "unit": "jin"})
    _offered(form)
    form.unit.choices = _words(CONTENT, "UnitName")
    form.sale_mode.choices = [(mode.value, label(mode)) for mode in SaleMode]
    form.audience.choices = [(audience.value, label(audience)) for audience in OfferAudience]
    form.badge.choices = [("", sentence("word", "price-for-all")), *((kind, label(kind)) for kind in sorted(BADGES))]
    return form


def _terms_form(pack: Pack) -> TermsForm:
    # Shown as it was typed where a unit has this basis, else as the price of a pack.
    named = [code for code in PER[:-1] if UNITS[code].ratio == pack.basis_qty and UNITS[code].base is pack.base_unit]
    per, price = (named[0], pack.price_fen_x100) if named else ("pack", pack.price_fen * 100)
    given: dict[str, Any] = {
        "price": price, "per": per, "tolerance": pack.tol_bp, "min_packs": pack.min_packs, "tax_mode": pack.tax_mode,
        "invoice_kind": pack.invoice_kind.value, "ships_from": pack.ships_from, "presale_until": pack.presale_until,
        "tiers": [(one.from_packs, one.price_fen_x100 if named else one.pack_price_fen * 100) for one in pack.tiers],
        "seen": str(pack.offer_version_id),
    }  # fmt: skip
    form = TermsForm(data=given)
    _offered(form)
    return form


def _pack(product_id: int, offer_id: int) -> tuple[desk.Detail, Pack]:
    product = desk.detail(product_id, actor())
    found = next((pack for pack in product.packs if pack.offer_id == offer_id), None)
    if found is None:
        raise Missing("no-such-offer")
    return product, found


def _whole(text: str | None) -> int | None:
    """A hidden number of the page; None where the page had none."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


def _back(product_id: int, message: str) -> ResponseReturnValue:
    flash(sentence("message", message))
    return redirect(url_for("products.show", product_id=product_id), 303)


@bp.get("/new")
@requires(Right.SELL)
def new(product_id: int) -> ResponseReturnValue:
    return render_template("catalog/packs/new.html", p=desk.detail(product_id, actor()), form=_pack_form())


@bp.post("/new")
@requires(Right.SELL)
@again(new)
def create(product_id: int) -> ResponseReturnValue:
    form = _pack_form()
    draft = form.draft()
    with transaction():
        offers.add_pack(product_id, draft, by=actor(), packs_on_hand=form.on_hand.data)
    return _back(product_id, "pack-added")


@bp.get("/<int:offer_id>")
@requires(Right.SELL)
def edit(product_id: int, offer_id: int) -> ResponseReturnValue:
    product, pack = _pack(product_id, offer_id)
    asked = revisions.prices_of_product(product_id).get(offer_id)
    return render_template("catalog/packs/edit.html", p=product, pack=pack, form=_terms_form(pack), asked=asked)


@bp.post("/<int:offer_id>")
@requires(Right.SELL)
@again(edit)
def change_terms(product_id: int, offer_id: int) -> ResponseReturnValue:
    _, pack = _pack(product_id, offer_id)
    form = _terms_form(pack)
    form.require()
    terms, seen = form.terms(pack.sale_mode, pack.pack_qty), _whole(form.seen.data)
    with transaction():
        made = offers.change_terms(offer_id, terms, by=actor(), reason=form.reason.data or "", seen_version_id=seen)
        waits = isinstance(made, PriceChange)
    return _back(product_id, "price-waits" if waits else "price-changed")


@bp.post("/<int:offer_id>/price/take-back")
@requires(Right.SELL)
@again(edit)
def take_back(product_id: int, offer_id: int) -> ResponseReturnValue:
    _pack(product_id, offer_id)
    with transaction():
        price_changes.take_back(offer_id, by=actor())
    return _back(product_id, "price-taken-back")


@bp.post("/<int:offer_id>/stock")
@requires(Right.SELL)
@again(edit)
def count_stock(product_id: int, offer_id: int) -> ResponseReturnValue:
    _pack(product_id, offer_id)
    form = StockForm()
    form.require()
    with transaction():
        offers.count_stock(offer_id, form.packs.data, by=actor())
    return _back(product_id, "stock-counted")


@bp.post("/<int:offer_id>/stop")
@requires(Right.SELL)
@again(edit)
def stop(product_id: int, offer_id: int) -> ResponseReturnValue:
    _pack(product_id, offer_id)
    with transaction():
        offers.stop_pack(offer_id, by=actor())
    return _back(product_id, "pack-stopped")
