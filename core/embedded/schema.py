"""Where a database stands among the migrations, without starting the application."""

from pathlib import Path

import psycopg
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def head(directory: Path = MIGRATIONS) -> str | None:
    """The newest revision. Raises: alembic's CommandError when there are several heads."""
    return ScriptDirectory(str(directory)).get_current_head()


def current(url: str) -> str | None:
    """The revision of the database at the SQLAlchemy `url`; None before the first migration."""
    where = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(where) as connection:
        known = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if not known or known[0] is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None
