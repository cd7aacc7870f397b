"""A one-time password opens one door: the one to a password of one's own."""

from flask import Flask
from flask.testing import FlaskClient

from core.access.roles import OrganisationKind, Role
from core.db import transaction
from tests import make


def test_who_came_by_a_one_time_password_changes_it_first(client: FlaskClient, app: Flask) -> None:
    operator = make.seat(make.organisation(OrganisationKind.PLATFORM), Role.PLATFORM_OPERATOR)
    with transaction():
        operator.must_change_password = True
    make.log_in(client, operator)

    for path in ("/inbox", "/people", "/"):
        assert client.get(path).location == "/password"
    assert client.post("/people", data={}).location == "/password"
    assert client.get("/password").status_code == 200

    new = {"old": make.core.PASSWORD, "new": "my-own-long-password"}
    assert client.post("/password", data=new).status_code == 303
    assert client.get("/people").status_code == 200
