"""What every template may use: filters that know units, labels, assets with their content's hash, the menu."""

import hashlib
import json
import secrets
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, url_for
from markupsafe import Markup, escape

from core import clock, money, text
from core.access.rights import Right
from core.web import menu
from core.web.access import current_actor, login_is_fresh


def yuan(fen: int | None) -> str:
    """1,234.50, without a sign of currency; — for nothing."""
    return "—" if fen is None else money.yuan(fen)


def percent(bp: int | None) -> str:
    """9.99%, truncated; 不适用 for nothing (rule 6)."""
    return text.sentence("word", "not-applicable") if bp is None else money.percent_text(bp)


def day(value: date | datetime | None) -> str:
    """2026-11-23."""
    if value is None:
        return "—"
    return (clock.county_day(value) if isinstance(value, datetime) else value).isoformat()


def moment(value: datetime | None) -> Markup:
    """今天 06:42, the whole date in the title."""
    if value is None:
        return Markup("—")
    whole = value.astimezone(clock.COUNTY).strftime("%Y-%m-%d %H:%M:%S")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value.isoformat(), whole, text.day_word(value))


def phone_masked(phone: str | None) -> str:
    """138****2716."""
    return f"{phone[:3]}****{phone[-4:]}" if phone and len(phone) == 11 else (phone or "")


def account_masked(number: str | None) -> str:
    """****1234."""
    return f"****{number[-4:]}" if number else ""


def paragraphs(value: str) -> Markup:
    """A person's text as paragraphs, everything escaped."""
    blocks = [block.strip() for block in value.split("\n") if block.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(escape(block)) for block in blocks)


def prose(value: str) -> Markup:
    """Our own long texts: lines with "## " are headings, with "- " items, the rest paragraphs. All escaped."""
    parts: list[Markup] = []
    items: list[Markup] = []
    for line in [*(each.strip() for each in value.split("\n")), ""]:
        if line.startswith("- "):
            items.append(Markup("<li>{}</li>").format(escape(line[2:])))
            continue
        if items:
            parts.append(Markup("<ul>{}</ul>").format(Markup("").join(items)))
            items = []
        if line.startswith("## "):
            parts.append(Markup("<h2>{}</h2>").format(escape(line[3:])))
        elif line:
            parts.append(Markup("<p>{}</p>").format(escape(line)))
    return Markup("").join(parts)


SITE_DUTIES = ("ICP_NO", "HOST_BODY", "SERVICE_PHONE", "POLICE_NO")
"""What the foot of every page says by law (E-commerce law art. 15); production insists on the first three."""


@cache
def _digest(path: str, mtime: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def asset(path: str) -> str:
    """URL of a static file with its content's hash, so that it may be cached for ever."""
    file = Path(str(current_app.static_folder)) / path
    tag = _digest(str(file), int(file.stat().st_mtime)) if file.is_file() else "0"
    return url_for("static", filename=path, v=tag)


def form_key() -> Markup:
    """The hidden field that makes a form sent twice act once (R1)."""
    return Markup('<input type="hidden" name="_key" value="{}">').format(secrets.token_urlsafe(18))


def may(right: str) -> bool:
    """Whether the actor has a right, by its name."""
    actor = current_actor()
    return actor is not None and actor.may(Right(right))


def refusal_sentence() -> str | None:
    """The sentence of the refusal this page answers with, if any."""
    refusal = getattr(g, "refusal", None)
    return None if refusal is None else text.sentence("refused", refusal.code, **refusal.facts)


def json_text(value: Any) -> Markup:
    """JSON for a data block: nothing in it can end the block."""
    return Markup(json.dumps(value, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704 - escaped above


def _unseen() -> str:
    """How many notices the actor has not read, as the header shows it; read with the session, empty for none."""
    count = int(getattr(g, "unseen", 0)) if current_actor() is not None else 0
    return "99+" if count > 99 else str(count or "")


def init(app: Flask) -> None:
    """Register filters and names."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        yuan=yuan,
        percent=percent,
        weight=lambda grams: "—" if grams is None else text.weight(grams),
        day=day,
        moment=moment,
        phone_masked=phone_masked,
        account_masked=account_masked,
        capital=money.capital,
        paragraphs=paragraphs,
        prose=prose,
        json_text=json_text,
    )
    app.jinja_env.globals.update(
        label=text.label, asset=asset, form_key=form_key, may=may, login_is_fresh=login_is_fresh
    )

    @app.context_processor
    def names() -> dict[str, Any]:
        actor = current_actor()
        return {
            "actor": actor,
            "seats": getattr(g, "seats", []),
            "unseen": _unseen(),
            "demo": app.config["XINGCUN_MODE"] == "demo",
            "site_name": app.config["SITE_NAME"],
            "site": {name: str(app.config[name]) for name in SITE_DUTIES},
            "request_id": getattr(g, "request_id", ""),
            "fiscal_year": clock.today().year,
            "today": clock.today(),
            "refusal": refusal_sentence(),
            **menu.context(actor),
        }
