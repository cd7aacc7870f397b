"""The shop's front: home, list, product. Open to everybody; nothing here writes."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import editorial
from catalog.queries.facets import Choice
from catalog.queries.goods import Filters, PriceBand
from catalog.queries.product_page import product_page
from catalog.queries.search.hot import hot_words
from catalog.queries.shop import PAGE_SIZE, Browsed, ShopPage, Sort, browse, shop_page
from catalog.rules.certificates import CertificateKind
from catalog.services import demand
from core.errors import Missing
from core.places import divisions
from core.text import label, sentence
from core.web.access import public
from market.queries import landed, live, reviews
from market.web import regions, shown, structured

bp = Blueprint("shop", __name__)
QUERY = ("q", "category", "certificate", "town", "band", "pack", "counts", "supplier", "village", "sort")
MOST_ID = 2**62


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    helping = shop_page(Filters(counts_only=True), size=10)
    fresh = shop_page(sort=Sort.NEW, size=10)
    prices = landed.of_cards([*helping.cards, *fresh.cards], regions.current())
    return render_template(
        "market/shop/home.html",
        helping=[shown.card(card, price=prices.get(card.product_id)) for card in helping.cards],
        fresh=[shown.card(card, price=prices.get(card.product_id)) for card in fresh.cards],
        total=fresh.total,
        hot=hot_words(),
        pages=editorial.shown(limit=3),
        lives=live.coming(3),
    )


def _number(name: str) -> int | None:
    value = request.args.get(name, type=int)
    return value if value is not None and 0 < value < MOST_ID else None


def _member(kind: Any, name: str) -> Any:
    value = request.args.get(name, "")
    return kind(value) if value in set(kind) else None


def asked() -> Filters:
    """The filters of the address; what nobody knows is no filter."""
    town, village = request.args.get("town", ""), request.args.get("village", "")
    return Filters(
        category_id=_number("category"),
        certificate=_member(CertificateKind, "certificate"),
        town_code=town if town.isdigit() else None,
        band=_member(PriceBand, "band"),
        units_pack=request.args.get("pack") == "units",
        counts_only=request.args.get("counts") == "1",
        supplier_id=_number("supplier"),
        village_code=village if village.isdigit() else None,
    )


def address(**changed: object) -> str:
    """This list with something changed; back on its first page."""
    kept = {name: request.args[name] for name in QUERY if request.args.get(name)}
    merged = {name: str(value) for name, value in (kept | changed).items() if value not in {None, ""}}
    return url_for("shop.products") + (f"?{urlencode(merged)}" if merged else "")


@bp.get("/products")
@public
def products() -> ResponseReturnValue:
    words = request.args.get("q", "").strip()[:64]
    browsed = _browsed(words)
    found, page, prices = browsed.found, browsed.page, landed.of_cards(browsed.page.cards, regions.current())
    demand.note(found, visitor())
    return render_template(
        "market/shop/list.html",
        page=page,
        cards=[shown.card(card, found, prices.get(card.product_id)) for card in page.cards],
        words=words,
        found=found,
        wishes=shown.wishes(found),
        fitting=max(0, min(len(page.cards), page.fitting - (page.page - 1) * PAGE_SIZE)),
        hot=[] if page.cards else hot_words(),
        facets=_facets(page),
        sorts=_sorts(),
        active=[(name, request.args[name]) for name in QUERY[1:-1] if request.args.get(name)],
        address=address,
        page_url=lambda number: address(page=number),
    )


def _browsed(words: str) -> Browsed:
    sort = _member(Sort, "sort") or Sort.BEST
    return browse(words, asked(), sort=sort, page=_page(), exact=_is_on("exact"), region=regions.current())


def visitor() -> str:
    """Who asks, for counting visitors only: a person, else an address. It is hashed with a day's salt and not kept."""
    return f"p{session['person_id']}" if session.get("person_id") else f"ip{request.remote_addr}"


def _is_on(name: str) -> bool:
    return request.args.get(name) == "1"


def _page() -> int:
    number = request.args.get("page", 1, type=int)
    return number if 0 < number < 10_000 else 1


