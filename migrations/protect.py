"""Rights and triggers that autogenerate does not see."""

import os

from alembic import op

from core.db import protection

APP_ROLE = os.environ.get("DATABASE_APP_ROLE", "xingcun_app")


def protect(*tables: str) -> None:
    """Make tables append-only, for every role by trigger and for the app's role by right."""
    for table in tables:
        for statement in protection(table, APP_ROLE):
            op.execute(statement)
