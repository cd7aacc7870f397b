"""Sample files of 832 orders: realistic rows with every kind of trouble among them, the same for the same seed.

Every word comes from a table, `data/p832-sample.toml`; nothing here names a real body.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from core.money import plain_yuan

Cells = dict[str, str]


def rows(
    words: Mapping[str, Any], units: Sequence[str], today: date, *, seed: int = 832, orders: int = 150
) -> list[Cells]:
    """At least `orders` orders of one to three rows, then what goes wrong and what is odd, spread among them."""
    dice = Random(seed)  # noqa: S311 - a sample, not a secret
    numbers = iter(range(1, 10**6))
    made = [_order(words, units, today, dice, next(numbers)) for _ in range(orders)]
    made += [
        _spoilt(_order(words, units, today, dice, next(numbers), 1), cells, today)
        for cells in (*words["bad"], *words["odd"])
    ]
    made.append(_contradicting(_order(words, units, today, dice, next(numbers), 1)))
    made.append(_year_end(_order(words, units, today, dice, next(numbers), 1), today))
    dice.shuffle(made)
    return [cells for order in made for cells in order]


def _order(
    words: Mapping[str, Any], units: Sequence[str], today: date, dice: Random, number: int, most: int = 3
) -> list[Cells]:
    supplier, province, county = dice.choice(words["suppliers"])
    ordered, finished, paid = _times(today, dice)
    kind = words["union"] if dice.random() < 0.12 else words["canteen"]
    head = {
        "order_no": f"832{ordered:%Y%m%d}{number:07d}", "ordered_at": _text(ordered), "finished_at": _text(finished),
        "unit_name": dice.choice(units), "purchase_type": kind, "supplier_name": supplier,
        "supplier_province": province, "supplier_county": county, "pay_method": dice.choice(words["pay_methods"]),
        "paid_at": _text(paid), "status": dice.choice(words["finished"]), "remark": dice.choice(words["remarks"]),
    }  # fmt: skip
    lines = list(_lines(words, dice, most))
    freight_fen = dice.choice([0, 0, 0, 800, 1200, 2000])
    total_fen = sum(fen for _, fen in lines) + freight_fen
    order = {"freight_fen": plain_yuan(freight_fen), "paid_fen": plain_yuan(total_fen), "invoice_no": ""}
    return [head | order | cells for cells, _ in lines]


def _lines(words: Mapping[str, Any], dice: Random, most: int) -> Iterator[tuple[Cells, int]]:
    for name, spec, unit, price in dice.sample(words["goods"], min(most, dice.choice([1, 1, 2, 3]))):
        qty = dice.randint(2, 40)
        fen = qty * int(price.replace(".", ""))
        yield (
            {"name": name, "spec": spec, "unit": unit, "qty": str(qty), "price": price, "amount_fen": plain_yuan(fen)},
            fen,
        )


def _times(today: date, dice: Random) -> tuple[datetime, datetime, datetime]:
    """Ordered, finished, paid: all before today, within the year or the end of the last."""
    days = max(40, (today - date(today.year, 1, 1)).days)
    ordered = datetime.combine(today, datetime.min.time()) - timedelta(days=dice.randint(25, days + 10))
    ordered += timedelta(hours=dice.randint(8, 16), minutes=dice.randint(0, 59), seconds=dice.randint(0, 59))
    finished = ordered + timedelta(days=dice.randint(4, 12), minutes=dice.randint(1, 300))
    return ordered, finished, finished + timedelta(days=dice.randint(-3, 10), minutes=dice.randint(1, 200))


def _spoilt(order: list[Cells], cells: Mapping[str, str], today: date) -> list[Cells]:
    future = (today + timedelta(days=40)).isoformat()
    return [row | {name: value.replace("{future}", future) for name, value in cells.items()} for row in order]


def _contradicting(order: list[Cells]) -> list[Cells]:
    """Two rows of one order that do not agree what was paid."""
    return [order[0], order[0] | {"paid_fen": "1.00"}]


def _year_end(order: list[Cells], today: date) -> list[Cells]:
    """Paid in the last second of last year."""
    last = f"{today.year - 1}-12-31 23:59:59"
    early = f"{today.year - 1}-12-20 09:00:00"
    return [row | {"ordered_at": early, "finished_at": early, "paid_at": last} for row in order]


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")
