"""A new version of a scheme: ahead in time, on paper, and only then judging."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.access.roles import OrganisationKind, Role
from procurement.queries import schemes
from tests import make
from tests.procurement.web.hygiene import clean

YEAR = clock.today().year


@pytest.fixture
def admin(app: Flask, client: FlaskClient) -> FlaskClient:
    make.log_in(client, make.seat(make.organisation(OrganisationKind.FINANCE), Role.FINANCE_ADMIN))
    return client


def version(**other: str) -> dict[str, str]:
    given = {"name": "本市口径", "min_share": "12.5", "valid_from": f"{YEAR + 1}-01-01", "document": "示例文号"}
    return given | other


def test_a_new_version_judges_from_its_first_of_january(admin: FlaskClient) -> None:
    clean(admin.get("/schemes"))
    assert admin.post("/schemes/L", data=version()).status_code == 303
    assert schemes.judging_year(YEAR).terms["L"].min_bp == 1000
    judge = schemes.judging_year(YEAR + 1).terms["L"]
    assert (judge.min_bp, judge.union_counts) == (1250, False)
    assert "12.50%" in clean(admin.get("/schemes"))


def test_a_change_in_the_middle_of_a_year_waits_for_the_next(admin: FlaskClient) -> None:
    assert admin.post("/schemes/C", data=version(valid_from=f"{YEAR + 1}-03-01")).status_code == 303
    assert schemes.judging_year(YEAR + 1).terms["C"].min_bp == 1000
    assert schemes.judging_year(YEAR + 2).terms["C"].combines == ("N", "L")


@pytest.mark.parametrize(
    ("other", "status"),
    [({"valid_from": date(YEAR, 1, 1).isoformat()}, 409), ({"min_share": "0"}, 409), ({"document": ""}, 409)],
)
def test_what_is_refused_adds_nothing(admin: FlaskClient, other: dict[str, str], status: int) -> None:
    answer = admin.post("/schemes/L", data=version(**other))

    clean(answer, status)
    assert len(schemes.all_versions()) == 3


def test_an_unknown_scheme_and_an_officer(admin: FlaskClient) -> None:
    assert admin.post("/schemes/X", data=version()).status_code == 404
    make.log_in(admin, make.seat(make.organisation(OrganisationKind.FINANCE), Role.FINANCE_OFFICER))
    assert admin.get("/schemes").status_code == 403
