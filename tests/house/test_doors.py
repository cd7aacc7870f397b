"""Every endpoint answers "may you enter?", and none both shows and changes."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from core.access.rights import ACCESS, Right
from core.web.access import AGAIN_MARK, POLICY_MARK

ROOT = Path(__file__).resolve().parents[2]
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
SIGNED_CALLBACKS = {"payments.notify"}
PUBLIC = {
    # log-in and log-out
    "auth.log_in",
    "auth.log_in_now",
    "auth.code",
    "auth.send_code",
    "auth.log_in_by_code",
    "auth.log_out",
    # what users agree to
    "terms.listed",
    "terms.show",
    "terms.version",
    # health
    "health.alive",
    "health.ready",
    # files ask for themselves
    "files.show",
    # the shop's open pages
    "help.show",
    "shop.home",
    "shop.products",
    "shop.product",
    "share.poster",
    "reviews.of_product",
    "share.sitemap",
    "share.robots",
    "certificates.show",
    # the open catalogue for machines
    "api.products",
    "api.product",
    "api.suppliers",
    "api.supplier",
    "api.villages",
    "api.village",
    "api.certificates",
    "api.certificate",
    "api.description",
    "api.guide",
    # the parties' programs: each asks for a token itself
    "partner_api.orders",
    "partner_api.order",
    "partner_api.deliveries",
    "partner_api.delivery",
    "partner_api.readings",
    "origins.supplier",
    "origins.village",
    "commitments.read_open",
    # what a batch's label opens
    "batches.page",
    # a live session's page
    "live.page",
    # stories and shelves
    "editorial.every",
    "editorial.show",
    "impact.show",
    "finding.suggest",
    # where goods would be sent, coupons that lie open
    "regions.show",
    "regions.steps",
    "regions.choose",
    "coupons.mine",
    "finding.why",
    # the phone's helper for work without network: a file of ours
    "purchases.worker",
    # who is about to sell, who leads, how to apply
    "apply.start",
    "publicity.every",
    "publicity.show",
    "pairings.open_list",
    "publicity.lead_enterprises",
    # a household's answer to the link in its SMS, and the county's linkage as aggregates
    "confirm.show",
    "confirm.yes",
    "confirm.no",
    "scores.everybody",
    # a guest's cart
    "cart.show",
    "cart.add",
    "cart.change",
    "cart.accept_prices",
    "cart.choose",
}
"""The short list of doors open to everybody. Adding one is a decision."""


def endpoints(app: Flask) -> Iterator[tuple[str, object, set[str]]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            yield rule.endpoint, app.view_functions[rule.endpoint], set(rule.methods or ())


def test_every_endpoint_has_a_right_or_stands_in_the_public_list(app: Flask) -> None:
    unguarded = [name for name, view, _ in endpoints(app) if getattr(view, POLICY_MARK, None) is None]
    public = {name for name, view, _ in endpoints(app) if getattr(view, POLICY_MARK, None) == "public"}

    assert unguarded == []
    assert public == PUBLIC | {n for n in SIGNED_CALLBACKS if n in app.view_functions}


def test_no_endpoint_both_shows_and_changes(app: Flask) -> None:
    assert [n for n, _, methods in endpoints(app) if "GET" in methods and methods & CHANGING] == []


def test_a_page_shown_again_finds_its_arguments_in_the_act(app: Flask) -> None:
    """On a refusal `@again` calls the page with the act's URL arguments: one that needs others is a 500."""
    misfits = []
    for rule in app.url_map.iter_rules():
        show = getattr(app.view_functions[rule.endpoint], AGAIN_MARK, None)
        wanted = inspect.signature(show).parameters.values() if show else ()
        needed = {p.name for p in wanted if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD}
        if not needed <= rule.arguments:
            misfits.append(rule.endpoint)

    assert misfits == []


def test_every_right_has_roles_and_is_asked_for_somewhere() -> None:
    assert all(ACCESS[right] for right in Right)


def test_integers_in_urls_are_bounded(app: Flask) -> None:
    """An id too large for the column is 404, not an error of the database."""
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if "<int:" not in rule.rule or "GET" not in (rule.methods or set()):
            continue
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<int:{argument}>", "99999999999999999999").replace(f"<{argument}>", "x")
        assert client.get(path).status_code < 500, path


def _calls(path: Path, name: str) -> list[int]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
    ]


@pytest.mark.parametrize("floor", ["core", "catalog", "market", "procurement"])
def test_services_and_queries_know_no_flask(floor: str) -> None:
    """Doors are the only ones who know the web (the config of the running app is read through `current_app`)."""
    wrong = []
    for room in ("rules", "models", "queries", "services"):
        for path in (ROOT / floor / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module == "flask":
                    wrong += [f"{path.name}: {a.name}" for a in node.names if a.name != "current_app"]
    assert wrong == []
