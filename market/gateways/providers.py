"""The payment providers of this installation, made from its settings once and shared by its threads."""

from pathlib import Path

from flask import current_app

from core import sealing
from market.gateways.alipay import keys
from market.gateways.alipay.client import AlipayClient
from market.gateways.alipay.provider import AlipayProvider
from market.gateways.alipay.transport import HttpTransport
from market.gateways.ports import Payee, PaymentProvider
from market.models.payment import MerchantAccount

ALIPAY = "alipay"
TOKEN_PURPOSE = "merchant_account.auth_token"  # noqa: S105 - names a column


def get(name: str) -> PaymentProvider:
    """The provider. Raises: LookupError for a name nobody has, KeyProblem when its keys are not in order."""
    made: dict[str, PaymentProvider] = current_app.extensions.setdefault("payment_providers", {})
    if name not in made:
        if name != ALIPAY:
            raise LookupError(name)
        made[name] = _alipay()
    return made[name]


def _alipay() -> AlipayProvider:
    settings = current_app.config
    ring = keys.load(Path(str(settings["ALIPAY_KEYS_DIR"])), str(settings["ALIPAY_APP_ID"]))
    return AlipayProvider(AlipayClient(ring, HttpTransport(), str(settings["ALIPAY_GATEWAY_URL"])))


def payee_of(account: MerchantAccount) -> Payee:
    """The account at the provider with the authorisation its owner gave us."""
    sealed = account.auth_token_sealed
    return Payee(account.seller_id, sealing.unseal(sealed, TOKEN_PURPOSE) if sealed else "")
