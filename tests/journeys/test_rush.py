"""Two hundred buyers press at the same moment, fifty boxes are there: real server processes, sessions, tokens."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from flask import Flask

from catalog.models.offer import OfferStock
from core.db import db, transaction
from core.people import services as people
from core.people.models import Person
from market.gateways.ports import Payee
from market.models.order import Order
from tests import make
from tests.make import shop
from tests.support import server
from tests.support.bed import Place
from tests.support.cleaning import Cleaner
from tests.support.people import Answer, Visitor

BUYERS, BOXES, PRICE = 200, 50, 26_00


def buyers() -> list[tuple[str, int]]:
    """(phone, address id) of as many residents; their one password is hashed once."""
    hashed = people.hash_password(make.core.PASSWORD)
    made = []
    with transaction():
        for _ in range(BUYERS):
            who, _ = shop.resident()
            made.append((who.phone, shop.address(who).id))
        db.session.execute(sa.update(Person).values(password_hash=hashed))
    return made


def at_the_till(door: Visitor, phone: str) -> Visitor:
    """Logged in, under a new session with a token of its own."""
    visitor = door.twin()
    visitor.log_in(phone)
    visitor.get("/checkout")
    return visitor


def rush(url: str, offer_id: int) -> list[Answer]:
    known, door = buyers(), Visitor(url)
    door.get("/login")
    gate = threading.Barrier(BUYERS)

    def press(visitor: Visitor, address_id: int) -> Answer:
        gate.wait(60)
        return visitor.post("/checkout", line=f"{offer_id}:1:{PRICE}:{PRICE}", address=address_id)

    with ThreadPoolExecutor(8) as pool:
        visitors = list(pool.map(lambda one: at_the_till(door, one[0]), known))
    with ThreadPoolExecutor(BUYERS) as pool:
        return list(pool.map(press, visitors, [address_id for _, address_id in known]))


def test_fifty_boxes_are_sold_to_fifty_of_two_hundred(app: Flask, place: Place, cleaner: Cleaner) -> None:
    cleaner.everything()
    supplier = make.supplier()
    shop.merchant(supplier, Payee("2088000000000001"))
    offer_id = make.product(supplier, on_hand=BOXES * 5_000).id
    db.session.rollback()

    with server.running(place, workers=2) as url:
        answers = rush(url, offer_id)

    assert Counter(one.status for one in answers) == {303: BOXES, 409: BUYERS - BOXES}
    assert all("/pay/" in one.location for one in answers if one.status == 303)
    assert db.session.scalar(sa.select(sa.func.count(Order.id))) == BOXES
    stock = db.session.execute(sa.select(OfferStock.on_hand, OfferStock.reserved)).one()
    assert stock == (BOXES * 5_000, BOXES * 5_000)
