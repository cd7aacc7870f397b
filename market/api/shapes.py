"""What the parties' API answers and takes: JSON schemas, and beside each the function that makes or reads it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.quantity import BaseUnit
from core.web.describe import TEXT, Unfit
from market.models.delivery import Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.rules.delivery_states import DeliveryState
from market.rules.order_states import OrderKind, OrderState
from market.services.scale_readings import Reading

Json = dict[str, Any]
NUMBER = r"^[A-Z]{2}[0-9A-Z-]{1,22}$"
MOST_READINGS, MOST_BODY = 200, 64 * 1024
MOST_WEIGHT_G, MOST_UNIX = 10_000_000, 4_102_444_800
_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_DAY: Json = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}
_MOMENT: Json = {"type": "string", "format": "date-time"}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _one_of(words: Any) -> Json:
    return {"type": "string", "enum": [word.value for word in words]}


def _list(of: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}}


def _page(of: str) -> Json:
    return _object(items=_list(of), total=_COUNT, page=_COUNT, size=_COUNT, pages=_COUNT)


_ORDER: dict[str, Json] = {
    "order_no": _TEXT,
    "kind": _one_of(OrderKind),
    "state": _one_of(OrderState),
    "total_fen": _COUNT,
    "upper_fen": _COUNT,
    "deliver_on": _DAY,
    "placed_at": _MOMENT,
}
_DELIVERY: dict[str, Json] = {
    "delivery_no": _TEXT,
    "order_no": _TEXT,
    "state": _one_of(DeliveryState),
    "delivered_on": {"type": "string", "format": "date"},
    "shipped_at": _MOMENT,
}
SCHEMAS: Mapping[str, Json] = {
    "OrderRow": _object(**_ORDER),
    "OrderLine": _object(
        line=_COUNT, name=_TEXT, pack_name=_TEXT, packs=_COUNT, qty=_COUNT, upper_qty=_COUNT,
        base_unit=_one_of(BaseUnit), amount_fen=_COUNT,
    ),
    "Order": _object(**_ORDER, goods_fen=_COUNT, freight_fen=_COUNT, lines=_list("OrderLine")),
    "OrderPage": _page("OrderRow"),
    "DeliveryRow": _object(**_DELIVERY),
    "DeliveryLine": _object(
        line=_COUNT, name=_TEXT, qty=_COUNT, base_unit=_one_of(BaseUnit), by_weight={"type": "boolean"},
        weighed_g=_COUNT, readings=_COUNT,
    ),
    "Delivery": _object(**_DELIVERY, lines=_list("DeliveryLine")),
    "DeliveryPage": _page("DeliveryRow"),
    "Readings": {
        "type": "object",
        "properties": {
            "replace": {"type": "boolean", "default": False},
            "readings": {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_READINGS,
                "items": {
                    "type": "object",
                    "properties": {
                        "line": {"type": "integer", "minimum": 1, "maximum": 1000},
                        "weight_g": {"type": "integer", "minimum": 1, "maximum": MOST_WEIGHT_G},
                        "read_at_unix": {"type": "integer", "minimum": 0, "maximum": MOST_UNIX},
                        "scale": {"type": "string", "maxLength": 40, "pattern": TEXT},
                    },
                    "required": ["line", "weight_g", "read_at_unix"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["readings"],
        "additionalProperties": False,
    },
    "Weighed": _object(
        delivery_no=_TEXT, lines={"type": "array", "items": _object(line=_COUNT, weighed_g=_COUNT)}
    ),
}  # fmt: skip


def order_row(it: Order) -> Json:
    """An order in a list."""
    return {
        "order_no": it.order_no,
        "kind": it.kind.value,
        "state": it.state.value,
        "total_fen": it.total_fen,
        "upper_fen": it.upper_fen,
        "deliver_on": it.deliver_on.isoformat() if it.deliver_on else None,
        "placed_at": it.placed_at.isoformat(),
    }


def order(it: Order, lines: Sequence[OrderLine]) -> Json:
    """An order with its lines, quantities in base units."""
    return {
        **order_row(it),
        "goods_fen": it.goods_fen,
        "freight_fen": it.freight_fen,
        "lines": [
            {
                "line": place,
                "name": line.product_name,
                "pack_name": line.pack_name,
                "packs": line.packs,
                "qty": line.qty,
                "upper_qty": line.upper_qty,
                "base_unit": line.base_unit.value,
                "amount_fen": line.amount_fen,
            }
            for place, line in enumerate(lines, start=1)
        ],
    }


def delivery_row(it: Delivery, order_nos: Mapping[int, str]) -> Json:
    """A delivery in a list."""
    return {
        "delivery_no": it.delivery_no,
        "order_no": order_nos[it.order_id],
        "state": it.state.value,
        "delivered_on": it.delivered_on.isoformat(),
        "shipped_at": it.shipped_at.isoformat(),
    }


def delivery(
    it: Delivery,
    order_nos: Mapping[int, str],
    lines: Sequence[tuple[DeliveryLine, OrderLine]],
    weighed: Mapping[int, tuple[int, int]],
) -> Json:
    """A delivery with its lines and what the scales said of them."""
    return {
        **delivery_row(it, order_nos),
        "lines": [
            {
                "line": place,
                "name": agreed.product_name,
                "qty": sent.qty,
                "base_unit": agreed.base_unit.value,
                "by_weight": agreed.sale_mode.value == "by_weight",
                "weighed_g": weighed.get(sent.id, (0, 0))[0],
                "readings": weighed.get(sent.id, (0, 0))[1],
            }
            for place, (sent, agreed) in enumerate(lines, start=1)
        ],
    }


def read_readings(body: bytes) -> tuple[list[Reading], bool]:
    """The readings of a body, and whether they replace. Raises: Unfit with the first fault of each place."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise Unfit({"body": ("json", {})}) from None
    faults: dict[str, tuple[str, dict[str, Any]]] = {}
    if not isinstance(given, dict):
        raise Unfit({"body": ("json", {})})
    faults |= {name[:40]: ("unknown", {}) for name in given.keys() - {"replace", "readings"}}
    replace, rows = given.get("replace", False), given.get("readings")
    if not isinstance(replace, bool):
        faults["replace"] = ("boolean", {})
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_READINGS:
        faults["readings"] = ("length", {"least": 1, "most": MOST_READINGS})
        rows = []
    for place, row in enumerate(rows):
        faults |= _faults_of(f"readings[{place}]", row)
    if faults:
        raise Unfit(faults)
    return [
        Reading(int(row["line"]), int(row["weight_g"]), int(row["read_at_unix"]), row.get("scale", "")) for row in rows
    ], replace


_BOUNDS = {"line": (1, 1000), "weight_g": (1, MOST_WEIGHT_G), "read_at_unix": (0, MOST_UNIX)}


def _faults_of(where: str, row: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    if not isinstance(row, dict):
        return {where: ("json", {})}
    faults: dict[str, tuple[str, dict[str, Any]]] = {
        f"{where}.{name}"[:60]: ("unknown", {}) for name in row.keys() - {*_BOUNDS, "scale"}
    }
    for name, (least, most) in _BOUNDS.items():
        value = row.get(name)
        is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not is_whole:
            faults[f"{where}.{name}"] = ("integer", {})
        elif value is not None and not least <= int(value) <= most:
            faults[f"{where}.{name}"] = ("bounds", {"least": least, "most": most})
    scale = row.get("scale", "")
    if not isinstance(scale, str) or len(scale) > 40 or not re.search(TEXT, scale) or scale.endswith("\n"):
        faults[f"{where}.scale"] = ("length", {"least": 0, "most": 40})
    return faults
