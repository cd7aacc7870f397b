"""What the plan pages send: quantities by line, an ordinary vendor's goods, a period."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from core import clock
from core.errors import Refused
from core.money import parse_price
from core.quantity import parse_sum, unit_named
from core.web.forms import MAX_ID, CountField, DayField, Form, ShortText, clean
from procurement.queries.plans import LineView
from procurement.rules.plan import GeneralReason
from procurement.services.plan_lines import Change, Ordinary

_MOST_PACKS = 99_999


class PeriodForm(Form):
    """A new plan: which canteen, from when to when, and what it is copied from."""

    canteen = CountField(most=MAX_ID)
    period_from = DayField()
    period_to = DayField()
    note = ShortText(most=200, required=False)
    copy_of = ShortText(most=40, required=False)

    @classmethod
    def next_week(cls) -> dict[str, date]:
        """The coming Monday to Sunday."""
        today = clock.today()
        monday = today + timedelta(days=7 - today.weekday())
        return {"period_from": monday, "period_to": monday + timedelta(days=6)}


class OrdinaryForm(Form):
    """Goods of an ordinary vendor: quantity and price in the unit that was typed."""

    vendor = ShortText(most=60)
    category = CountField(most=MAX_ID)
    goods = ShortText(most=40)
    quantity = ShortText(most=40)
    unit = ShortText(most=8)
    price = ShortText(most=20)
    deliver_on = DayField(required=False)

    def typed(self) -> Ordinary:
        """The line as typed. Raises: Refused "unit-unknown", "quantity-…", "amount-…", "price-negative"."""
        unit = unit_named(self.unit.data)
        return Ordinary(
            vendor=self.vendor.data,
            category_id=self.category.data,
            goods=self.goods.data,
            unit=unit,
            qty=parse_sum(self.quantity.data, unit),
            price_fen_x100=parse_price(self.price.data),
            deliver_on=self.deliver_on.data,
        )


def changes(form: Mapping[str, Any], lines: list[LineView]) -> dict[int, Change]:
    """What the lines' form says, by line id; a line that is not in the form stays as it is.

    Raises: Refused "number-out-of-bounds", "quantity-…", "day-unreadable".
    """
    return {one.line.id: _change(form, one) for one in lines}


def _change(form: Mapping[str, Any], one: LineView) -> Change:
    def said(name: str) -> str | None:
        value = form.get(f"{name}-{one.line.id}")
        return None if value is None else clean(value)[:200]

    packs, qty, day, reason = said("packs"), said("qty"), said("day"), said("reason")
    if reason not in {None, "", *GeneralReason}:
        reason = ""
    return Change(
        packs=None if packs is None or not one.is_platform else whole(packs),
        qty=None if qty is None or one.is_platform else (parse_sum(qty, one.unit) if qty else 0),
        deliver_on=day_of(day) if day else None,
        general_reason=reason,
        general_note=said("note"),
    )


def whole(text: str) -> int:
    """A count of packs. Raises: Refused "number-out-of-bounds"."""
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) > _MOST_PACKS:
        raise Refused("number-out-of-bounds", least=0, most=_MOST_PACKS)
    return int(text)


def picked(form: Mapping[str, Any], prefix: str) -> dict[int, int]:
    """{id: count} of fields `<prefix>-<id>`, blanks and zeros left out. Raises: Refused "number-out-of-bounds"."""
    found = {}
    for name, value in form.items():
        head, _, number = name.partition("-")
        if head == prefix and number.isascii() and number.isdigit() and len(number) < 19 and clean(value):
            count = whole(clean(value))
            if count:
                found[int(number)] = count
    return found


def day_of(text: str) -> date:
    """A county day as browsers send it. Raises: Refused "day-unreadable"."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("day-unreadable") from None
