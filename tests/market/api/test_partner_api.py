"""A unit's own program reads its orders and deliveries and brings what the scales said; nothing of anybody else."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core import clock
from core.db import db, transaction
from core.errors import Refused
from core.organisations.models import Organisation
from market import tasks
from market.models.api import ApiRequestKey, ApiToken, ScaleReading
from market.models.delivery import AcceptanceDraft
from market.rules.partners import KEEP_REQUEST_KEYS
from market.services import api_tokens, scale_readings
from tests import make
from tests.market.api.conftest import ALL, Desk, issued, manager

PROBLEM = "application/problem+json"


def row(line: int = 1, weight_g: int = 1_000, **more: object) -> dict[str, object]:
    return {"line": line, "weight_g": weight_g, "read_at_unix": int(clock.now().timestamp()), **more}


def test_orders_and_deliveries_are_read(desk: Desk) -> None:
    listed = desk.get("/orders?size=1").get_json()
    assert [one["order_no"] for one in listed["items"]] == [desk.order_no]
    one = desk.get(f"/orders/{desk.order_no}").get_json()
    assert [line["line"] for line in one["lines"]] == [1]
    assert one["total_fen"] == listed["items"][0]["total_fen"] > 0
    (sent,) = desk.get(f"/deliveries?order={desk.order_no}&state=on_the_way").get_json()["items"]
    assert sent["delivery_no"] == desk.delivery.delivery_no
    answer = desk.get(f"/deliveries/{sent['delivery_no']}")
    assert answer.get_json()["lines"][0]["by_weight"] is True
    assert "private" in answer.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert desk.get("/deliveries?state=accepted").get_json()["total"] == 0


def test_the_supplier_sees_the_same_order_and_strangers_nothing(desk: Desk) -> None:
    body = db.session.get_one(Organisation, desk.line.supplier.organisation_id)
    seller = issued(manager(body))
    stranger = issued(manager(make.unit()))

    assert desk.get(f"/orders/{desk.order_no}", seller).status_code == 200
    assert desk.get("/orders", stranger).get_json()["total"] == 0
    for path in (f"/orders/{desk.order_no}", f"/deliveries/{desk.delivery.delivery_no}", "/orders/XC0000"):
        answer = desk.get(path, stranger)
        assert (answer.status_code, answer.mimetype) == (404, PROBLEM)
    desk.token = seller  # a supplier's program is not the one that weighs
    assert desk.weigh(row()).status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ScaleReading)) == 0


def test_without_a_token_that_holds_nothing_opens(desk: Desk) -> None:
    for token in ("", "xct_nothing", "é"):
        answer = desk.client.get("/api/v1/orders", headers={"Authorization": f"Bearer {token}"} if token else {})
        assert (answer.status_code, answer.mimetype) == (401, PROBLEM)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    narrow = issued(desk.manager, ["deliveries_read"])
    assert desk.get("/orders", narrow).status_code == 403
    assert desk.get("/deliveries", narrow).status_code == 200
    with transaction():
        for held in api_tokens.listed(desk.manager):
            api_tokens.revoke(held.id, by=desk.manager)
    assert desk.get("/orders").status_code == 401


def test_a_token_is_kept_as_a_hash_and_ends(desk: Desk) -> None:
    kept = db.session.scalars(sa.select(ApiToken)).one()
    assert kept.last_used_at is None
    assert desk.token not in str(vars(kept))
    desk.get("/orders")
    db.session.expire_all()
    assert db.session.scalars(sa.select(ApiToken)).one().last_used_at is not None
    with clock.shifted(timedelta(days=31)):
        assert api_tokens.caller(desk.token) is None


@pytest.mark.parametrize(("scopes", "days", "code"), [([], 30, "token-without-scope"), (ALL, 366, "token-days")])
def test_a_token_without_bounds_is_not_issued(desk: Desk, scopes: list[str], days: int, code: str) -> None:
    with pytest.raises(Refused, match=code):
        issued(desk.manager, scopes, days)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ApiToken)) == 1


def test_scales_fill_the_first_signers_form_and_sign_nothing(desk: Desk) -> None:
    first = desk.weigh(row(weight_g=60_000, scale="一号秤"), row(weight_g=40_000))
    assert (first.status_code, first.get_json()["lines"]) == (201, [{"line": 1, "weighed_g": 100_000}])
    assert desk.weigh(row(weight_g=3_250), key="second-key").get_json()["lines"][0]["weighed_g"] == 103_250
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AcceptanceDraft)) == 0

    make.log_in(desk.client, desk.line.receiver.person)
    shown = desk.client.get(f"/canteen/deliveries/{desk.delivery.id}?unit=kg").text
    assert 'value="103.25"' in shown
    assert "电子秤 3 次读数" in shown
    again = desk.weigh(row(weight_g=99_000), key="third-key-1", replace=True)
    assert again.get_json()["lines"] == [{"line": 1, "weighed_g": 99_000}]
    line_id = scale_readings.lines_of(desk.delivery.id)[0][0].id
    assert scale_readings.weights([line_id]) == {line_id: (99_000, 1)}


def test_a_request_key_has_one_effect(desk: Desk) -> None:
    reading = row()
    first, second = desk.weigh(reading), desk.weigh(reading)
    assert first.get_json() == second.get_json()
    other = desk.weigh(row(weight_g=2_000))
    assert (other.status_code, other.mimetype) == (409, PROBLEM)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ScaleReading)) == 1
    with transaction(), clock.shifted(KEEP_REQUEST_KEYS + timedelta(minutes=1)):
        tasks.forget_request_keys()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ApiRequestKey)) == 0


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([row(line=9)], 409),
        ([row(weight_g=0)], 400),
        ([row(weight_g=1.5)], 400),
        ([row(weight_g=True)], 400),
        ([row(extra=1)], 400),
        ([row(read_at_unix=4_000_000_000)], 409),
        ([row(read_at_unix=1)], 409),
        ([], 400),
    ],
)
def test_a_reading_that_makes_no_sense_is_refused(desk: Desk, rows: list[dict[str, object]], status: int) -> None:
    answer = desk.weigh(*rows)
    assert (answer.status_code, answer.mimetype) == (status, PROBLEM)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ScaleReading)) == 0


def test_without_a_key_or_after_two_signatures_nothing_is_taken(desk: Desk) -> None:
    assert desk.weigh(row(), key="x").status_code == 400
    order = make.order(desk.line)
    make.accepted(desk.line, order)
    found = desk.get(f"/deliveries?order={order.order_no}").get_json()["items"][0]
    assert found["state"] == "accepted"
    path = f"/api/v1/deliveries/{found['delivery_no']}/readings"
    headers = {"Authorization": f"Bearer {desk.token}", "Idempotency-Key": "after-signing"}
    answer = desk.client.post(path, json={"readings": [row()]}, headers=headers)
    assert answer.status_code == 409
