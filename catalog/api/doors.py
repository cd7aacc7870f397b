"""The doors of `/api/v1`: read the parameters by their description, ask one query, answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded

from catalog.api import openapi, shapes
from catalog.queries import certificate_register, open_catalogue, product_page, shop
from catalog.queries.goods import Filters
from catalog.queries.shop import Sort
from catalog.rules.certificates import BADGES, CertificateKind
from core.errors import Missing
from core.text import sentence
from core.web import answers, problem
from core.web.access import public
from core.web.describe import (
    CATEGORY,
    CODE,
    OPERATIONS,
    PAGING,
    SKU,
    TOWN,
    VILLAGE,
    Operation,
    Param,
    Unfit,
    code,
    words,
)
from core.web.limits import limiter

LIMIT = "120 per minute"
bp = Blueprint("api", __name__, url_prefix="/api/v1")
limiter.limit(LIMIT)(bp)

Door = Callable[[dict[str, Any]], Response]
_MONEY = 100_000_000
_KIND = Param("certificate", choices=tuple(sorted(kind.value for kind in BADGES)))


def operation(name: str, path: str, answer: str, *params: Param) -> Callable[[Door], Door]:
    """Open a door by its description."""
    is_single = "{" in path
    described = Operation(name, path, answer, params if is_single else (*params, *PAGING), is_single)
    OPERATIONS[:] = [one for one in OPERATIONS if one.name != name] + [described]

    def open_it(view: Door) -> Door:
        @wraps(view)
        def door(**path_values: str) -> ResponseReturnValue:
            return view(described.asked(path_values))

        bp.add_url_rule(described.rule, endpoint=name, view_func=public(door))
        return view

    return open_it


@operation(
    "products", "/products", "ProductPage", words(),
    Param("sort", choices=tuple(sort.value for sort in Sort), default=Sort.BEST.value),
    code("category", CATEGORY, 20), _KIND, code("town", TOWN, 9), code("village", VILLAGE, 12),
    code("supplier", CODE, 12),
    Param("counts", "boolean"), Param("least_fen", "integer", least=0, most=_MONEY),
    Param("most_fen", "integer", least=0, most=_MONEY),
)  # fmt: skip
def products(asked: dict[str, Any]) -> Response:
    found = shop.browse(
        asked["q"] or "", _filters(asked), sort=Sort(asked["sort"]), page=asked["page"], size=asked["size"]
    )
    cards = found.page.cards if found.page.page == asked["page"] else []
    categories = open_catalogue.category_codes()
    suppliers = open_catalogue.supplier_codes({card.supplier_id for card in cards})
    return answers.listed([shapes.product_row(card, categories, suppliers) for card in cards], found.page.total, asked)


def _filters(asked: dict[str, Any]) -> Filters:
    """The filters; an unknown code narrows to nothing (no row has the id 0)."""
    category, supplier = asked["category"], asked["supplier"]
    return Filters(
        category_id=None if category is None else open_catalogue.category_id(category) or 0,
        certificate=None if asked["certificate"] is None else CertificateKind(asked["certificate"]),
        town_code=asked["town"],
        village_code=asked["village"],
        supplier_id=None if supplier is None else open_catalogue.supplier_id(supplier) or 0,
        counts_only=bool(asked["counts"]),
        least_fen=asked["least_fen"],
        most_fen=asked["most_fen"],
    )


@operation("product", "/products/{sku}", "Product", code("sku", SKU, 16, in_path=True))
def product(asked: dict[str, Any]) -> Response:
    page = product_page.product_page(asked["sku"])
    if page is None:
        raise Missing("no-such-product")
    suppliers = open_catalogue.supplier_codes([page.supplier_id])
    return answers.answer(shapes.product(page, open_catalogue.category_codes(), suppliers))


@operation("suppliers", "/suppliers", "SupplierPage", words(), code("town", TOWN, 9))
def suppliers(asked: dict[str, Any]) -> Response:
    rows, total = open_catalogue.suppliers(
        page=asked["page"], size=asked["size"], words=asked["q"] or "", town=asked["town"]
    )
    return answers.listed([shapes.supplier(row) for row in rows], total, asked)


@operation("supplier", "/suppliers/{code}", "Supplier", code("code", CODE, 12, in_path=True))
def supplier(asked: dict[str, Any]) -> Response:
    found = open_catalogue.find_supplier(asked["code"])
    if found is None:
        raise Missing("no-such-supplier")
    return answers.answer(shapes.supplier(found))


@operation("villages", "/villages", "VillagePage", code("town", TOWN, 9), Param("exited", "boolean"))
def villages(asked: dict[str, Any]) -> Response:
    rows, total = open_catalogue.villages(
        page=asked["page"], size=asked["size"], town=asked["town"], exited=asked["exited"]
    )
    return answers.listed([shapes.village(row) for row in rows], total, asked)


@operation("village", "/villages/{code}", "Village", code("code", VILLAGE, 12, in_path=True))
def village(asked: dict[str, Any]) -> Response:
    found = open_catalogue.find_village(asked["code"])
    if found is None:
        raise Missing("no-such-village")
    return answers.answer(shapes.village(found))


@operation(
    "certificates", "/certificates", "CertificatePage",
    Param("kind", choices=tuple(kind.value for kind in CertificateKind)), code("supplier", CODE, 12),
)  # fmt: skip
def certificates(asked: dict[str, Any]) -> Response:
    holder = asked["supplier"]
    rows, total = open_catalogue.certificates(
        page=asked["page"], size=asked["size"], kind=CertificateKind(asked["kind"]) if asked["kind"] else None,
        supplier=None if holder is None else open_catalogue.supplier_id(holder) or 0,
    )  # fmt: skip
    skus = open_catalogue.skus({i for row in rows for i in row.covered_ids})
    codes = open_catalogue.supplier_codes({row.supplier_id for row in rows})
    return answers.listed([shapes.certificate(row, codes, skus) for row in rows], total, asked)


@operation("certificate", "/certificates/{code}", "Certificate", code("code", CODE, 12, in_path=True))
def certificate(asked: dict[str, Any]) -> Response:
    found = certificate_register.open_sheet(asked["code"])
    if found is None:
        raise Missing("no-such-certificate")
    sheet = found.sheet
    codes = open_catalogue.supplier_codes([sheet.supplier_id])
    return answers.answer(shapes.certificate(sheet, codes, open_catalogue.skus(sheet.covered_ids)))


@bp.get("/openapi.json")
@public
def description() -> ResponseReturnValue:
    return answers.answer(openapi.document())


@bp.get("")
@public
def guide() -> ResponseReturnValue:
    return render_template("catalog/api/guide.html", operations=openapi.shown(), limit=openapi.PER_MINUTE)


@bp.errorhandler(Unfit)
def unfit(error: Unfit) -> ResponseReturnValue:
    return problem.problem(400, sentence("problem", "unfit"), faults=answers.faults_of(dict(error.faults)))


@bp.errorhandler(RateLimitExceeded)
def too_many(_error: RateLimitExceeded) -> ResponseReturnValue:
    answer = problem.problem(429, sentence("problem", "too-many", limit=openapi.PER_MINUTE))
    answer.headers["Retry-After"] = "60"
    return answer


@bp.after_request
def tell_limit(response: Response) -> Response:
    """How many requests are left in this minute."""
    current = limiter.current_limit
    if current is not None:
        response.headers["X-RateLimit-Limit"] = str(current.limit.amount)
        response.headers["X-RateLimit-Remaining"] = str(max(0, current.remaining))
    return response
