"""Products as schema.org JSON-LD, for search engines and other platforms (R32)."""

import json
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup

from catalog.queries.product_page import Pack, ProductPage
from core import money
from core.text import label


def absolute(path: str) -> str:
    """A path of ours as others reach it."""
    return path if "://" in path else str(current_app.config["SERVER_URL"]).rstrip("/") + path


def product(page: ProductPage, pictures: list[str]) -> Markup:
    """The page's product with an offer for each pack that residents may buy; safe inside a script element."""
    here = absolute(url_for("shop.product", sku=page.sku))
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "@id": here,
        "url": here,
        "sku": page.sku,
        "name": page.name,
        "category": page.category_name,
        "description": page.description or page.name,
        "image": [absolute(one) for one in pictures],
        "brand": {"@type": "Brand", "name": page.supplier_name},
        "countryOfOrigin": {"@type": "Country", "name": "CN"},
        "additionalProperty": [
            {"@type": "PropertyValue", "name": label("origin", "Structured"), "value": page.origin_full},
            *(
                {"@type": "PropertyValue", "name": label(paper.kind), "value": paper.number}
                for paper in page.papers
                if paper.is_badge
            ),
        ],
        "offers": [_offer(page, pack, here) for pack in page.packs if not pack.only_units],
    }
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe)  # noqa: S704 - JSON whose markup characters are escaped


def _offer(page: ProductPage, pack: Pack, here: str) -> dict[str, Any]:
    where = "https://schema.org/"
    standing = "PreOrder" if pack.presale_from else "InStock" if pack.free_packs > 0 else "OutOfStock"
    return {
        "@type": "Offer",
        "url": here,
        "name": pack.pack_name,
        "price": money.plain_yuan(pack.price_fen),
        "priceCurrency": "CNY",
        "availability": where + standing,
        "itemCondition": where + "NewCondition",
        "seller": {"@type": "Organization", "name": page.supplier_name},
    }