def _sorts() -> list[dict[str, object]]:
    now = _member(Sort, "sort") or Sort.BEST
    return [{"text": label(sort), "href": address(sort=sort.value), "current": sort is now} for sort in Sort]


def _facets(page: ShopPage) -> list[dict[str, Any]]:
    """The rows of filters, each with 不限 first; a row without choices is left out. Trees have a row for what is below
    the branch that was chosen, or below the only one.
    """
    found = page.facets
    plain = (
        ("certificate", [(c.value, label(c.value, "CertificateKind"), c.count) for c in found.certificates]),
        ("band", [(c.value, label(c.value, "PriceBand"), c.count) for c in found.bands]),
        ("pack", [("units", sentence("word", "facet-units"), found.units_pack)]),
        ("counts", [("1", sentence("word", "facet-counting"), found.counts)]),
    )
    rows = [*_tree("category", "category", found.categories), *_tree("town", "village", found.places)]
    return rows + [_facet(name, [c for c in choices if c[2]]) for name, choices in plain if any(n for *_, n in choices)]


def _tree(above: str, below: str, branches: list[Choice]) -> list[dict[str, Any]]:
    """A row of branches and, for the one that is open, a row of its leaves. Another branch takes its leaves with it."""
    now = {request.args.get(above, ""), request.args.get(below, "")}
    leaves = {branch.value: {leaf.value for leaf in branch.children} for branch in branches}
    opened = [b for b in branches if b.value in now or leaves[b.value] & now] or branches[:2]
    rows = [_row(above, [_item(above, b, is_now=b in opened and bool(now - {""}), along=below) for b in branches])]
    if len(opened) == 1 and opened[0].children:
        whole = {above: opened[0].value} | ({below: None} if below != above else {})
        is_whole = not leaves[opened[0].value] & now
        items: list[dict[str, object]] = [
            {"text": sentence("word", "whole-branch", name=opened[0].label), "href": address(**whole),
             "current": is_whole and bool(now - {""})}
        ]  # fmt: skip
        items += [_item(below, leaf, is_now=leaf.value in now, along="") for leaf in opened[0].children]
        rows.append({"label": "", "name": sentence("word", f"facet-{below}-below"), "items": items})
    return rows if branches else []


def _item(name: str, choice: Choice, *, is_now: bool, along: str) -> dict[str, object]:
    changed: dict[str, object] = {along: None} if along and along != name else {}
    href = address(**changed, **{name: choice.value})
    return {"text": f"{choice.label} {choice.count}", "href": href, "current": is_now}


def _row(name: str, items: list[dict[str, object]]) -> dict[str, Any]:
    free = {"town": {"town": None, "village": None}}.get(name, {name: None})
    is_free = not any(request.args.get(one) for one in free)
    no_limit = {"text": sentence("word", "no-limit"), "href": address(**free), "current": is_free}
    return {"label": sentence("word", f"facet-{name}"), "items": [no_limit, *items]}


def _facet(name: str, choices: list[tuple[str, str, int]]) -> dict[str, Any]:
    """One row of values that stand side by side."""
    now = request.args.get(name, "")
    return _row(
        name,
        [
            {"text": f"{text} {count}", "href": address(**{name: value}), "current": now == value}
            for value, text, count in choices
        ],
    )


@bp.get("/products/<string(maxlength=16):sku>")
@public
def product(sku: str) -> ResponseReturnValue:
    page = product_page(sku)
    if page is None:
        raise Missing("no-such-product")
    pictures, region = shown.gallery(page), regions.current()
    doors = landed.of_packs(page, page.buyable, region)
    return render_template(
        "market/shop/product.html",
        p=page,
        landed=next(iter(doors.values()), None), doors=doors,
        region_name=divisions.full_name(region),
        pictures=pictures,
        structured=structured.product(page, [one["url"] for one in pictures]),
        similar=[shown.card(card) for card in page.similar],
        basis=shown.BASIS,
        art=shown.picture(None, page.art)[0],
        reviews=reviews.of_product(page.product_id, size=3),
        score=reviews.score(page.product_id),
    )  # fmt: skip
