"""Shapes of the shop's macros (`templates/parts/shop.html`) out of catalogue rows."""

from typing import Any

from flask import request, url_for

from catalog.queries.cards import Card
from catalog.queries.product_page import ProductPage
from catalog.queries.search.find import Found
from catalog.queries.search.highlight import found_words, pieces
from core.quantity import BaseUnit
from core.text import label, sentence
from core.web.page import asset
from market.queries.landed import CardPrice

BASIS = {BaseUnit.G: "500g", BaseUnit.ML: "500ml", BaseUnit.PIECE: ""}
HOUSEHOLDS_LEAST = 5


def picture(token: str | None, art: str) -> tuple[str, bool]:
    """The address of a picture, and whether it is only a drawing of the kind."""
    if token:
        return url_for("files.show", token=token), False
    return asset(f"art/{art or 'produce'}.webp"), True


def card(row: Card, found: Found | None = None, price: CardPrice | None = None) -> dict[str, Any]:
    """A product card, with what a resident pays for it now and at the door, if `price` says; the words that a search
    found stand out in its name, with a link to the reasons of its place.
    """
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
        "marks": pieces(row.name, found_words(found.plan)) if found else [],
        "why": url_for("finding.why", q=request.args.get("q"), _anchor=row.sku) if found else None,
        "url": url_for("shop.product", sku=row.sku),
        "picture": url,
        "drawn": drawn,
        "price_fen": price.paid_fen if price else row.price_fen,
        "was_fen": row.price_fen if price and price.paid_fen < row.price_fen else None,
        "borne": label(price.bearer) if price and price.bearer else None,
        "door_fen": price.door_fen if price else None,
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


def wishes(found: Found | None) -> list[str]:
    """What the words of a search wish of a product, in words."""
    if found is None:
        return []
    asked, out = found.plan.wishes, []
    if asked.certificate is not None:
        out.append(label(asked.certificate))
    if asked.counts_only:
        out.append(sentence("word", "facet-counting"))
    if asked.least_fen is not None and asked.most_fen is not None:
        out.append(sentence("word", "price-between", least_fen=asked.least_fen, most_fen=asked.most_fen))
    elif asked.most_fen is not None:
        out.append(sentence("word", "price-below", most_fen=asked.most_fen))
    elif asked.least_fen is not None:
        out.append(sentence("word", "price-above", least_fen=asked.least_fen))
    return out
