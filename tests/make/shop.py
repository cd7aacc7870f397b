"""A resident who shops, and suppliers who can be paid."""

from catalog.models.offer import Offer
from catalog.models.supplier import Supplier
from core import clock, sealing
from core.access.actor import Actor
from core.db import db
from core.people.models import Person
from market.gateways.ports import Payee
from market.gateways.providers import TOKEN_PURPOSE
from market.models.cart import Address, Cart
from market.models.order import OrderGroup
from market.models.payment import MerchantAccount
from market.queries import addresses
from market.services import carts, checkout
from market.services.checkout import Choice
from tests.make.core import actor, person, writing


def merchant(of: Supplier, payee: Payee, *, app_id: str = "2021000000000001") -> MerchantAccount:
    """The supplier's own account with the emulator."""
    with writing():
        account = MerchantAccount(
            supplier_id=of.id,
            provider="alipay",
            app_id=app_id,
            seller_id=payee.account_no,
            auth_token_sealed=sealing.seal(payee.token, TOKEN_PURPOSE) if payee.token else None,
            created_at=clock.now(),
        )
        db.session.add(account)
        db.session.flush()
    return account


def resident(name: str = "居民") -> tuple[Person, Actor]:
    who = person(name)
    return who, actor(who)


def address(of: Person) -> Address:
    """A door and a phone of their own."""
    with writing():
        made = Address(
            person_id=of.id,
            receiver="示例",
            phone=f"138{of.id % 10**8:08d}",
            region="吉林省白山市临江市花山镇",
            region_code="220681101",
            detail=f"示例路 {of.id} 号",
            is_default=not addresses.of(of.id),
            created_at=clock.now(),
        )
        db.session.add(made)
        db.session.flush()
    return made


def cart_of(by: Actor) -> Cart:
    with writing():
        return carts.open_cart(person_id=by.person_id, token=None)


def checked_out(by: Actor, to: Address, *wanted: tuple[Offer, int], price_fen: int) -> OrderGroup:
    """Orders for (offer, packs), all at the same pack price."""
    cart = cart_of(by)
    with writing():
        return checkout.check_out(cart.id, [Choice(o.id, n, price_fen) for o, n in wanted], to.id, by=by)
