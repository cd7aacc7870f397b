"""The buyer's side: the page behind a code or a pay link, and its three buttons. Works without JavaScript."""

import sqlite3
from typing import Any
from urllib.parse import urlsplit

import segno
from flask import Blueprint, Response, abort, redirect, render_template, url_for
from markupsafe import Markup

from market.gateways.emulator import trades, wire
from market.gateways.emulator.bench import Bench
from market.gateways.emulator.clock import stamp
from market.gateways.emulator.emulator import Emulator
from market.gateways.emulator.errors import ApiError
from market.gateways.emulator.money import yuan_of
from market.gateways.emulator.states import Status
from market.gateways.emulator.trades import SOMEBODY, Buyer


def blueprint(emulator: Emulator) -> Blueprint:
    bp = Blueprint("cashier", __name__, url_prefix="/cashier")

    @bp.get("/<code>")
    def page(code: str) -> Any:
        """Opening the page is what scanning is on a phone: the trade exists afterwards."""
        return _shown(emulator, code)

    @bp.post("/<code>/pay")
    def confirm(code: str) -> Any:
        try:
            with emulator.bench() as bench:
                pay_offer(bench, _offer(bench, code), tell=emulator.options.tell_created)
        except ApiError as error:
            return _shown(emulator, code, error)
        emulator.courier.wake()
        return redirect(url_for(".page", code=code), 303)

    @bp.post("/<code>/cancel")
    def cancel(code: str) -> Any:
        """The buyer walks away: nothing changes, the order stays payable until it expires."""
        return _shown(emulator, code, left="cancelled")

    @bp.post("/<code>/short")
    def short(code: str) -> Any:
        """The buyer's money does not suffice: the attempt fails, the order stays payable."""
        return _shown(emulator, code, left="short")

    return bp


def pay_offer(bench: Bench, offer: sqlite3.Row, buyer: Buyer = SOMEBODY, *, tell: bool = False) -> sqlite3.Row:
    """Scan and pay at once. Raises: ApiError."""
    return trades.pay(bench, trades.open_offer(bench, offer, buyer, tell=tell), buyer)


def _offer(bench: Bench, code: str) -> sqlite3.Row:
    offer = bench.one("SELECT * FROM offer WHERE code = ?", code)
    if offer is None:
        abort(404)
    return offer


def _shown(emulator: Emulator, code: str, error: ApiError | None = None, left: str = "") -> Response:
    """The page as the order stands now, with what just went wrong."""
    trade: sqlite3.Row | None = None
    with emulator.bench() as bench:
        offer = _offer(bench, code)
        merchant = bench.one("SELECT name FROM merchant WHERE seller_id = ?", offer["seller_id"])
    try:
        with emulator.bench() as bench:
            trade = trades.open_offer(bench, offer, tell=emulator.options.tell_created)
    except ApiError as refused:
        error = error or refused
    emulator.courier.wake()
    status = trade["status"] if trade is not None else ""
    paid = trade is not None and trade["paid_ms"] is not None
    html = render_template(
        "cashier.html",
        offer=offer,
        merchant=merchant["name"] if merchant else "",
        amount=yuan_of(offer["total_fen"]),
        expires=stamp(min(offer["trade_expires_ms"], offer["code_expires_ms"])),
        payable=status == Status.WAIT,
        paid=paid,
        status=status,
        refused=error.content if error and not paid else None,
        left=left,
        code=_picture(f"{emulator.options.base_url}/cashier/{code}"),
        back=_return_link(emulator, offer, trade) if paid and trade is not None else "",
        stay=_return_link(emulator, offer, None) if left == "cancelled" else "",
    )
    return Response(html, 200 if trade is not None else 410, content_type="text/html; charset=utf-8")


def _picture(text: str) -> Markup:
    """A code that a phone can read, as SVG inside the page."""
    svg = segno.make(text, error="m").svg_inline(omitsize=True, border=3, dark="#1c2420", light="#ffffff")
    return Markup(svg)  # noqa: S704 (segno writes shapes only, never the text)


def _return_link(emulator: Emulator, offer: sqlite3.Row, trade: sqlite3.Row | None) -> str:
    """The merchant's return_url with signed parameters; bare if nothing was paid, empty if there is none."""
    url = str(offer["return_url"])
    if urlsplit(url).scheme not in ("http", "https"):
        return ""
    if trade is None:
        return url
    fields = {
        "app_id": trade["app_id"],
        "auth_app_id": trade["auth_app_id"],
        "charset": offer["charset"],
        "method": offer["method"] + ".return",
        "out_trade_no": trade["out_trade_no"],
        "seller_id": trade["seller_id"],
        "timestamp": stamp(emulator.clock.now_ms()),
        "total_amount": yuan_of(trade["total_fen"]),
        "trade_no": trade["trade_no"],
        "version": "1.0",
    }
    signed = wire.signed_fields(fields, emulator.keys.alipay, offer["charset"])
    return f"{url}{'&' if '?' in url else '?'}{wire.form(signed, offer['charset'])}"
