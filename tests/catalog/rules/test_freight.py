"""Freight by weight and region: the closest division wins, whole steps, free from a sum on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.freight import DeliveryWay, Option, Point, Tariff, Template, Zone, check_tariff, check_zones
from core.errors import Refused

PARCEL, LOCAL = DeliveryWay.PARCEL, DeliveryWay.LOCAL
NORTH = Zone(PARCEL, ("220000", "210000"), Tariff(8_00))
CITY = Zone(PARCEL, ("220600",), Tariff(5_00))
FAR = Zone(PARCEL, ("650000", "540000"), None, "冷链到不了")
VAN = Zone(LOCAL, ("220681103",), Tariff(2_00), days="周二、周五", least_fen=50_00)
POINT = Point(7, "花山自提点", "220681103201", "村委会", "", "8–17 点", Tariff(0))
TEMPLATE = Template(Tariff(12_00), (NORTH, CITY, FAR, VAN), (POINT,))


@pytest.mark.parametrize(
    ("region", "fen"), [("110101", 12_00), ("220102", 8_00), ("220602", 5_00), ("220681103", 5_00), ("650102", None)]
)
def test_the_closest_region_wins(region, fen):
    parcel = TEMPLATE.options(region)[0]
    assert (parcel.tariff.base_fen if parcel.tariff else None) == fen
    assert parcel.reason == ("冷链到不了" if fen is None else "")


def test_the_van_and_the_point_come_where_they_come():
    assert [one.key for one in TEMPLATE.options("220681103")] == ["parcel", "local", "pickup-7"]
    assert [one.key for one in TEMPLATE.options("220681102")] == ["parcel", "pickup-7"]
    assert [one.key for one in TEMPLATE.options("110101")] == ["parcel"]
    assert TEMPLATE.best("220681103", 60_00, 0).way is LOCAL
    assert TEMPLATE.best("220681103", 40_00, 0).way is PARCEL  # the van needs 50 yuan
    assert TEMPLATE.best("650102", 99_00, 0) == Option(PARCEL, None, "冷链到不了")


def test_weight_goes_in_whole_steps():
    tariff = Tariff(6_00, 100_00, 1_000, 500, 1_50)
    assert [tariff.of(0, g) for g in (0, 1_000, 1_001, 1_500, 1_501)] == [6_00, 6_00, 7_50, 7_50, 9_00]
    assert tariff.of(100_00, 99_000) == 0
    assert (tariff.missing_fen(60_00), tariff.missing_fen(100_00)) == (40_00, None)


@given(st.integers(0, 10**6), st.integers(0, 10**5), st.integers(0, 10**5))
def test_more_weight_never_costs_less(goods, light, more):
    tariff = Tariff(6_00, 5_000_00, 1_000, 500, 1_50)
    assert tariff.of(goods, light + more) >= tariff.of(goods, light) >= 0


@pytest.mark.parametrize(
    ("tariff", "code"),
    [
        (Tariff(-1), "freight-too-much"),
        (Tariff(10**9), "freight-too-much"),
        (Tariff(1, None, 1000), "freight-steps-incomplete"),
        (Tariff(1, None, 0, 500, 100), "freight-steps-incomplete"),
    ],
)
def test_tariffs_that_cannot_be(tariff, code):
    with pytest.raises(Refused, match=f"^{code}$"):
        check_tariff(tariff)


@pytest.mark.parametrize(
    ("zones", "code"),
    [
        ([NORTH, Zone(PARCEL, ("210000",), Tariff(1))], "freight-region-twice"),
        ([Zone(PARCEL, (), Tariff(1))], "freight-region-missing"),
        ([Zone(PARCEL, ("110000",), None)], "freight-reason-missing"),
    ],
)
def test_zones_that_cannot_be(zones, code):
    with pytest.raises(Refused, match=f"^{code}$"):
        check_zones(zones)
