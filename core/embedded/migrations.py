"""`dev.py check`, last part: one head, an upgrade from empty, and no drift between the migrations and the models.

Alembic's own comparison sees neither checks nor triggers. So two databases are made, one by the migrations, one from
the models, and PostgreSQL is asked what each of them holds.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa
from alembic.util import CommandError

from core.embedded import commands, roles, schema
from core.embedded.postgres import Postgres
from core.embedded.processes import child_environment

MIGRATED, MODELLED = "migrated", "modelled"
HELD = {
    "column": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
          AND NOT a.attisdropped""",
    "constraint": """
        SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype NOT IN ('n', 't')""",
    "index": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": "SELECT tgrelid::regclass, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
}
MARKER = "alembic_version"
CHOICES = re.compile(r"ARRAY\[(.*?)\]")
CHANGEABLE = """
    SELECT relname FROM pg_class WHERE relname = ANY(%s)
    AND (has_table_privilege(%s, oid, 'UPDATE, DELETE, TRUNCATE') OR NOT has_table_privilege(%s, oid, 'INSERT'))"""


def held(connection: psycopg.Connection) -> set[str]:
    """One line for each column, constraint, index and trigger of the database."""
    lines = set()
    for kind, query in HELD.items():
        for row in connection.execute(query.encode()):
            if MARKER not in str(row[0]):
                line = " ".join([kind, *(str(part) for part in row if part not in (None, ""))])
                lines.add(CHOICES.sub(lambda found: ", ".join(sorted(found[1].split(", "))), line))
    return lines


@contextmanager
def throw_away() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="xingcun-check-") as directory:
        cluster = Postgres(Path(directory) / "pg", durable=False)
        try:
            cluster.start(subprocess.DEVNULL)
            roles.make_roles(cluster)
            yield cluster
        finally:
            cluster.remove()


def upgrade(cluster: Postgres) -> str:
    """Migrate an empty database; what went wrong, or nothing."""
    roles.make_database(cluster, MIGRATED)
    url = cluster.url(MIGRATED, roles.OWNER)
    environment = child_environment(DATABASE_URL=url, DATABASE_OWNER_URL=url, XINGCUN_MODE="test", REDIS_URL="")
    done = subprocess.run(
        commands.flask("db", "upgrade"), env=environment, cwd=schema.MIGRATIONS.parent, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return done.stderr if done.returncode else ""


def build(cluster: Postgres) -> None:
    """Everything the models say, without a migration."""
    import wsgi  # noqa: F401  every table is known once the front door is imported
    from core.db import REFUSE_CHANGE, Base, append_only_tables, protection

    roles.make_database(cluster, MODELLED)
    engine = sa.create_engine(cluster.url(MODELLED, roles.OWNER))
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        connection.execute(sa.text(REFUSE_CHANGE))
        for table in append_only_tables():
            for statement in protection(table, roles.APP):
                connection.execute(sa.text(statement))
    engine.dispose()


def drift(cluster: Postgres) -> list[str]:
    """What only one of the two databases holds. A trigger that only a migration knows is no drift: models have none."""
    with cluster.connect(MIGRATED) as migrated, cluster.connect(MODELLED) as modelled:
        there, here = held(migrated), held(modelled)
    missing = [f"模型有，迁移没有 / no migration makes: {line}" for line in sorted(here - there)]
    surplus = [line for line in sorted(there - here) if not line.startswith("trigger ")]
    return missing + [f"迁移有，模型没有 / no model knows: {line}" for line in surplus]


def unprotected(cluster: Postgres) -> list[str]:
    """Tables of facts that the application's role may change, or may not add to."""
    from core.db import append_only_tables

    with cluster.connect(MIGRATED) as connection:
        rows = connection.execute(CHANGEABLE, [append_only_tables(), roles.APP, roles.APP]).fetchall()
    return [f"{roles.APP} 对事实表的权限不对 / has the wrong rights on facts: {name}" for (name,) in rows]


def main() -> int:
    try:
        print(f"head: {schema.head()}")
    except CommandError as error:
        print(f"迁移有多个末端 / more than one head: {error}")
        return 1
    with throw_away() as cluster:
        wrong = upgrade(cluster)
        if wrong:
            print(f"从空库升级失败 / the upgrade from empty fails:\n{wrong}")
            return 1
        build(cluster)
        found = drift(cluster) + unprotected(cluster)
    print("\n".join(found) or "迁移与模型一致 / the migrations and the models agree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
