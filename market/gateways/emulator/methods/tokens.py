"""应用授权: exchanging a code or a refresh token for an app_auth_token, and looking one up."""

from typing import Any

from market.gateways.emulator import merchants
from market.gateways.emulator.call import Call
from market.gateways.emulator.clock import SECOND_MS, stamp
from market.gateways.emulator.errors import ApiError

GRACE_MS = 600 * SECOND_MS  # an old token works ten minutes more after a refresh


def exchange(call: Call) -> dict[str, Any]:
    grant = call.text("grant_type")
    if grant == "authorization_code":
        given = _by_code(call)
    elif grant == "refresh_token":
        given = _by_refresh(call)
    else:
        raise ApiError("isv.invalid-parameter")
    return given | {"re_expires_in": "32140800", "tokens": [given | {"re_expires_in": "32140800"}]}


def query(call: Call) -> dict[str, Any]:
    row = call.bench.one(
        "SELECT * FROM token WHERE app_auth_token = ? AND app_id = ? AND revoked = 0",
        call.text("app_auth_token", 64, needed=True),
        call.party.app_id,
    )
    if row is None:
        raise ApiError("aop.invalid-app-auth-token")
    valid = call.bench.now_ms < row["expires_ms"]
    return {
        "user_id": row["seller_id"],
        "auth_app_id": row["auth_app_id"],
        "expires_in": str((row["expires_ms"] - row["created_ms"]) // SECOND_MS),
        "auth_start": stamp(row["created_ms"]),
        "auth_end": stamp(row["expires_ms"]),
        "status": "valid" if valid else "invalid",
    }


def _by_code(call: Call) -> dict[str, str]:
    bench = call.bench
    row = bench.one(
        "SELECT * FROM auth_code WHERE code = ? AND app_id = ? AND used = 0 AND expires_ms > ?",
        call.text("code", 64, needed=True),
        call.party.app_id,
        bench.now_ms,
    )
    if row is None:
        raise ApiError("isv.code-invalid")
    bench.db.execute("UPDATE auth_code SET used = 1 WHERE code = ?", (row["code"],))
    return merchants.authorise(bench, row["seller_id"], call.party.app_id)


def _by_refresh(call: Call) -> dict[str, str]:
    bench = call.bench
    row = bench.one(
        "SELECT * FROM token WHERE refresh_token = ? AND app_id = ? AND revoked = 0",
        call.text("refresh_token", 64, needed=True),
        call.party.app_id,
    )
    if row is None:
        raise ApiError("isv.refresh-token-invalid")
    bench.db.execute(
        "UPDATE token SET expires_ms = min(expires_ms, ?) WHERE app_auth_token = ?",
        (bench.now_ms + GRACE_MS, row["app_auth_token"]),
    )
    return merchants.authorise(bench, row["seller_id"], call.party.app_id)
