"""The builders build what the database accepts."""

from flask import Flask

from core.access.roles import Role
from core.organisations import queries as organisations
from tests import make


def test_a_seat_at_a_unit_covers_its_canteens(app: Flask) -> None:
    unit = make.unit()
    canteen = make.canteen(unit)
    cook = make.seat(unit, Role.CANTEEN_ORDERER)

    (found,) = organisations.seats_of(cook.id)

    assert found.scope_ids == {unit.id, canteen.id}
    assert found.roles == {Role.CANTEEN_ORDERER}


def test_a_listed_offer_has_a_price_and_stock(app: Flask) -> None:
    offer = make.product(make.supplier())

    assert offer.current_version_id is not None
