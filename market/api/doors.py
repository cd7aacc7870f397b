"""The doors for the parties' programs: a token opens them, its organisation is all they show."""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from sqlalchemy.dialects.postgresql import insert

from core import clock
from core.db import db, transaction
from core.errors import Missing, Refused
from core.text import sentence
from core.web import answers, problem
from core.web.access import public, raw_body
from core.web.describe import KEY_HEADER, KEY_SHAPE, OPERATIONS, PAGING, SHAPES, Operation, Param, Unfit, code
from core.web.limits import limiter
from market.api import shapes
from market.models.api import ApiRequestKey
from market.models.delivery import Delivery
from market.models.order import Order
from market.queries import partner_rows
from market.rules.delivery_states import DeliveryState
from market.rules.order_states import OrderState
from market.rules.partners import Scope
from market.services import api_tokens, holding, scale_readings
from market.services.api_tokens import Caller

PER_MINUTE = 120
bp = Blueprint("partner_api", __name__, url_prefix="/api/v1")
SHAPES.update(shapes.SCHEMAS)


def _by_token() -> str:
    """Each token has its own minute; the key is a hash, for the counter's store is no place for tokens."""
    text = request.headers.get("Authorization", "")
    return hashlib.sha256(text.encode()).hexdigest() if text else f"ip{request.remote_addr}"


limiter.limit(f"{PER_MINUTE} per minute", key_func=_by_token)(bp)
Door = Callable[[dict[str, Any], Caller], Response]


def operation(
    name: str, path: str, answer: str, *params: Param, scope: Scope, body: str = ""
) -> Callable[[Door], Door]:
    """Open a door to whoever holds a token with `scope`, by its description."""
    is_single = "{" in path
    described = Operation(
        name, path, answer, params if is_single else (*params, *PAGING), is_single, scope=scope.value, body=body
    )
    OPERATIONS[:] = [one for one in OPERATIONS if one.name != name] + [described]

    def open_it(view: Door) -> Door:
        @wraps(view)
        def door(**path_values: str) -> ResponseReturnValue:
            caller = _caller()
            if caller is None:
                answer_ = problem.problem(401, sentence("problem", "token"))
                answer_.headers["WWW-Authenticate"] = "Bearer"
                return answer_
            if described.scope not in caller.scopes:
                return problem.problem(403, sentence("problem", "scope", scope=described.scope))
            return view(described.asked(path_values), caller)

        guarded = raw_body(public(door)) if body else public(door)
        bp.add_url_rule(described.rule, endpoint=name, view_func=guarded, methods=[described.method])
        return view

    return open_it


def _caller() -> Caller | None:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return api_tokens.caller(text.strip()) if kind.lower() == "bearer" and text.strip().isascii() else None


def _parties(caller: Caller, table: Any) -> sa.ColumnElement[bool]:
    return sa.or_(holding.buys(caller.actor, table), holding.sells(caller.actor, table.supplier_id))


@operation(
    "orders", "/orders", "OrderPage", Param("state", choices=tuple(state.value for state in OrderState)),
    scope=Scope.ORDERS_READ,
)  # fmt: skip
def orders(asked: dict[str, Any], caller: Caller) -> Response:
    state = OrderState(asked["state"]) if asked["state"] else None
    rows, total = partner_rows.orders(
        caller.actor, _parties(caller, Order), state=state, page=asked["page"], size=asked["size"]
    )
    return _private(answers.listed([shapes.order_row(row) for row in rows], total, asked))


@operation(
    "order", "/orders/{number}", "Order", code("number", shapes.NUMBER, 24, in_path=True), scope=Scope.ORDERS_READ
)
def order(asked: dict[str, Any], caller: Caller) -> Response:
    found = partner_rows.order(asked["number"], _parties(caller, Order))
    if found is None:
        raise Missing("no-such-order")
    return _private(answers.answer(shapes.order(*found)))


