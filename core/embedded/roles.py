"""The two database roles and the databases they meet in.

`xingcun_owner` owns database and tables: migrations, retention, test cleaning. `xingcun_app` serves: the migrations
grant it what it needs, and the triggers that keep facts unchanged bind it because it is no superuser.
"""

from psycopg import sql

from core.embedded.postgres import Postgres

OWNER, APP, DATABASE = "xingcun_owner", "xingcun_app", "xingcun"


def make_roles(cluster: Postgres) -> None:
    """Both roles, where they are missing. The owner may switch triggers off for its session, to clean test data."""
    with cluster.connect() as connection:
        for role in (OWNER, APP):
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            if not known:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        connection.execute(
            sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(sql.Identifier(OWNER))
        )


def make_database(cluster: Postgres, name: str = DATABASE, *, template: str | None = None) -> bool:
    """The database `name`, open to the two roles only; False when it is there already."""
    database, owner, app = sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(APP)
    with cluster.connect() as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        create = sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner)
        if template:
            create += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        connection.execute(create)
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, app))
    return True


def drop_database(cluster: Postgres, name: str) -> None:
    """Remove the database `name` and send its clients away, if it is there."""
    with cluster.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
