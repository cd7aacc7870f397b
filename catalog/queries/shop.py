"""The shop's list: narrowed, ordered, counted. Seven statements whatever the size."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from catalog.queries import ranking
from catalog.queries.cards import Card, cards_of
from catalog.queries.facets import Facets, facets
from catalog.queries.goods import Filters, conditions, visible_goods
from catalog.queries.search.find import Found, find
from catalog.queries.search.plan import Wishes
from catalog.queries.search.score import ENOUGH, Hit
from catalog.rules.ranking import spread
from core import clock
from core.db import db

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
) -> Browsed:
    """The shop's list for words and chosen filters. What was chosen narrows; what words wish for (有机, 30元以下) comes
    first, and alone where it is enough or another order was asked for. `exact`: nothing is corrected.
    """
    asked, day = filters or Filters(), on or clock.today()
    if not words.strip():
        return Browsed(_page(asked, Wishes(), None, day, sort, page, size), asked)
    found = find(words, exact=exact)
    return Browsed(_page(asked, found.plan.wishes, found.hits, day, sort, page, size), asked, found)


def narrowed(filters: Filters, wishes: Wishes) -> Filters:
    """The filters with the wishes; what somebody chose wins over what a word stands for."""
    return replace(
        filters,
        certificate=filters.certificate or wishes.certificate,
        counts_only=filters.counts_only or wishes.counts_only,
        least_fen=wishes.least_fen if filters.least_fen is None else filters.least_fen,
        most_fen=wishes.most_fen if filters.most_fen is None else filters.most_fen,
    )


@dataclass(frozen=True)
class _Row:
    """A visible product before it has an order. `fits`: of each chosen filter whether it passes; `wishes`: whether it
    fulfils what the words wish of it.
    """

    id: int
    supplier_id: int
    category_id: int
    branch_id: int
    origin_code: str
    listed_at: datetime
    price_fen: int
    landed_fen: int
    buyers: int
    service_bp: int | None
    has_units_pack: bool
    badges: list[str]
    listing_class: str
    is_wished: bool
    fits: dict[str, bool]

    @property
    def is_certified(self) -> bool:
        """Any badge that is valid on the day."""
        return bool(self.badges)

    @property
    def passes(self) -> bool:
        """All that was chosen."""
        return all(self.fits.values())


def _page(
    filters: Filters, wishes: Wishes, found: Mapping[int, Hit] | None, on: date, sort: Sort, page: int, size: int
) -> ShopPage:
    if found is not None and not found:
        return ShopPage([], 0, 1, 1, Facets())
    every = _rows(filters, wishes, found, on)
    rows = [r for r in every if r.passes]
    fitting = [r for r in rows if r.is_wished and (found is None or found[r.id].fits)]
    near = [] if _is_enough(fitting, found, sort) else [r for r in rows if not r.is_wished or not _fits(found, r)]
    if not near and fitting:
        every = [r for r in every if r.is_wished and _fits(found, r)]
    shown = [*_ordered(fitting, found, on, sort), *_ordered(near, found, on, sort)]
    pages = max(1, -(-len(shown) // size))
    at = min(max(1, page), pages)
    counted = facets(every, town_code=filters.town_code)
    return ShopPage(cards_of(shown[(at - 1) * size : at * size], on), len(shown), at, pages, counted, len(fitting))


def _fits(found: Mapping[int, Hit] | None, row: _Row) -> bool:
    return found is None or found[row.id].fits


def _is_enough(fitting: list[_Row], found: Mapping[int, Hit] | None, sort: Sort) -> bool:
    """Whether what fits stands alone: it is many, another order was asked for, or only wishes were typed."""
    return bool(fitting) and (len(fitting) >= ENOUGH or sort is not Sort.BEST or found is None)


def _rows(filters: Filters, wishes: Wishes, found: Mapping[int, Hit] | None, on: date) -> list[_Row]:
    """What may be seen, with the database's word on each filter and on the wishes. One statement."""
    goods = visible_goods(on, found)
    c = goods.c
    chosen = conditions(goods, filters)
    wished = sa.and_(sa.true(), *conditions(goods, narrowed(Filters(), wishes)).values())
    query = sa.select(
        c.id, c.supplier_id, c.category_id, c.branch_id, c.origin_code, c.listed_at, c.price_fen, c.landed_fen,
        c.buyers, c.service_bp, c.has_units_pack, c.badges, c.listing_class, wished, *chosen.values(),
    )  # fmt: skip
    names, out = list(chosen), []
    for row in db.session.execute(query):
        values: list[Any] = list(row)
        fits = dict(zip(names, values[_COLUMNS:], strict=True))
        out.append(_Row(*[*values[:_COLUMNS], fits]))
    return out


_COLUMNS = 14


def _ordered(rows: list[_Row], found: Mapping[int, Hit] | None, on: date, sort: Sort) -> list[int]:
    """Ids in order; with equal keys the newest first."""
    if not rows:
        return []
    rows = sorted(rows, key=lambda r: (-r.listed_at.timestamp(), r.id))
    if sort is Sort.BEST:
        by = ranking.standing({r.supplier_id for r in rows}, on)
        final = {r.id: by.final(1.0 if found is None else found[r.id].score, r) for r in rows}
        ranked = sorted(rows, key=lambda r: -final[r.id])
        return spread((r.id, r.supplier_id) for r in ranked)
    keys: dict[Sort, Any] = {
        Sort.PRICE: lambda r: r.price_fen,
        Sort.PRICE_DOWN: lambda r: -r.price_fen,
        Sort.LANDED: lambda r: r.landed_fen,
        Sort.NEW: lambda r: 0,
        Sort.SALES: lambda r: -r.buyers,
    }
    return [r.id for r in sorted(rows, key=keys[sort])]