@operation(
    "deliveries", "/deliveries", "DeliveryPage", Param("state", choices=tuple(state.value for state in DeliveryState)),
    code("order", shapes.NUMBER, 24), scope=Scope.DELIVERIES_READ,
)  # fmt: skip
def deliveries(asked: dict[str, Any], caller: Caller) -> Response:
    state = DeliveryState(asked["state"]) if asked["state"] else None
    rows, total = partner_rows.deliveries(
        _parties(caller, Delivery), state=state, order_no=asked["order"], page=asked["page"], size=asked["size"]
    )
    numbers = partner_rows.order_nos({row.order_id for row in rows})
    return _private(answers.listed([shapes.delivery_row(row, numbers) for row in rows], total, asked))


@operation(
    "delivery", "/deliveries/{number}", "Delivery", code("number", shapes.NUMBER, 24, in_path=True),
    scope=Scope.DELIVERIES_READ,
)  # fmt: skip
def delivery(asked: dict[str, Any], caller: Caller) -> Response:
    found = partner_rows.delivery(asked["number"], _parties(caller, Delivery))
    if found is None:
        raise Missing("no-such-delivery")
    lines = scale_readings.lines_of(found.id)
    weighed = scale_readings.weights([line.id for line, _ in lines])
    return _private(answers.answer(shapes.delivery(found, partner_rows.order_nos({found.order_id}), lines, weighed)))


@operation(
    "readings", "/deliveries/{number}/readings", "Weighed", code("number", shapes.NUMBER, 24, in_path=True),
    scope=Scope.READINGS_WRITE, body="Readings",
)  # fmt: skip
def take_readings(asked: dict[str, Any], caller: Caller) -> Response:
    """Weighings of a delivery, for the first signer to look at; the same key again gives the same answer."""
    key = request.headers.get(KEY_HEADER, "")
    if not re.fullmatch(KEY_SHAPE, key, re.ASCII):
        raise Unfit({KEY_HEADER: ("pattern", {"pattern": KEY_SHAPE})})
    body = request.get_data()
    if len(body) > shapes.MOST_BODY:
        return problem.problem(413)
    readings, replace = shapes.read_readings(body)

    def act() -> dict[str, Any]:
        held = scale_readings.take(asked["number"], readings, replace=replace, of=caller)
        lines = [{"line": line, "weighed_g": weight_g} for line, weight_g in held.items()]
        return {"delivery_no": asked["number"], "lines": lines}

    with transaction():
        answer = _once(caller, key, body, act)
    return Response(json.dumps(answer, ensure_ascii=False), 201, mimetype="application/json")


def _once(caller: Caller, key: str, body: bytes, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do it, or give the answer it had. Raises: Refused "request-key-reused" for another request under the key."""
    digest = hashlib.sha256(request.path.encode() + b"\n" + body).hexdigest()
    claimed = db.session.execute(
        insert(ApiRequestKey)
        .values(token_id=caller.token_id, key=key, digest=digest, created_at=clock.now())
        .on_conflict_do_nothing()
        .returning(ApiRequestKey.key)
    ).scalar()
    kept = db.session.get_one(ApiRequestKey, (caller.token_id, key))
    if claimed is None:
        if kept.digest != digest or kept.answer is None:
            raise Refused("request-key-reused")
        return kept.answer
    kept.answer = act()
    return kept.answer


def _private(response: Response) -> Response:
    """A party's own business stays out of everybody's caches and of other sites' scripts."""
    response.cache_control.public, response.cache_control.private = False, True
    response.cache_control.max_age, response.cache_control.no_cache = 0, True
    response.headers.pop("Access-Control-Allow-Origin", None)
    response.headers["Vary"] = "Authorization"
    return response


@bp.errorhandler(Unfit)
def unfit(error: Unfit) -> ResponseReturnValue:
    return problem.problem(400, sentence("problem", "unfit"), faults=answers.faults_of(dict(error.faults)))


@bp.errorhandler(RateLimitExceeded)
def too_many(_error: RateLimitExceeded) -> ResponseReturnValue:
    answer = problem.problem(429, sentence("problem", "too-many", limit=PER_MINUTE))
    answer.headers["Retry-After"] = "60"
    return answer
