"""The shop's list: narrowed, ordered, counted. Seven statements whatever the size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from catalog.queries import freight, ranking
from catalog.queries.cards import Card, cards_of
from catalog.queries.facets import Facets, counting, facets
from catalog.queries.goods import Filters, conditions, visible_goods
from catalog.queries.search.find import Found, find
from catalog.queries.search.plan import Wishes
from catalog.queries.search.score import ENOUGH, Hit
from catalog.rules.freight import landed_fen
from catalog.rules.ranking import spread
from core import clock
from core.db import db
from core.money import MAX_FEN

PAGE_SIZE = 24


class Sort(StrEnum):
    """By relevance and service (综合), by price, by price with freight, by the day of listing, by buyers of 90 days."""

    BEST = "best"
    PRICE = "price"
    PRICE_DOWN = "price_down"
    LANDED = "landed"
    NEW = "new"
    SALES = "sales"


@dataclass(frozen=True)
class ShopPage:
    """One page of the list. `total` counts all pages; the first `fitting` of them fulfil the whole query, the others
    a part. Pages are numbered from 1.
    """

    cards: list[Card]
    total: int
    page: int
    pages: int
    facets: Facets
    fitting: int = 0

    @property
    def product_ids(self) -> list[int]:
        """The page's products in order."""
        return [card.product_id for card in self.cards]


def shop_page(
    filters: Filters | None = None,
    *,
    sort: Sort = Sort.BEST,
    page: int = 1,
    scores: Mapping[int, float] | None = None,
    on: date | None = None,
    size: int = PAGE_SIZE,
) -> ShopPage:
    """One page of visible goods. `scores` are the products that a search found, by id, each 0–1 (None: no search);
    `page` beyond the end shows the last one.
    """
    found = None if scores is None else {i: Hit(score, fits=True) for i, score in scores.items()}
    return _page(filters or Filters(), Wishes(), found, on or clock.today(), sort, page, size)


@dataclass(frozen=True)
class Browsed:
    """A page, the filters as they were applied, and what the search understood (None: no words)."""

    page: ShopPage
    filters: Filters
    found: Found | None = None


def browse(
    words: str = "",
    filters: Filters | None = None,
    *,
    sort: Sort = Sort.BEST,
    page: int = 1,
    on: date | None = None,
    size: int = PAGE_SIZE,
    exact: bool = False,
    region: str = "",
) -> Browsed:
    """The shop's list for words and chosen filters. What was chosen narrows; what words wish for (有机, 30元以下) comes
    first, and alone where it is enough or another order was asked for. `exact`: nothing is corrected.
    `region`: price at the door is that of this division.
    """
    asked, day = filters or Filters(), on or clock.today()
    if not words.strip():
        return Browsed(_page(asked, Wishes(), None, day, sort, page, size, region=region), asked)
    found = find(words, exact=exact)
    return Browsed(_page(asked, found.plan.wishes, found.hits, day, sort, page, size, region=region), asked, found)


