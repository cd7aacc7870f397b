"""Suppliers' own accounts with a payment provider: residents' money goes there, never to us.

An account is the contract between a supplier and the provider, given to us by an authorisation token. A new one ends
the one before; payments that were begun stay with the account they were begun with.
"""

import re

import sqlalchemy as sa
from flask import current_app

from catalog.models.supplier import Supplier
from core import clock, sealing, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream
from market.gateways import providers
from market.models.payment import MerchantAccount

SELLER_ID = re.compile(r"2088\d{12}")
TOKEN = re.compile(r"[\x21-\x7e]{1,100}")


def register(supplier_id: int, *, seller_id: str, auth_token: str, by: Actor) -> MerchantAccount:
    """The supplier's account from now on. The token is sealed and never shown again.

    `auth_token` may be empty for the account that owns our own application.

    Raises: Missing; Refused "merchant-seller-id", "merchant-token", "merchant-seller-taken" (another shop's account).
    """
    if not SELLER_ID.fullmatch(seller_id):
        raise Refused("merchant-seller-id")
    if auth_token and not TOKEN.fullmatch(auth_token):
        raise Refused("merchant-token")
    supplier = db.session.get(Supplier, supplier_id, with_for_update={"key_share": True})
    if supplier is None:
        raise Missing("no-such-supplier")
    taken = sa.select(MerchantAccount.id).where(
        MerchantAccount.provider == providers.ALIPAY,
        MerchantAccount.seller_id == seller_id,
        MerchantAccount.is_active,
        MerchantAccount.supplier_id != supplier_id,
    )
    if db.session.scalar(taken) is not None:
        raise Refused("merchant-seller-taken")
    before = _end_active(supplier_id)
    made = MerchantAccount(
        supplier_id=supplier_id,
        provider=providers.ALIPAY,
        app_id=str(current_app.config["ALIPAY_APP_ID"]),
        seller_id=seller_id,
        auth_token_sealed=sealing.seal(auth_token, providers.TOKEN_PURPOSE) if auth_token else None,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    _note("merchant-registered", made, by, before=before)
    return made


def end(account_id: int, *, by: Actor) -> MerchantAccount:
    """Take no more payments there: the supplier sells to units only. Raises: Missing."""
    account = db.session.get(MerchantAccount, account_id, with_for_update=True)
    if account is None or not account.is_active:
        raise Missing("no-such-merchant")
    account.is_active = False
    _note("merchant-ended", account, by, before=account.seller_id)
    return account


def _end_active(supplier_id: int) -> str:
    """End the supplier's account in force; its number, or nothing."""
    ended = (
        sa.update(MerchantAccount)
        .where(
            MerchantAccount.supplier_id == supplier_id,
            MerchantAccount.provider == providers.ALIPAY,
            MerchantAccount.is_active,
        )
        .values(is_active=False)
        .returning(MerchantAccount.seller_id)
    )
    return db.session.scalar(ended) or ""


def _note(act: str, account: MerchantAccount, by: Actor, *, before: str) -> None:
    trail.record(
        *(Stream.MONEY, act, "merchant_account", account.id),
        by=by,
        right=Right.OPERATE,
        before={"seller_id": before},
        after={"seller_id": account.seller_id, "is_active": account.is_active},
        seller_id=account.seller_id,
        supplier_id=account.supplier_id,
    )
