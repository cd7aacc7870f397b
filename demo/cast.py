"""Who plays: the tables under `demo/data`, as rows with types. Chinese names are data and stand there only."""

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"
YUAN = 100


@dataclass(frozen=True)
class UnitSpec:
    """One budget unit. Shares in percent: `local` and `national` of the reserve by the pace line, `spend` of the total.

    `shape`: "early" pays a whole year's duty on the first days, "low" reaches its reserve but not its share, "gap" has
    months without a statement.
    """

    key: str
    name: str
    superior: str
    kind: str
    system: str
    level: str
    canteen: str
    partner: str
    total_fen: int
    local: int
    spend: int
    national: int
    shape: str
    canteens: tuple[str, ...]


@dataclass(frozen=True)
class SupplierSpec:
    """One supplier; `pays`: it has a merchant account, so residents may buy."""

    key: str
    name: str
    type: str
    town: str
    village: str
    legal: str
    pays: bool
    licences: tuple[str, ...]
    story: str


@dataclass(frozen=True)
class GoodsSpec:
    """One product with one pack. `price_fen` is per 500 g when weighed, per pack when counted."""

    supplier: str
    category: str
    name: str
    village: str
    pack: str
    mode: str
    unit: str
    pack_qty: int
    price_fen: int
    stock: int
    badges: str
    description: str


@dataclass(frozen=True)
class Seat:
    """One person with one role; `login` is the user name, `shown` when it stands in the table of log-ins."""

    body: str
    role: str
    name: str
    login: str
    shown: bool


def rows(name: str) -> list[dict[str, str]]:
    """A table under `demo/data`."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


@cache
def words() -> dict[str, Any]:
    """The sentences and names that no table holds."""
    return tomllib.loads((DATA / "words.toml").read_text(encoding="utf-8"))


def word(section: str, key: str, **facts: object) -> str:
    """One of them, filled in."""
    return str(words()[section][key]).format(**facts)


def units() -> list[UnitSpec]:
    """The 24 units, superiors before those under them."""
    return [
        UnitSpec(
            row["key"], row["name"], row["superior"], row["kind"], row["system"], row["level"], row["canteen"],
            row["partner"], int(row["total"]) * YUAN, int(row["local"]), int(row["spend"]), int(row["national"]),
            row["shape"], tuple(filter(None, row["canteens"].split("|"))),
        )
        for row in rows("units")
    ]  # fmt: skip


def suppliers() -> list[SupplierSpec]:
    """The 12 suppliers."""
    return [
        SupplierSpec(
            row["key"], row["name"], row["type"], row["town"], row["village"], row["legal"], row["pays"] == "1",
            tuple(filter(None, row["licences"].split("|"))), row["story"],
        )
        for row in rows("suppliers")
    ]  # fmt: skip


def goods() -> list[GoodsSpec]:
    """The 60 products."""
    return [
        GoodsSpec(
            row["supplier"], row["category"], row["name"], row["village"], row["pack"], row["mode"], row["unit"],
            int(row["pack_qty"]), int(row["price"]), int(row["stock"]), row["badges"], row["description"],
        )
        for row in rows("goods")
    ]  # fmt: skip


def seats() -> list[Seat]:
    """The named people, one for each role."""
    return [Seat(row["body"], row["role"], row["name"], row["login"], row["table"] == "1") for row in rows("seats")]
