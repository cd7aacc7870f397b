"""Where goods come from, for everybody: a supplier's page, a village's page."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from catalog.queries import editorial, shop_duties, suppliers, villages
from catalog.queries.goods import Filters
from catalog.queries.shop import shop_page
from core.errors import Missing
from core.web.access import public

bp = Blueprint("origins", __name__)


def _page() -> int:
    asked = request.args.get("page", "1")
    return int(asked) if asked.isdecimal() and len(asked) < 5 else 1


@bp.get("/suppliers/<int:supplier_id>")
@public
def supplier(supplier_id: int) -> ResponseReturnValue:
    profile = suppliers.profile(supplier_id)
    if profile is None:
        raise Missing("no-such-supplier")
    goods = shop_page(Filters(supplier_id=supplier_id), page=_page())
    pages = editorial.shown(supplier_id=supplier_id, limit=6)
    duties = shop_duties.of(supplier_id)
    return render_template("catalog/origins/supplier.html", s=profile, goods=goods, pages=pages, duties=duties)


@bp.get("/villages/<string(length=12):code>")
@public
def village(code: str) -> ResponseReturnValue:
    found = villages.profile(code)
    if found is None:
        raise Missing("no-such-village")
    goods = shop_page(Filters(village_code=code), page=_page())
    pages = editorial.shown(village=code, limit=6)
    return render_template("catalog/origins/village.html", v=found, goods=goods, pages=pages)
