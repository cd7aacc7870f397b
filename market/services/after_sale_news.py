"""News of a case by SMS: that something happened and where to look, nothing of what or who."""

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core.db import db
from core.organisations.models import Organisation
from core.people import sms
from core.people.models import Person
from market.models.after_sale import AfterSale


def to_buyer(case: AfterSale, code: str) -> None:
    """Tell the buyer."""
    phone = db.session.scalar(sa.select(Person.phone).where(Person.id == case.person_id))
    if phone:
        sms.send(phone, code, case_no=case.case_no)


def to_shop(case: AfterSale, code: str) -> None:
    """Tell the shop, where it gave a mobile number."""
    phone = db.session.scalar(
        sa.select(Organisation.phone)
        .join(Supplier, Supplier.organisation_id == Organisation.id)
        .where(Supplier.id == case.supplier_id)
    )
    if phone:
        sms.send(phone, code, case_no=case.case_no)
