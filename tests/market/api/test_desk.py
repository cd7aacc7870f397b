"""The manager's page: a secret is shown once, others have no page, and it works by forms alone."""

import re

from core.access.roles import Role
from tests import make
from tests.market.api.conftest import Desk


def test_a_manager_issues_and_revokes_by_forms(desk: Desk) -> None:
    who = make.seat(desk.line.unit, Role.ORGANISATION_ADMIN)
    make.log_in(desk.client, who)
    made = desk.client.post("/desk/api/tokens", data={"name": "食堂软件", "days": "30", "scopes": ["orders_read"]})
    token = re.search(r"xct_[\w-]{43}", made.text)
    assert made.status_code == 200 and token is not None
    assert desk.get("/orders", token[0]).status_code == 200
    shown = desk.client.get("/desk/api").text
    assert token[0] not in shown and token[0][:12] in shown

    refused = desk.client.post("/desk/api/hooks", data={"url": "ftp://x.example/", "events": ["delivery_sent"]})
    assert refused.status_code == 409 and "https://" in refused.text
    hook = desk.client.post("/desk/api/hooks", data={"url": "http://127.0.0.1:9/h", "events": ["delivery_sent"]})
    assert "whs_" in hook.text
    assert "whs_" not in desk.client.get("/desk/api").text


def test_a_receiver_has_no_such_page(desk: Desk) -> None:
    make.log_in(desk.client, desk.line.receiver.person)
    assert desk.client.get("/desk/api").status_code == 403