def narrowed(filters: Filters, wishes: Wishes) -> Filters:
    """The filters with the wishes; what somebody chose wins over what a word stands for."""
    return replace(
        filters,
        certificate=filters.certificate or wishes.certificate,
        counts_only=filters.counts_only or wishes.counts_only,
        least_fen=wishes.least_fen if filters.least_fen is None else filters.least_fen,
        most_fen=wishes.most_fen if filters.most_fen is None else filters.most_fen,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A visible product that passes what was chosen, before it has an order. `is_wished`: it fulfils what the words
    wish of it.
    """

    id: int
    supplier_id: int
    listed_at: datetime
    price_fen: int
    only_units: bool
    min_packs: int
    pack_g: int
    buyers: int
    service_bp: int | None
    is_certified: bool
    is_wished: bool


def _page(
    filters: Filters,
    wishes: Wishes,
    found: Mapping[int, Hit] | None,
    on: date,
    sort: Sort,
    page: int,
    size: int,
    *,
    region: str = "",
) -> ShopPage:
    if found is not None and not found:
        return ShopPage([], 0, 1, 1, Facets())
    rows, counts = _rows(filters, wishes, found, on)
    fitting = [r for r in rows if r.is_wished and _fits(found, r)]
    alone = _is_enough(fitting, found, sort) or (found is None and bool(wishes))
    near = [] if alone else [r for r in rows if not r.is_wished or not _fits(found, r)]
    shown = [*_ordered(fitting, found, on, sort, region), *_ordered(near, found, on, sort, region)]
    pages = max(1, -(-len(shown) // size))
    at = min(max(1, page), pages)
    counted = facets(counts, only_fitting=not near and bool(fitting or alone))
    return ShopPage(cards_of(shown[(at - 1) * size : at * size], on), len(shown), at, pages, counted, len(fitting))


def _fits(found: Mapping[int, Hit] | None, row: _Row) -> bool:
    return found is None or found[row.id].fits


def _is_enough(fitting: list[_Row], found: Mapping[int, Hit] | None, sort: Sort) -> bool:
    """Whether what fits stands alone: it is many, another order was asked for, or only wishes were typed."""
    return bool(fitting) and (len(fitting) >= ENOUGH or sort is not Sort.BEST or found is None)


def _rows(
    filters: Filters, wishes: Wishes, found: Mapping[int, Hit] | None, on: date
) -> tuple[list[_Row], list[Sequence[Any]]]:
    """What may be seen and passes, with the database's word on the wishes; and `facets.counting` of what may be seen.
    One statement: both read the same goods, which are worked out once.
    """
    given = {} if found is None else {"ids": list(found), "fitting": [i for i, hit in found.items() if hit.fits]}
    seen, counted = list[_Row](), list[Sequence[Any]]()
    for row in db.session.execute(_statement(filters, wishes, on, is_search=found is not None), given):
        if row[0] is not None:
            seen.append(_Row(*row[:11]))
        else:
            label, _, parent = row[13].partition("\n")
            counted.append((row[11], row[12], row[9], row[1], label, parent))
    return seen, counted


@lru_cache(maxsize=64)  # a statement is never changed, and costs more to write down than to run
def _statement(filters: Filters, wishes: Wishes, on: date, *, is_search: bool) -> sa.CompoundSelect[Any]:
    """The goods and their counts; with a search those of its `ids`, of which `fitting` fulfil the whole query."""
    goods = visible_goods(on, sa.bindparam("ids", type_=ARRAY(sa.BigInteger)) if is_search else None)
    chosen = conditions(goods, filters)
    wished = sa.and_(sa.true(), *conditions(goods, narrowed(Filters(), wishes)).values())
    fitting = sa.bindparam("fitting", type_=ARRAY(sa.BigInteger))
    fit: sa.ColumnElement[bool] = goods.c.id == sa.any_(fitting) if is_search else sa.true()
    passes = {f"passes_{name}": condition for name, condition in chosen.items()}
    marked = sa.select(
        *goods.c, wished.label("is_wished"), sa.and_(wished, fit).label("fits"),
        *(condition.label(name) for name, condition in passes.items()),
    ).cte("marked")  # fmt: skip
    c, blank = marked.c, sa.literal_column("NULL", sa.Text)
    order = (
        c.listed_at,
        c.price_fen,
        c.only_units,
        c.min_packs,
        c.pack_g,
        c.buyers,
        c.service_bp,
        sa.func.cardinality(c.badges) > 0,
    )
    rows = sa.select(c.id, c.supplier_id, *order, c.is_wished, blank, blank, blank).where(*(c[name] for name in passes))
    n = counting(marked, chosen).subquery("counted").c
    none, no = sa.literal_column("NULL", sa.BigInteger), sa.literal_column("NULL", sa.Boolean)
    words = (n.facet, n.value, n.label + "\n" + n.parent)
    counts = sa.select(none, n.number, sa.null(), none, no, none, none, none, none, n.fits, no, *words)
    return sa.union_all(rows, counts)


def _ordered(rows: list[_Row], found: Mapping[int, Hit] | None, on: date, sort: Sort, region: str) -> list[int]:
    """Ids in order; with equal keys the newest first. At the door: what is not sent there last."""
    if not rows:
        return []
    rows = sorted(rows, key=lambda r: (-r.listed_at.timestamp(), r.id))
    if sort is Sort.BEST:
        by = ranking.standing({r.supplier_id for r in rows}, on)
        final = {r.id: by.final(1.0 if found is None else found[r.id].score, r) for r in rows}
        ranked = sorted(rows, key=lambda r: -final[r.id])
        return spread((r.id, r.supplier_id) for r in ranked)
    landed = _landed(rows, region) if sort is Sort.LANDED else {}
    keys: dict[Sort, Any] = {
        Sort.PRICE: lambda r: r.price_fen,
        Sort.PRICE_DOWN: lambda r: -r.price_fen,
        Sort.LANDED: lambda r: landed[r.id],
        Sort.NEW: lambda r: 0,
        Sort.SALES: lambda r: -r.buyers,
    }
    return [r.id for r in sorted(rows, key=keys[sort])]


def _landed(rows: list[_Row], region: str) -> dict[int, int]:
    """{product: what one pack of the card costs at the door of a region}, by the same rules as the cart. Units pay no
    freight. Three statements.
    """
    known = freight.templates({r.supplier_id for r in rows})
    ways = {id_: template.options(region) for id_, template in known.items()}
    out = {}
    for r in rows:
        fen = r.price_fen if r.only_units else landed_fen(ways[r.supplier_id], r.price_fen, r.min_packs, r.pack_g)
        out[r.id] = MAX_FEN if fen is None else fen
    return out
