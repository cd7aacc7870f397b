"""Reference data: places, categories with their restrictions, the three schemes, the heads of the chains."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DATA = Path(__file__).resolve().parents[2] / "data"
SCHOOL_RULE = "学校食品安全与营养健康管理规定"
STREAMS = ("money", "procurement", "catalogue", "personal", "administration")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def upgrade() -> None:
    places()
    categories()
    schemes()
    heads()


def places() -> None:
    table = sa.table("place", *map(sa.column, ("code", "name", "level", "parent_code")))
    county = {"code": "220681", "name": "临江市", "level": "county", "parent_code": None}
    listed = rows("linjiang-divisions.csv")
    op.bulk_insert(table, [county, *sorted(listed, key=lambda row: len(row["code"]))])


def categories() -> None:
    bind = op.get_bind()
    ids: dict[str, int] = {}
    for position, row in enumerate(rows("categories.csv")):
        flags = {name: row[name] == "1" for name in ("ingredient", "wild", "commitment", "quarantine")}
        ids[row["code"]] = bind.execute(
            sa.text(
                "INSERT INTO category (code, name, parent_id, position, is_leaf, is_ingredient, is_wild,"
                " needs_commitment, needs_quarantine, licence, art, aliases) VALUES (:code, :name, :parent, :position,"
                " :leaf, :ingredient, :wild, :commitment, :quarantine, :licence, :art, :aliases) RETURNING id"
            ),
            {
                "code": row["code"],
                "name": row["name"],
                "parent": ids.get(row["parent"]),
                "position": position,
                "leaf": bool(row["parent"]),
                "licence": row["licence"],
                "art": row["art"],
                "aliases": row["aliases"],
                **flags,
            },
        ).scalar_one()
    restrict(ids)


def restrict(ids: dict[str, int]) -> None:
    """Rule 70 as shipped; finance edits the table."""
    school = ("fungi-zhenmo", "wild-jue", "wild-cinenya", "wild-daye", "veg-bean", "herb-ginseng", "herb-wuweizi")
    table = sa.table(
        "category_restriction", *map(sa.column, ("category_id", "canteen_kind", "document", "valid_from"))
    )
    barred = [(code, kind, SCHOOL_RULE) for code in school for kind in ("school", "kindergarten")]
    barred += [("wine-grape", "any", "食堂不得采购酒类")]
    op.bulk_insert(
        table,
        [
            {"category_id": ids[code], "canteen_kind": kind, "document": document, "valid_from": date(2019, 4, 1)}
            for code, kind, document in barred
        ],
    )


def schemes() -> None:
    """N, L and C as shipped (rules 9–10, Enforcement). Finance adds versions, never edits one."""
    bind = op.get_bind()
    shipped: tuple[dict[str, Any], ...] = (
        {"code": "N", "name": "全国口径（832平台）", "channels": ["p832"], "union": True, "goods": "any"},
        {"code": "L", "name": "本市口径（脱贫村户）", "channels": ["county", "offline"], "union": False,
         "goods": "ingredient_exited"},
        {"code": "C", "name": "合并口径（食堂经费）", "channels": ["p832", "county", "offline"], "union": False,
         "goods": "any"},
    )  # fmt: skip
    for scheme in shipped:
        national = scheme["code"] == "N"
        bind.execute(
            sa.text(
                "INSERT INTO scheme_version (code, version_no, name, min_bp, valid_from, applies_at_once, channels,"
                " union_counts, personal_counts, freight_counts, goods_rule, no_decrease, document, created_at)"
                " VALUES (:code, 1, :name, 1000, '2021-01-01', false, CAST(:channels AS jsonb), :union, :personal,"
                " :freight, :goods, false, :document, :now)"
            ),
            {
                "code": scheme["code"],
                "name": scheme["name"],
                "channels": json.dumps(scheme["channels"]),
                "union": scheme["union"],
                "personal": national,
                "freight": national,
                "goods": scheme["goods"],
                "document": "财库〔2021〕19号" if national else "市增收实施方案（2023-08-03）第8条",
                "now": datetime.now(UTC),
            },
        )


def heads() -> None:
    table = sa.table("audit_head", *map(sa.column, ("stream", "seq", "hash")))
    op.bulk_insert(table, [{"stream": name, "seq": 0, "hash": bytes(32)} for name in STREAMS])
    fact = sa.table("fact_head", *map(sa.column, ("id", "seq", "hash")))
    op.bulk_insert(fact, [{"id": 1, "seq": 0, "hash": bytes(32)}])


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
