"""What the API answers: the JSON schemas, and beside each the function that makes it."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from catalog.queries.cards import Card
from catalog.queries.certificates import Badge
from catalog.queries.open_catalogue import OpenSupplier, OpenVillage
from catalog.queries.papers import Sheet
from catalog.queries.product_page import Pack, Paper, ProductPage
from catalog.rules.certificates import CertificateKind, CertificateLife
from catalog.rules.listing import ListingClass
from catalog.rules.offer import OfferAudience, SaleMode
from catalog.rules.supplier import EntityType
from core.quantity import BaseUnit
from core.text import label
from core.web.describe import CODE, SKU, TOWN, VILLAGE

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_DAY: Json = {"type": "string", "format": "date"}
_FLAG: Json = {"type": "boolean"}
_URL: Json = {"type": "string", "format": "uri-reference"}


def _object(**properties: Json) -> Json:
    """All properties are always there, and no others."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _shape(pattern: str) -> Json:
    return {"type": "string", "pattern": pattern}


def _one_of(words: type) -> Json:
    return {"type": "string", "enum": [word.value for word in words]}  # type: ignore[attr-defined]


def _list(of: str) -> Json:
    return {"type": "array", "items": _ref(of)}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _page(of: str) -> Json:
    return _object(items=_list(of), total=_COUNT, page=_COUNT, size=_COUNT, pages=_COUNT)


_NAMED = _object(code=_TEXT, name=_TEXT)
_PRODUCT: dict[str, Json] = {
    "sku": _shape(SKU),
    "name": _TEXT,
    "category": _ref("Named"),
    "supplier": _ref("Named"),
    "origin": _object(code=_shape(r"^[0-9]{6,12}$"), name=_TEXT, is_exited=_FLAG),
    "listing_class": _one_of(ListingClass),
    "badges": _list("Badge"),
    "picture": _or_null(_URL),
    "url": _URL,
}

SCHEMAS: Mapping[str, Json] = {
    "Named": _NAMED,
    "Badge": _object(code=_shape(CODE), kind=_one_of(CertificateKind), kind_name=_TEXT, number=_TEXT, valid_to=_DAY),
    "Price": _object(
        price_fen=_COUNT, pack_name=_TEXT, pack_qty=_COUNT, base_unit=_one_of(BaseUnit), compared_fen=_COUNT,
        sale_mode=_one_of(SaleMode), audience=_one_of(OfferAudience),
    ),
    "Pack": _object(
        price_fen=_COUNT, pack_name=_TEXT, pack_qty=_COUNT, base_unit=_one_of(BaseUnit), compared_fen=_COUNT,
        sale_mode=_one_of(SaleMode), audience=_one_of(OfferAudience), min_packs=_COUNT, tolerance_bp=_COUNT,
        is_available=_FLAG, ships_from=_or_null(_DAY),
    ),
    "ProductRow": _object(**_PRODUCT, price=_ref("Price"), is_available=_FLAG),
    "Product": _object(**_PRODUCT, description=_TEXT, packs=_list("Pack")),
    "Supplier": _object(
        code=_shape(CODE), name=_TEXT, entity_type=_one_of(EntityType), town=_object(code=_shape(TOWN), name=_TEXT),
        story=_TEXT, admitted_on=_DAY, products=_COUNT, url=_URL,
    ),
    "Village": _object(
        code=_shape(VILLAGE), name=_TEXT, town=_object(code=_shape(TOWN), name=_TEXT), is_exited=_FLAG, products=_COUNT,
        url=_URL,
    ),
    "Certificate": _object(
        code=_shape(CODE), kind=_one_of(CertificateKind), kind_name=_TEXT, number=_TEXT, holder=_TEXT,
        supplier=_ref("Named"), issuer=_TEXT, valid_from=_DAY, valid_to=_DAY, standing=_one_of(CertificateLife),
        covers={"type": "array", "items": _shape(SKU)}, url=_URL,
    ),
    "ProductPage": _page("ProductRow"),
    "SupplierPage": _page("Supplier"),
    "VillagePage": _page("Village"),
    "CertificatePage": _page("Certificate"),
    "Problem": {
        "type": "object",
        "properties": {
            "type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT, "request_id": _TEXT,
            "faults": {"type": "array", "items": _object(parameter=_TEXT, detail=_TEXT)},
        },
        "required": ["type", "title", "status", "detail", "request_id"],
    },
}  # fmt: skip


