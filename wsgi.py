"""Front door: `create_app()` joins the floors. Flask, granian, gunicorn and celery find the application here."""

from market.gateways.emulator import cli as emulator

emulator.run_alone_if_asked_for()  # `flask emulator …` needs neither the imports below nor a database, and ends here

from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect

import catalog.api.doors
import catalog.models
import catalog.tasks
import catalog.web
import config
import core.models
import market.api.doors
import market.models
import market.tasks
import market.web
import procurement.models
import procurement.tasks
import procurement.web
from catalog.cli import households_cli, search_cli
from core.cli import commands
from core.db import db, engine_options
from core.jobs.worker import make_celery
from core.web import (
    account,
    auth,
    errors,
    files,
    guide,
    health,
    inbox,
    limits,
    logs,
    notices,
    page,
    people,
    security,
    session,
    terms,
)
from core.web.app import XingcunFlask
from demo.cli import demo_cli
from market.cli import payments_cli
from market.gateways.alipay import guard
from market.gateways.alipay.keys import KeyProblem
from procurement.cli import ledger_cli, p832_cli

csrf = CSRFProtect()
migrate = Migrate(db=db, directory=str(Path(__file__).parent / "migrations"), compare_type=True)
TABLES = (core.models, catalog.models, market.models, procurement.models)
JOBS = (catalog.tasks, market.tasks, procurement.tasks)
FLOORS = (catalog.web, market.web, procurement.web)


def create_app(**overrides: Any) -> Flask:
    """The application. `overrides` win over the environment; nothing is connected to yet.

    Raises: RuntimeError in production mode without a secret of its own or with the emulator's gateway.
    """
    logs.init()
    app = XingcunFlask(__name__, root_path=str(config.ROOT))
    app.config.from_mapping(config.load(overrides))
    _guard(app)
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", 12 * 3600)
    app.config["SQLALCHEMY_DATABASE_URI"] = app.config["DATABASE_URL"] or "postgresql+psycopg:///xingcun"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(int(app.config["DB_POOL_SIZE"]))
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31536000
    app.url_map.strict_slashes = False
    db.init_app(app)
    migrate.init_app(app)
    for part in (security, session, limits, page, errors):
        part.init(app)
    csrf.init_app(app)
    for door in (health.bp, terms.bp, account.bp, auth.bp, inbox.bp, notices.bp, files.bp, people.bp, guide.bp):
        app.register_blueprint(door)
    for floor in FLOORS:
        floor.init(app, csrf)
    app.register_blueprint(catalog.api.doors.bp)
    app.register_blueprint(market.api.doors.bp)
    csrf.exempt(market.api.doors.bp)
    commands.init(app)
    for commands_of in (
        search_cli,
        households_cli,
        emulator.emulator_cli,
        payments_cli,
        ledger_cli,
        p832_cli,
        demo_cli,
    ):
        app.cli.add_command(commands_of)
    make_celery(app)
    return app


def _guard(app: Flask) -> None:
    """Refuse to serve a county with a demo's secrets (R22, E19)."""
    if app.config["XINGCUN_MODE"] != "production":
        app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or "only-for-demo-and-tests"
        return
    if len(str(app.config["SECRET_KEY"])) < 32:
        raise RuntimeError("production needs its own SECRET_KEY of at least 32 characters")
    if missing := [name for name in ("ICP_NO", "HOST_BODY", "SERVICE_PHONE") if not str(app.config[name]).strip()]:
        raise RuntimeError(f"production names its operator at the foot of every page: set {', '.join(missing)}")
    try:
        guard.check_production(*(str(app.config[f"ALIPAY_{name}"]) for name in ("GATEWAY_URL", "KEYS_DIR", "APP_ID")))
    except (guard.Unsafe, KeyProblem) as error:
        raise RuntimeError(f"production and Alipay: {error}") from error


def __getattr__(name: str) -> Any:
    """`celery -A wsgi:celery_app` makes the application when it is asked for, not when this is imported."""
    if name == "celery_app":
        return create_app().extensions["celery"]
    raise AttributeError(name)
