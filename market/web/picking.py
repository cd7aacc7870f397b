"""备货单: what to pack for a day or a run, by product, with a tick for each order's share."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web import papers as printed
from core.web.access import actor, requires
from market.queries import goods_text, picking
from market.queries.picking import PickDay
from market.services import picking as marks

bp = Blueprint("picking", __name__, url_prefix="/supplier/picking")
menu.add("market", "picking", icon="check2-square", endpoint="picking.sheet", right=Right.SELL, order=11)
_MOST_ID = 2**62


@bp.get("")
@requires(Right.SELL)
def sheet() -> ResponseReturnValue:
    who = actor()
    days = picking.days(who)
    chosen = _chosen(days)
    rows = picking.of_day(who, chosen.on, chosen.round_id) if chosen else []
    return render_template("market/supplier/picking.html", days=days, chosen=chosen, rows=rows, text=goods_text)


@bp.post("")
@requires(Right.SELL)
def tick() -> ResponseReturnValue:
    """What this person changed on the page; a tick that somebody else set meanwhile stays."""
    was, now = _ids("was"), _ids("packed")
    with transaction():
        marks.tick(now - was, undone=was - now, by=actor())
    flash(sentence("message", "ticks-kept"))
    return redirect(url_for(".sheet", on=request.form.get("on") or None, round=request.form.get("round") or None), 303)


@bp.get("/print.pdf")
@requires(Right.SELL)
def paper() -> ResponseReturnValue:
    """备货单 on A4."""
    who = actor()
    chosen = _chosen(picking.days(who))
    rows = picking.of_day(who, chosen.on, chosen.round_id) if chosen else []
    lines = [
        {
            "name": row.product_name, "pack": goods_text.pack(row.line), "qty": row.text,
            "shares": "\n".join(f"{share.buyer_name} {goods_text.qty(share.line, share.qty)}" for share in row.shares),
        }
        for row in rows
    ]  # fmt: skip
    day, run = (chosen.on, chosen.round) if chosen else (None, "")
    data = {"number": day.isoformat() if day else "", "day": day, "round": run, "lines": lines}
    return printed.answer("picking", data, who)


def _chosen(days: list[PickDay]) -> PickDay | None:
    """The day and run asked for; else the first."""
    asked, run = request.args.get("on", ""), request.args.get("round", type=int)
    found = [one for one in days if (one.on.isoformat() if one.on else "none") == asked and one.round_id == run]
    return found[0] if found else days[0] if days and not asked else _empty(asked, run)


def _empty(asked: str, run: int | None) -> PickDay | None:
    """A day that is packed and sent by now."""
    try:
        return PickDay(date.fromisoformat(asked), run, "", 0) if asked else None
    except ValueError:
        return None


def _ids(name: str) -> set[int]:
    typed = request.form.getlist(name)
    return {int(one) for one in typed[:2_000] if one.isdecimal() and len(one) < 19 and int(one) < _MOST_ID}
