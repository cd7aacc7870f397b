"""What the market says and forgets when somebody deletes their account."""

import sqlalchemy as sa

from core.db import db
from core.errors import Refused
from core.files import services as files
from core.files.models import StoredFile
from market.models.after_sale import AfterSale
from market.models.cart import Address, Cart
from market.models.favourite import Favourite
from market.models.order import Order
from market.queries import complaints
from market.rules.after_sale import ENDS
from market.rules.order_states import OrderKind, OrderState
from market.services import dialogue

OVER = (OrderState.CLOSED, OrderState.CANCELLED, OrderState.FULFILLED)


def open_orders(person_id: int) -> Refused | None:
    """Orders of a resident that are not over, the time for questions after the receipt included."""
    open_ones = sa.select(sa.func.count(Order.id)).where(
        Order.person_id == person_id, Order.kind == OrderKind.RESIDENT, Order.state.not_in(OVER)
    )
    count = db.session.scalar(open_ones) or 0
    return Refused("leave-orders", count=count) if count else None


def open_cases(person_id: int) -> Refused | None:
    """After-sales and complaints that are not over."""
    cases = sa.select(sa.func.count(AfterSale.id)).where(
        AfterSale.person_id == person_id, AfterSale.state.not_in(tuple(ENDS))
    )
    count = (db.session.scalar(cases) or 0) + complaints.open_of(person_id)
    return Refused("leave-cases", count=count) if count else None


def forget(person_id: int) -> None:
    """Addresses, the cart and favourites go. Orders keep the copy that the law keeps."""
    files.erase(StoredFile.uploaded_by_id == person_id, StoredFile.purpose == dialogue.PURPOSE)
    db.session.execute(sa.delete(Cart).where(Cart.person_id == person_id))
    db.session.execute(sa.delete(Address).where(Address.person_id == person_id))
    db.session.execute(sa.delete(Favourite).where(Favourite.person_id == person_id))
