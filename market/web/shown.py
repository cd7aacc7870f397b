"""Shapes of the shop's macros (`templates/parts/shop.html`) out of catalogue rows."""

from typing import Any

from flask import url_for

from catalog.queries.cards import Card
from catalog.queries.product_page import ProductPage
from core.quantity import BaseUnit
from core.text import label, sentence
from core.web.page import asset

BASIS = {BaseUnit.G: "500g", BaseUnit.ML: "500ml", BaseUnit.PIECE: ""}
HOUSEHOLDS_LEAST = 5


def picture(token: str | None, art: str) -> tuple[str, bool]:
    """The address of a picture, and whether it is only a drawing of the kind."""
    if token:
        return url_for("files.show", token=token), False
    return asset(f"art/{art or 'produce'}.webp"), True


def card(row: Card) -> dict[str, Any]:
    """A product card."""
    url, drawn = picture(row.picture, row.art)
    basis = BASIS[row.base_unit]
    tags = [(label(badge.kind), "organic" if badge.kind.value == "organic" else "ok") for badge in row.badges]
    if row.is_lead:
        tags.append((sentence("word", "lead-enterprise"), "ok"))
    if row.is_exited:
        tags.append((sentence("word", "exited-village"), "warn"))
    if row.presale_from:
        tags.append((sentence("word", "presale-from", ships_from_on=row.presale_from), "info"))
    if row.is_dear:
        tags.append((sentence("word", "dear"), "warn"))
    return {
        "name": row.name,
        "url": url_for("shop.product", sku=row.sku),
        "picture": url,
        "drawn": drawn,
        "price_fen": row.price_fen,
        "per": row.pack_name,
        "basis_fen": row.compared_fen if basis else None,
        "basis": basis,
        "tags": tags,
        "origin": row.origin_full,
        "households": row.households.count or None,
        "only_units": row.only_units,
        "sold": sentence("word", "sold-out") if row.is_sold_out else None,
    }


def gallery(page: ProductPage) -> list[dict[str, Any]]:
    """The product's pictures, or the drawing of its kind."""
    shown = [(*picture(token, page.art), alt) for token, alt in page.pictures] or [(*picture(None, page.art), "")]
    return [{"url": url, "thumb": url, "alt": alt or page.name, "drawn": drawn} for url, drawn, alt in shown]