def _named(code: str, name: str) -> Json:
    return {"code": code, "name": name}


def _badge(badge: Badge | Paper) -> Json:
    return {
        "code": badge.code,
        "kind": badge.kind.value,
        "kind_name": label(badge.kind),
        "number": badge.number,
        "valid_to": badge.valid_to.isoformat(),
    }


def _goods(
    it: Card | ProductPage, categories: Mapping[int, str], suppliers: Mapping[int, str], token: str | None
) -> Json:
    return {
        "sku": it.sku,
        "name": it.name,
        "category": _named(categories[it.category_id], it.category_name),
        "supplier": _named(suppliers[it.supplier_id], it.supplier_name),
        "origin": {"code": it.origin_code, "name": it.origin_full, "is_exited": it.is_exited},
        "listing_class": it.listing_class.value,
        "picture": url_for("files.show", token=token) if token else None,
        "url": url_for("shop.product", sku=it.sku),
    }


def product_row(card: Card, categories: Mapping[int, str], suppliers: Mapping[int, str]) -> Json:
    """A product in a list, with the price of the pack shown."""
    audience = OfferAudience.UNITS if card.only_units else OfferAudience.EVERYBODY
    return {
        **_goods(card, categories, suppliers, card.picture),
        "badges": [_badge(badge) for badge in card.badges],
        "price": _price(card, audience),
        "is_available": not card.is_sold_out,
    }


def product(page: ProductPage, categories: Mapping[int, str], suppliers: Mapping[int, str]) -> Json:
    """A product with all its packs."""
    return {
        **_goods(page, categories, suppliers, page.pictures[0][0] if page.pictures else None),
        "badges": [_badge(paper) for paper in page.papers if paper.is_badge],
        "description": page.description,
        "packs": [_pack(pack) for pack in page.packs],
    }


def _price(it: Card | Pack, audience: OfferAudience) -> Json:
    return {
        "price_fen": it.price_fen,
        "pack_name": it.pack_name,
        "pack_qty": it.pack_qty,
        "base_unit": it.base_unit.value,
        "compared_fen": it.compared_fen,
        "sale_mode": it.sale_mode.value,
        "audience": audience.value,
    }


def _pack(pack: Pack) -> Json:
    return {
        **_price(pack, pack.audience),
        "min_packs": pack.min_packs,
        "tolerance_bp": pack.tol_bp,
        "is_available": pack.free_packs >= pack.min_packs and not pack.presale_is_over,
        "ships_from": pack.presale_from.isoformat() if pack.presale_from else None,
    }


def supplier(it: OpenSupplier) -> Json:
    """A supplier that may sell today."""
    return {
        "code": it.code,
        "name": it.name,
        "entity_type": it.entity_type.value,
        "town": _named(it.town_code, it.town_name),
        "story": it.story,
        "admitted_on": it.admitted_on.isoformat(),
        "products": it.products,
        "url": url_for("origins.supplier", supplier_id=it.supplier_id),
    }


def village(it: OpenVillage) -> Json:
    """A village with its town."""
    return {
        "code": it.code,
        "name": it.name,
        "town": _named(it.town_code, it.town_name),
        "is_exited": it.is_exited,
        "products": it.products,
        "url": url_for("origins.village", code=it.code),
    }


def certificate(sheet: Sheet, suppliers: Mapping[int, str], skus: Mapping[int, str]) -> Json:
    """What stands on a certificate, how it stands today, what it covers."""
    return {
        "code": sheet.code,
        "kind": sheet.kind.value,
        "kind_name": label(sheet.kind),
        "number": sheet.number,
        "holder": sheet.holder_name,
        "supplier": _named(suppliers[sheet.supplier_id], sheet.supplier_name),
        "issuer": sheet.issuer,
        "valid_from": sheet.valid_from.isoformat(),
        "valid_to": sheet.valid_to.isoformat(),
        "standing": sheet.life.value,
        "covers": [skus[product_id] for product_id in sheet.covered_ids],
        "url": url_for("certificates.show", code=sheet.code),
    }
