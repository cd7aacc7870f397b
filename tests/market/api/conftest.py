"""A unit with a canteen and its supplier, an order on its way, and a token of the unit."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.access.actor import Actor
from core.access.roles import Role
from core.db import transaction
from core.organisations.models import Organisation
from market.models.delivery import Delivery
from market.rules.partners import Scope
from market.services import api_tokens
from tests import make

ALL = [scope.value for scope in Scope]


@dataclass
class Desk:
    """The unit's manager, its token, and what there is to read."""

    line: make.Line
    manager: Actor
    token: str
    delivery: Delivery
    order_no: str
    client: FlaskClient

    def get(self, path: str, token: str | None = None) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=bearer(self.token if token is None else token))

    def weigh(self, *rows: dict[str, object], key: str = "first-key-1", **more: object) -> TestResponse:
        return self.client.post(
            f"/api/v1/deliveries/{self.delivery.delivery_no}/readings",
            json={"readings": list(rows), **more},
            headers=bearer(self.token) | {"Idempotency-Key": key},
        )


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def manager(body: Organisation, scope: tuple[int, ...] = ()) -> Actor:
    return make.actor(make.seat(body, Role.ORGANISATION_ADMIN), body, Role.ORGANISATION_ADMIN, scope=scope)


def issued(by: Actor, scopes: list[str] = ALL, days: int = 30) -> str:
    with transaction():
        return api_tokens.issue("示例软件", scopes=scopes, days=days, by=by)[1]


@pytest.fixture
def desk(app: Flask) -> Desk:
    make.village_is_exited()
    line = make.line()
    order = make.order(line)
    sent = make.delivery(line, order)
    who = manager(line.unit, (line.canteen.id,))
    return Desk(line, who, issued(who), sent, order.order_no, app.test_client())
