"""Rule 76 on the pages that everybody reads."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.supplier import Household
from catalog.queries import impact, villages
from catalog.rules.disclosure import Shown
from catalog.rules.supplier import HouseholdCategory
from core.clock import today
from core.db import transaction
from tests import make
from tests.support.hygiene import faults
from tests.support.statements import statements

VILLAGES = [f"220681103{n}" for n in (200, 201, 202, 203)]


@pytest.fixture
def town(app: Flask) -> list[Household]:
    """Villages of 4, 9, 6 and 30 linked households in one town."""
    seller, homes = make.supplier(), []
    with transaction():
        for village, count in zip(VILLAGES, (4, 9, 6, 30), strict=True):
            for _ in range(count):
                homes.append(make.household(village=village))
                make.linkage(seller, homes[-1])
    return homes


@pytest.mark.usefixtures("town")
def test_a_village_of_four_and_the_next_smallest_are_hidden() -> None:
    with statements() as seen:
        found = impact.figures(today())

    assert [found[v].shown for v in VILLAGES] == [Shown.FEW, Shown.NUMBER, Shown.HIDDEN, Shown.NUMBER]
    assert found["220681103"].households == found["220681"].households == 49
    assert len(seen) == 2


@pytest.mark.usefixtures("town")
def test_a_village_page_says_what_the_table_says(client: FlaskClient) -> None:
    pages = [client.get(f"/villages/{village}").text for village in VILLAGES]
    assert (
        "带动少于5户" in pages[0] and "带动 9 户" in pages[1] and "户数不公布" in pages[2] and "带动 30 户" in pages[3]
    )
    table = client.get("/impact")
    assert table.status_code == 200 and faults(table.text) == []
    assert "少于5户" in table.text and "不公布" in table.text and "49" in table.text
    assert ">6<" not in table.text and ">4<" not in table.text


def test_ordinary_households_and_ended_agreements_do_not_count(town: list[Household]) -> None:
    with transaction():
        for home in town[:4]:
            home.category = HouseholdCategory.ORDINARY
    assert villages.linked_in_village(VILLAGES[0], today()).count == 0
    assert impact.figures(date(2023, 1, 1)) == {}
