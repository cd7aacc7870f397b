"""Out into the world: a poster of a product, the supplier's goods as a workbook, the map for search engines."""

import base64
import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from PIL import Image

from catalog.queries.lots import quantity_text
from catalog.queries.product_page import ProductPage, product_page
from core import money, printing, sheets
from core.access.rights import Right
from core.errors import Missing
from core.files import services as files
from core.sheets import Column
from core.text import label, sentence
from core.web import qr
from core.web.access import actor, public, requires
from core.web.limits import limiter
from market.queries import outside
from market.web.structured import absolute

bp = Blueprint("share", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIDE = 720  # pixels of the poster's picture


@bp.get("/products/<string(maxlength=16):sku>/poster.png")
@public
@limiter.limit("20 per minute")
def poster(sku: str) -> ResponseReturnValue:
    """Picture, name, price, village and the code that opens the page: to send to friends."""
    page = product_page(sku)
    pack = next((one for one in page.packs if not one.only_units), None) if page else None
    if page is None or pack is None:
        raise Missing("no-such-product")
    here = absolute(url_for("shop.product", sku=sku))
    facts = {
        "name": page.name, "price": money.yuan(pack.price_fen), "pack": pack.pack_name, "origin": page.origin_full,
        "supplier": page.supplier_name, "badges": [label(one.kind) for one in page.papers if one.is_badge],
        "exited": page.is_exited, "drawn": not page.pictures, "demo": current_app.config["XINGCUN_MODE"] == "demo",
        "site": current_app.config["SITE_NAME"], "picture": _picture(page), "qr": qr.svg(here, plain=True),
    }  # fmt: skip
    tag = hashlib.sha256(repr(sorted((key, str(value)) for key, value in facts.items())).encode()).hexdigest()[:24]
    if tag in request.if_none_match:
        return Response(status=304)
    answer = Response(printing.png("poster", facts, dpi=144), mimetype="image/png")
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.headers["Content-Disposition"] = f'inline; filename="{sku}.png"'
    return answer


@bp.get("/supplier/palette.xlsx")
@requires(Right.SELL)
def palette() -> ResponseReturnValue:
    """货盘: what the shop sells, as other platforms ask for it."""
    titles = ("sku", "name", "category", "origin", "pack", "net", "price", "least", "free", "papers", "text", "picture",
              "page")  # fmt: skip
    kinds = {"price": "yuan", "least": "count", "free": "count"}
    widths = {"name": 24, "origin": 24, "papers": 30, "text": 40, "picture": 40, "page": 40}
    columns = [Column(sentence("palette", key), kinds.get(key, "text"), widths.get(key, 14)) for key in titles]
    rows = outside.palette(actor())
    note = sentence("word", "demo-mark") if current_app.config["XINGCUN_MODE"] == "demo" else ""
    data = sheets.write([(sentence("palette", "sheet"), columns, [_row(row) for row in rows])], note=note)
    return send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=sentence("palette", "file"))


@bp.get("/sitemap.xml")
@public
def sitemap() -> ResponseReturnValue:
    found = outside.open_pages()
    places: list[tuple[str, str]] = [
        (absolute(url_for("shop.product", sku=sku)), f"{at:%Y-%m-%d}") for sku, at in found.products
    ]
    places += [(absolute(url_for("origins.supplier", supplier_id=one)), "") for one in found.suppliers]
    places += [(absolute(url_for("origins.village", code=code)), "") for code in found.villages]
    text = render_template("market/share/sitemap.xml", home=absolute(url_for("shop.home")), places=places)
    return Response(text, content_type="application/xml; charset=utf-8")


@bp.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """A demo is nobody's to find; a real market shows its open pages and none of its desks."""
    if current_app.config["XINGCUN_MODE"] == "demo":
        lines = ["User-agent: *", "Disallow: /"]
    else:
        closed = ("/desk", "/cart", "/checkout", "/orders", "/pay", "/login", "/files")
        lines = ["User-agent: *", *(f"Disallow: {one}" for one in closed)]
        lines.append(f"Sitemap: {absolute(url_for('share.sitemap'))}")
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _row(row: outside.PaletteRow) -> list[Any]:
    net = quantity_text(row.pack_qty, row.base_unit)
    picture = absolute(url_for("files.show", token=row.picture)) if row.picture else ""
    return [
        row.sku, row.name, row.category, row.origin, row.pack_name, net, row.price_fen, row.min_packs,
        row.free_packs, row.certificates, row.description, picture, absolute(url_for("shop.product", sku=row.sku)),
    ]  # fmt: skip


def _picture(page: ProductPage) -> str:
    """The first picture as an SVG that carries it, cut to a square: the printer reads no other files."""
    if page.pictures:
        file = files.readable(page.pictures[0][0], None, finance=False)
        source = files.path_of(file.sha256) if file is not None else None
    else:
        source = None
    if source is None or not source.exists():
        static = current_app.static_folder or ""
        source = Path(static) / "art" / f"{page.art or 'produce'}.webp"
    out = BytesIO()
    with Image.open(source) as found:
        side = min(found.size)
        left, top = (found.width - side) // 2, (found.height - side) // 2
        square = found.convert("RGB").crop((left, top, left + side, top + side)).resize((SIDE, SIDE))
        square.save(out, "JPEG", quality=85)
    data = base64.b64encode(out.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f'<image width="{SIDE}" height="{SIDE}" href="data:image/jpeg;base64,{data}"/></svg>'
    )
