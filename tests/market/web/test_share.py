"""What leaves the market for other places: posters, the workbook, structured data, the map for search engines."""

import io
import json
import re
from xml.etree import ElementTree

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from catalog.models.offer import Offer
from catalog.models.product import Product
from core import sheets
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.organisations.models import Organisation
from tests import make
from tests.support.statements import statements


def seller_of(client: FlaskClient, organisation_id: int) -> None:
    body = db.session.get_one(Organisation, organisation_id)
    make.log_in(client, make.seat(body, Role.SUPPLIER_CLERK))


def sku_of(offer: Offer) -> str:
    return db.session.get_one(Product, offer.product_id).sku


def test_a_poster_is_a_picture_and_is_not_drawn_twice(client: FlaskClient, app: Flask) -> None:
    make.village_is_exited()
    sku = sku_of(make.product(make.supplier()))

    answer = client.get(f"/products/{sku}/poster.png")

    assert answer.mimetype == "image/png"
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert picture.height > picture.width > 400
    again = client.get(f"/products/{sku}/poster.png", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/products/NOSUCH/poster.png").status_code == 404


def test_the_page_tells_machines_what_it_sells(client: FlaskClient, app: Flask) -> None:
    make.village_is_exited()
    sku = sku_of(make.product(make.supplier(), name="示例</script>木耳"))

    page = client.get(f"/products/{sku}").text
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    said = json.loads(text)

    assert said["@type"] == "Product"
    assert said["sku"] == sku
    assert said["name"] == "示例</script>木耳"
    assert {offer["priceCurrency"] for offer in said["offers"]} == {"CNY"}
    assert re.fullmatch(r"\d+\.\d\d", said["offers"][0]["price"])
    assert said["image"][0].startswith("http")


def test_the_workbook_holds_ones_own_goods_only(client: FlaskClient, app: Flask) -> None:
    mine, other = make.supplier("示例甲合作社"), make.supplier("示例乙合作社")
    make.product(mine, name="=cmd()木耳")
    make.product(other, name="示例蓝莓")
    seller_of(client, mine.organisation_id)

    with statements() as seen:
        answer = client.get("/supplier/palette.xlsx")
    (sheet,) = sheets.read(answer.data, name="x.xlsx")

    names = [row[1] for row in sheet.rows]
    assert any("cmd()木耳" in name for name in names)
    assert not any("蓝莓" in name for name in names)
    assert len(seen) < 12


def test_the_map_lists_open_pages_and_a_demo_is_nobodys_to_find(client: FlaskClient, app: Flask) -> None:
    sku = sku_of(make.product(make.supplier()))

    tree = ElementTree.fromstring(client.get("/sitemap.xml").data)  # noqa: S314 - our own answer
    places = [node.text or "" for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]

    assert any(place.endswith(f"/products/{sku}") for place in places)
    assert not any("/desk" in place for place in places)
    assert "Disallow" in client.get("/robots.txt").text
    make.log_in(client, make.seat(make.organisation(OrganisationKind.PLATFORM), Role.PLATFORM_OPERATOR))
    assert client.get("/supplier/palette.xlsx").status_code == 403
