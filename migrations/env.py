"""Alembic's entry: runs as the owner role on the application's metadata."""

from logging.config import fileConfig
from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from core.db import Base

config = context.config
if config.config_file_name:
    fileConfig(config.config_file_name, disable_existing_loggers=False)


def url() -> str:
    """The owner's URL; the app's own where nobody gave another (one role for everything)."""
    return str(current_app.config["DATABASE_OWNER_URL"] or current_app.config["DATABASE_URL"])


def run(connection: sa.Connection) -> None:
    """Migrate over one connection, whole or not at all."""

    def no_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
        if directives and getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
            directives[:] = []

    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        process_revision_directives=no_empty,
    )
    with context.begin_transaction():
        context.run_migrations()


engine = sa.create_engine(url(), poolclass=sa.NullPool)
with engine.connect() as live:
    run(live)
    live.commit()
