"""Every door by every role: who may, sees a proper page; who may not, gets 403; a guest is sent to the log-in.

Generated from the routes and the access table, so that a new page is walked without a word here.
"""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access.rights import ACCESS, Right
from core.access.roles import ROLES_OF_KIND, OrganisationKind, Role
from core.people.models import Person
from core.web import menu
from core.web.access import POLICY_MARK
from tests import make
from tests.make.catalog import TOWN
from tests.support.hygiene import faults

SEATS = sorted({(role, kind) for kind, roles in ROLES_OF_KIND.items() for role in roles})


def doors(app: Flask) -> list[tuple[str, Right | str]]:
    """(path, right) of every page that asks for nothing in its address."""
    found = {
        (rule.rule, getattr(app.view_functions[rule.endpoint], POLICY_MARK))
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.endpoint != "static"
    }
    return sorted(found)


def holder(role: Role, kind: OrganisationKind) -> Person:
    """Somebody with the role in a body that is complete: a unit has its canteen, a supplier its shop."""
    if kind is OrganisationKind.UNIT:
        school = make.unit("示例一中")
        make.canteen(school, "示例一中食堂")
        return make.seat(school, role)
    if kind is OrganisationKind.CANTEEN:
        return make.seat(make.canteen(make.unit("示例一中"), "示例一中食堂"), role)
    if kind is OrganisationKind.SUPPLIER:
        shop = make.supplier("示例合作社")
        return make.seat(make.catalog.db.session.get_one(make.core.Organisation, shop.organisation_id), role)
    place = TOWN if kind in {OrganisationKind.TOWNSHIP, OrganisationKind.VILLAGE} else None
    return make.seat(make.organisation(kind, place_code=place), role)


def in_menu(client: FlaskClient) -> set[str]:
    """Where the desk's menu of this person leads."""
    start = client.get("/inbox").text.partition('aria-label="主菜单"')[2].partition("</nav>")[0]
    return set(re.findall(r'href="([^"]+)"', start))


def wrong(client: FlaskClient, path: str, *, may_be_empty: bool = False) -> list[str]:
    """What is wrong with the page. `may_be_empty`: a body without a canteen has no such thing, and no menu says so."""
    answer = client.get(path)
    if answer.status_code == 404 and may_be_empty:
        return []
    if answer.status_code in {302, 303} and answer.location.startswith("/") and "/login" not in answer.location:
        return []  # leads on to a page of one's own
    if answer.status_code == 401 and answer.mimetype == "application/problem+json":
        return []  # a door for programs asks for their token, whoever is logged in
    if answer.status_code != 200:
        return [f"{path}: {answer.status_code}"]
    if answer.mimetype == "text/html" and not answer.text.lstrip().startswith("<!"):
        return []  # a part that a page fetches is looked at within it
    return [f"{path}: {fault}" for fault in faults(answer.text)] if answer.mimetype == "text/html" else []


@pytest.mark.parametrize(("role", "kind"), SEATS, ids=[f"{role}-{kind}" for role, kind in SEATS])
def test_a_role_opens_what_it_may_and_nothing_else(
    app: Flask, client: FlaskClient, role: Role, kind: OrganisationKind
) -> None:
    make.log_in(client, holder(role, kind))
    held, problems = {role, Role.RESIDENT}, []
    shown, has_canteen = in_menu(client), kind in {OrganisationKind.UNIT, OrganisationKind.CANTEEN}
    for path, right in doors(app):
        if right == "public" or held & ACCESS[Right(right)]:
            problems += wrong(client, path, may_be_empty=not has_canteen and path not in shown)
        elif (status := client.get(path).status_code) != 403:
            problems.append(f"{path}: {status} without {right}")

    assert problems == []


def test_a_resident_opens_the_shop_and_their_own_things_only(app: Flask, client: FlaskClient) -> None:
    make.log_in(client, make.person())
    problems = []
    for path, right in doors(app):
        if right == "public" or Role.RESIDENT in ACCESS[Right(right)]:
            problems += wrong(client, path)
        elif (status := client.get(path).status_code) != 403:
            problems.append(f"{path}: {status}")

    assert problems == []


def test_a_guest_sees_the_open_pages_and_is_else_sent_to_the_log_in(app: Flask, client: FlaskClient) -> None:
    problems = []
    for path, right in doors(app):
        if right == "public":
            problems += wrong(client, path)
        elif not (client.get(path).location or "").startswith("/login"):
            problems.append(path)

    assert problems == []


def test_every_menu_entry_opens_for_whoever_sees_it(app: Flask) -> None:
    asked = {endpoint: getattr(view, POLICY_MARK, None) for endpoint, view in app.view_functions.items()}

    assert [i.code for i in menu.ITEMS if not ACCESS[i.right] <= ACCESS.get(asked[i.endpoint], frozenset())] == []


ARGUMENT = re.compile(r"<(?:(?P<kind>\w+)(?:\([^>]*\))?:)?(?P<name>\w+)>")


def filled(rule: str) -> str:
    """An address of the rule with arguments of the right shape that name nothing of anybody's."""

    def value(found: re.Match[str]) -> str:
        number = "2026" if found["name"] == "year" else "7"
        return number if found["kind"] in {"int", "id"} else "x" * 12

    return ARGUMENT.sub(value, rule)


def every_act(app: Flask) -> list[tuple[str, str, Right]]:
    """(method, address, right) of every guarded route, those with arguments and those that change something too."""
    out = []
    for rule in app.url_map.iter_rules():
        right = getattr(app.view_functions[rule.endpoint], POLICY_MARK, "public")
        if right != "public":
            out += [(method, filled(rule.rule), Right(right)) for method in (rule.methods or set()) & {"GET", "POST"}]
    return sorted(out)


def test_a_resident_gets_403_at_every_act_of_an_office(app: Flask, client: FlaskClient) -> None:
    make.log_in(client, make.person())
    guarded = [one for one in every_act(app) if Role.RESIDENT not in ACCESS[one[2]]]
    said = {(method, path): client.open(path, method=method).status_code for method, path, _ in guarded}

    assert len(said) > 100
    assert {act: status for act, status in said.items() if status not in {403, 404}} == {}
    assert [act for act, status in said.items() if status == 404 and "x" * 12 not in act[1]] == []


def test_a_guest_is_sent_to_the_log_in_by_every_act(app: Flask, client: FlaskClient) -> None:
    said = {(m, path): client.open(path, method=m).location or "" for m, path, _ in every_act(app)}

    assert [act for act, location in said.items() if not location.startswith("/login") and "x" * 12 not in act[1]] == []
