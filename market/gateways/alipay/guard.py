"""What a production installation refuses to start with (E19): an emulator, its keys, or a line anybody can read."""

from pathlib import Path
from urllib.parse import urlsplit

from market.gateways.alipay import keys

PRODUCTION_HOST = "openapi.alipay.com"


class Unsafe(Exception):
    """The settings would take real money wrongly. The message says which one."""


def check_production(gateway_url: str, keys_dir: str, app_id: str) -> None:
    """Raises: Unsafe, KeyProblem. Says nothing about an installation without Alipay (no gateway set)."""
    if not gateway_url:
        return
    parts = urlsplit(gateway_url)
    if parts.scheme != "https":
        raise Unsafe("ALIPAY_GATEWAY_URL is not https")
    if parts.hostname != PRODUCTION_HOST or parts.port not in (None, 443):
        raise Unsafe(f"ALIPAY_GATEWAY_URL is not at {PRODUCTION_HOST}")
    if keys.are_emulators(Path(keys_dir), app_id):
        raise Unsafe("ALIPAY_KEYS_DIR holds keys of an emulator")
    keys.load(Path(keys_dir), app_id)
