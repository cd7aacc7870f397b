"""Who takes money here: merchants, their apps, the authorisations they gave, their secondary merchants."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, jsonify

from market.gateways.emulator.bench import Bench
from market.gateways.emulator.clock import DAY_MS
from market.gateways.emulator.emulator import APP_ID, Emulator
from market.gateways.emulator.keys import read_public

TOKEN_LIFE_MS = 365 * DAY_MS
CODE_LIFE_MS = DAY_MS


def add(
    bench: Bench, *, seller_id: str = "", name: str = "", app_id: str = "", public_pem: str = "", fee_bp: int = 60
) -> dict[str, str]:
    """A merchant with its own app; missing numbers are made. Adding a known one again changes its name only."""
    count = bench.db.execute("SELECT count(*) FROM merchant").fetchone()[0]
    seller_id = seller_id or f"2088{count + 1:012d}"
    app_id = app_id or f"2021{seller_id[4:]}"
    bench.db.execute(
        "INSERT INTO merchant (seller_id, name, fee_bp) VALUES (?, ?, ?)"
        " ON CONFLICT (seller_id) DO UPDATE SET name = excluded.name",
        (seller_id, name or f"Emulator merchant {count + 1}", fee_bp),
    )
    default = bench.the("SELECT public_pem FROM app WHERE app_id = ?", APP_ID)
    bench.db.execute(
        "INSERT INTO app VALUES (?, ?, ?) ON CONFLICT (app_id) DO UPDATE SET public_pem = iif(?, excluded.public_pem,"
        " public_pem)",
        (app_id, seller_id, public_pem or default[0], bool(public_pem)),
    )
    return {"seller_id": seller_id, "app_id": app_id}


def authorise(bench: Bench, seller_id: str, app_id: str = APP_ID, token: str = "") -> dict[str, str]:
    """The merchant lets `app_id` act for it: a token good for 365 days. A wanted `token` may be named."""
    own = bench.one("SELECT app_id FROM app WHERE seller_id = ? ORDER BY app_id", seller_id)
    if own is None:
        raise KeyError(seller_id)
    token = token or bench.ids.token(bench.db, bench.now_ms, "token")
    refresh = bench.ids.token(bench.db, bench.now_ms, "refresh")
    bench.db.execute(
        "INSERT OR REPLACE INTO token VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        (token, refresh, app_id, own["app_id"], seller_id, bench.now_ms, bench.now_ms + TOKEN_LIFE_MS),
    )
    return {
        "app_auth_token": token,
        "app_refresh_token": refresh,
        "auth_app_id": own["app_id"],
        "user_id": seller_id,
        "expires_in": str(TOKEN_LIFE_MS // 1000),
    }


def grant_code(bench: Bench, seller_id: str, app_id: str = APP_ID) -> str:
    """An authorisation code, good for one exchange within 24 hours."""
    own = bench.one("SELECT app_id FROM app WHERE seller_id = ? ORDER BY app_id", seller_id)
    if own is None:
        raise KeyError(seller_id)
    code = bench.ids.token(bench.db, bench.now_ms, "auth-code")
    bench.db.execute(
        "INSERT INTO auth_code VALUES (?, ?, ?, ?, ?, 0)",
        (code, app_id, own["app_id"], seller_id, bench.now_ms + CODE_LIFE_MS),
    )
    return code


def listed(bench: Bench) -> list[dict[str, Any]]:
    rows = bench.db.execute(
        "SELECT m.seller_id, m.name, m.balance_fen, m.withdrawn_fen, m.fee_bp, a.app_id FROM merchant m"
        " LEFT JOIN app a ON a.seller_id = m.seller_id ORDER BY m.seller_id, a.app_id"
    ).fetchall()
    return [dict(row) for row in rows]


def routes(bp: Blueprint, emulator: Emulator, given: Callable[[], dict[str, str]], whole: Callable[..., int]) -> None:
    """The control API's part about merchants."""

    @bp.errorhandler(KeyError)
    def unknown(error: KeyError) -> Any:
        return jsonify(error="no-such-merchant"), 404

    @bp.get("/merchants")
    def index() -> Any:
        with emulator.bench() as bench:
            return jsonify(merchants=listed(bench))

    @bp.post("/merchants")
    def create() -> Any:
        wanted = {name: given().get(name, "") for name in ("seller_id", "name", "app_id", "public_pem")}
        try:
            read_public(wanted["public_pem"] or emulator.keys.app_public_pem)
        except ValueError:
            return jsonify(error="bad-public_pem"), 400
        with emulator.bench() as bench:
            return jsonify(add(bench, fee_bp=whole("fee_bp", 0, 10_000, 60), **wanted))

    @bp.post("/merchants/<seller_id>/tokens")
    def token(seller_id: str) -> Any:
        with emulator.bench() as bench:
            app_id = given().get("app_id", APP_ID)
            return jsonify(authorise(bench, seller_id, app_id, given().get("token", "")))

    @bp.delete("/merchants/<seller_id>/tokens")
    def revoke(seller_id: str) -> Any:
        with emulator.bench() as bench:
            gone = bench.db.execute("UPDATE token SET revoked = 1 WHERE seller_id = ?", (seller_id,)).rowcount
        return jsonify(revoked=gone)

    @bp.post("/merchants/<seller_id>/codes")
    def code(seller_id: str) -> Any:
        with emulator.bench() as bench:
            return jsonify(app_auth_code=grant_code(bench, seller_id, given().get("app_id", APP_ID)))

    @bp.post("/merchants/<seller_id>/sub-merchants")
    def sub_merchant(seller_id: str) -> Any:
        """A secondary merchant `smid` under `owner_id` whose money goes to `seller_id`."""
        with emulator.bench() as bench:
            smid = given().get("smid") or bench.ids.order_no(bench.db, bench.now_ms, "smid")[:16]
            owner_id = given().get("owner_id", seller_id)
            bench.db.execute("INSERT OR REPLACE INTO sub_merchant VALUES (?, ?, ?)", (smid, owner_id, seller_id))
        return jsonify(smid=smid)

    @bp.post("/merchants/<seller_id>/withdraw")
    def withdraw(seller_id: str) -> Any:
        """Money leaves the balance: to the bank, so that a refund finds too little."""
        fen = whole("fen", 1, 999_999_999)
        with emulator.bench() as bench:
            moved = bench.db.execute(
                "UPDATE merchant SET balance_fen = balance_fen - ?, withdrawn_fen = withdrawn_fen + ?"
                " WHERE seller_id = ? AND balance_fen >= ?",
                (fen, fen, seller_id, fen),
            ).rowcount
        return jsonify(moved=bool(moved)), 200 if moved else 409
