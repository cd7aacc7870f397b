"""The payment providers of this installation, made from its settings once and shared by its threads."""

from flask import current_app

from core import resealing, sealing
from market.gateways.alipay.provider import connect
from market.gateways.ports import Payee, PaymentProvider
from market.models.payment import MerchantAccount

ALIPAY = "alipay"
TOKEN_PURPOSE = "merchant_account.auth_token"  # noqa: S105 - names a column
resealing.register("merchant_account", "auth_token_sealed", "id", purpose=lambda *_: TOKEN_PURPOSE)


def get(name: str) -> PaymentProvider:
    """The provider. Raises: LookupError for a name nobody has, KeyProblem when its keys are not in order."""
    made: dict[str, PaymentProvider] = current_app.extensions.setdefault("payment_providers", {})
    if name not in made:
        if name != ALIPAY:
            raise LookupError(name)
        made[name] = _alipay()
    return made[name]


def _alipay() -> PaymentProvider:
    settings = current_app.config
    return connect(*(str(settings[f"ALIPAY_{name}"]) for name in ("GATEWAY_URL", "KEYS_DIR", "APP_ID")))


def payee_of(account: MerchantAccount) -> Payee:
    """The account at the provider with the authorisation its owner gave us."""
    sealed = account.auth_token_sealed
    return Payee(account.seller_id, sealing.unseal(sealed, TOKEN_PURPOSE) if sealed else "")
