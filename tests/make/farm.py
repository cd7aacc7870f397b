"""The field's edge: a supplier with a clerk, a household with a card, notes."""

import io
import uuid
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image

from catalog.models.offer import Offer
from catalog.models.purchase import PurchaseNote
from catalog.models.supplier import Household, Supplier
from catalog.rules.benefit import PayMethod
from catalog.rules.purchase import Signing
from catalog.rules.supplier import HouseholdCategory
from catalog.services import purchases
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.organisations.models import Organisation
from core.people.models import Person
from core.quantity import KG
from tests.make.catalog import VILLAGE, household, linkage, product, supplier
from tests.make.core import actor, organisation, seat, writing


@dataclass(frozen=True)
class Farm:
    """A cooperative that buys cabbage from one exited household of its village."""

    supplier: Supplier
    offer: Offer
    household: Household
    person: Person
    clerk: Actor

    @property
    def product_id(self) -> int:
        return self.offer.product_id


def farm(**goods: Any) -> Farm:
    of = supplier()
    offer = product(of, **goods)
    home = household()
    linkage(of, home)
    body = db.session.get_one(Organisation, of.organisation_id)
    person = seat(body, Role.SUPPLIER_CLERK)
    return Farm(of, offer, home, person, actor(person, body, Role.SUPPLIER_CLERK))


def ordinary(village: str = VILLAGE) -> Household:
    """A household that is neither exited nor monitored."""
    made = household(None, village=village)
    with writing():
        db.session.get_one(Household, made.id).category = HouseholdCategory.ORDINARY
    return made


def village_worker(place: str = VILLAGE) -> tuple[Person, Actor]:
    body = organisation(OrganisationKind.VILLAGE, place_code=place)
    person = seat(body, Role.VILLAGE_WORKER)
    return person, actor(person, body, Role.VILLAGE_WORKER)


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (60, 30), "white").save(out, "PNG")
    return io.BytesIO(out.getvalue())


def draft(of: Farm, **columns: Any) -> purchases.Draft:
    """35.9 kg at 0.90 yuan per 斤: 64.62 yuan."""
    given = purchases.Draft(
        client_key=str(uuid.uuid4()),
        household_code=of.household.code,
        product_id=of.product_id,
        weighings="19.2+16.7",
        weighed_in=KG,
        price_fen_x100=9_000,
        pay_method=PayMethod.BANK,
        signing=Signing.SCREEN,
    )
    return replace(given, **columns)


def purchase(of: Farm, by: Actor | None = None, **columns: Any) -> PurchaseNote:
    """A note, signed on the screen; cash has its receipt."""
    with writing():
        papers = purchases.Papers(signature=picture(), receipt=picture())
        return purchases.write(draft(of, **columns), papers, by=by or of.clerk)
