"""The control API under `/_emulator/`: what a test or a demo does to the world behind the gateway. Answers JSON."""

from typing import Any

from flask import Blueprint, jsonify, request

from market.gateways.emulator import faults, log, merchants
from market.gateways.emulator.bench import Bench
from market.gateways.emulator.cashier import pay_offer
from market.gateways.emulator.clock import local
from market.gateways.emulator.emulator import Emulator
from market.gateways.emulator.errors import ApiError
from market.gateways.emulator.trades import SOMEBODY, Buyer

MAX_SECONDS = 400 * 24 * 3600


class Wrong(Exception):
    """A control request that makes no sense, answered 400 (or the status given)."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


def blueprint(emulator: Emulator) -> Blueprint:
    bp = Blueprint("control", __name__, url_prefix="/_emulator")

    @bp.errorhandler(Wrong)
    def wrong(error: Wrong) -> Any:
        return jsonify(error=error.code), error.status

    @bp.errorhandler(ApiError)
    def refused(error: ApiError) -> Any:
        return jsonify(error=error.sub_code, message=error.content["sub_msg"]), 409

    _money(bp, emulator)
    _time(bp, emulator)
    _keys(bp, emulator)
    _books(bp, emulator)
    _faults(bp, emulator)
    merchants.routes(bp, emulator, given, _whole)
    return bp


def _money(bp: Blueprint, emulator: Emulator) -> None:
    @bp.get("/")
    def status() -> Any:
        with emulator.bench() as bench:
            return jsonify(clock=_now(emulator), stands=emulator.clock.stands, merchants=merchants.listed(bench))

    @bp.post("/trades/<out_trade_no>/pay")
    def pay(out_trade_no: str) -> Any:
        buyer = Buyer(given().get("buyer_id", SOMEBODY.buyer_id))
        with emulator.bench() as bench:
            offer = find_offer(bench, out_trade_no, given().get("seller_id"))
            trade = pay_offer(bench, offer, buyer, tell=emulator.options.tell_created)
        emulator.courier.wake()
        return jsonify(trade_no=trade["trade_no"], trade_status=trade["status"])

    @bp.get("/trades/<out_trade_no>")
    def trade(out_trade_no: str) -> Any:
        with emulator.bench() as bench:
            rows = bench.db.execute("SELECT * FROM trade WHERE out_trade_no = ?", (out_trade_no,)).fetchall()
        return jsonify(trades=[dict(row) for row in rows])

    @bp.get("/notifies")
    def notifies() -> Any:
        with emulator.bench() as bench:
            return jsonify(notifies=_notifies(bench, request.args.get("out_trade_no")))


def _keys(bp: Blueprint, emulator: Emulator) -> None:
    @bp.post("/keys/announce")
    def announce() -> Any:
        """Publish the key that will sign next."""
        return jsonify(alipay_public_next=emulator.keys.announce())

    @bp.post("/keys/rotate")
    def rotate() -> Any:
        emulator.keys.rotate()
        return jsonify(alipay_public=emulator.keys.alipay_public_pem)


def _time(bp: Blueprint, emulator: Emulator) -> None:
    @bp.get("/clock")
    def clock() -> Any:
        return jsonify(clock=_now(emulator), stands=emulator.clock.stands)

    @bp.post("/clock/advance")
    def advance() -> Any:
        emulator.advance(_whole("seconds", 0, MAX_SECONDS))
        return jsonify(clock=_now(emulator))

    @bp.post("/deliver")
    def deliver() -> Any:
        """Deliver every notify that is due, before answering."""
        emulator.settle()
        return jsonify(clock=_now(emulator))


def _books(bp: Blueprint, emulator: Emulator) -> None:
    @bp.get("/log")
    def read_log() -> Any:
        with emulator.store.tx() as db:
            entries = log.read(
                db,
                out_trade_no=request.args.get("out_trade_no"),
                kind=request.args.get("kind"),
                limit=_whole("limit", 1, 100_000, 1000),
            )
        return jsonify(log=entries)

    @bp.post("/reset")
    def reset() -> Any:
        emulator.reset()
        return jsonify(reset=True)

    @bp.post("/snapshots/<name>")
    def save(name: str) -> Any:
        emulator.save(name)
        return jsonify(saved=name)

    @bp.post("/snapshots/<name>/restore")
    def restore(name: str) -> Any:
        try:
            emulator.load(name)
        except KeyError:
            raise Wrong("no-such-snapshot", 404) from None
        return jsonify(restored=name)


def _faults(bp: Blueprint, emulator: Emulator) -> None:
    @bp.post("/faults")
    def arm() -> Any:
        known = {"kind", "method", "out_trade_no", "count"}
        args = given()
        try:
            with emulator.store.tx() as db:
                faults.arm(
                    db,
                    args.get("kind", ""),
                    method=args.get("method"),
                    out_trade_no=args.get("out_trade_no"),
                    count=_whole("count", 1, 1_000_000, 1),
                    options={name: value for name, value in args.items() if name not in known},
                )
                return jsonify(faults=faults.armed(db))
        except ValueError:
            raise Wrong("unknown-fault") from None

    @bp.get("/faults")
    def armed() -> Any:
        with emulator.store.tx() as db:
            return jsonify(faults=faults.armed(db))

    @bp.delete("/faults")
    def disarm() -> Any:
        with emulator.store.tx() as db:
            faults.disarm(db)
        return jsonify(faults=[])


def find_offer(bench: Bench, out_trade_no: str, seller_id: str | None = None) -> Any:
    """The newest offer under that number; with two merchants using it, `seller_id` says whose. Raises: Wrong."""
    row = bench.one(
        "SELECT * FROM offer WHERE out_trade_no = ? AND (? IS NULL OR seller_id = ?)"
        " ORDER BY created_ms DESC, code LIMIT 1",
        out_trade_no,
        seller_id,
        seller_id,
    )
    if row is None:
        raise Wrong("no-such-order", 404)
    return row


def _notifies(bench: Bench, out_trade_no: str | None) -> list[dict[str, Any]]:
    rows = bench.db.execute(
        "SELECT notify_id, trade_no, out_trade_no, url, fields, attempts, state, first_ms, due_ms FROM notify"
        " WHERE ? IS NULL OR out_trade_no = ? ORDER BY n",
        (out_trade_no, out_trade_no),
    ).fetchall()
    return [dict(row) for row in rows]


def given() -> dict[str, str]:
    """The arguments of a control call, from its address, a form or a JSON object; the address wins."""
    content = request.get_json(silent=True) if request.is_json else None
    told = {name: str(value) for name, value in content.items()} if isinstance(content, dict) else {}
    return told | request.form.to_dict() | request.args.to_dict()


def _now(emulator: Emulator) -> str:
    return local(emulator.clock.now_ms()).isoformat(timespec="milliseconds")


def _whole(name: str, least: int, most: int, default: int | None = None) -> int:
    text = given().get(name)
    if text is None and default is not None:
        return default
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9 or not least <= int(text) <= most:
        raise Wrong(f"bad-{name}")
    return int(text)
