"""Every setting of the installation in one list: safe defaults, overridden by equally named environment variables."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent

DEFAULTS: dict[str, object] = {
    # Where things are
    "DATABASE_URL": "",  # the app role's URL; dev.py and the tests set it
    "DATABASE_OWNER_URL": "",  # migrations, test cleaning, retention
    "REDIS_URL": "",  # broker, cache, rate limits
    "VAR_DIR": str(ROOT / "var"),  # uploads, search index
    "KEYRING_FILE": "",  # keys of sealed columns; VAR_DIR/keyring.json where nothing is set
    "BLIND_KEY_FILE": "",  # the key of blind indexes, never beside the database; VAR_DIR/blindkey.json
    # What it is
    "SECRET_KEY": "",  # dev.py makes one under var/; production must bring its own
    "XINGCUN_MODE": "production",  # production | demo | test
    "SITE_NAME": "临江消费帮扶平台",
    "ICP_NO": "",  # the number at the foot of every page; production insists on these three
    "HOST_BODY": "",  # 主办单位
    "SERVICE_PHONE": "",
    "POLICE_NO": "",  # 公网安备, where there is one
    "SERVER_URL": "http://127.0.0.1:8000",  # how others reach us: notify and QR links
    # Limits
    "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
    "DB_POOL_SIZE": 8,
    "IDLE_MINUTES_OFFICIAL": 30,
    "IDLE_MINUTES_RESIDENT": 7 * 24 * 60,
    # Alipay
    "ALIPAY_GATEWAY_URL": "",  # the emulator's in the demo; openapi.alipay.com in production
    "ALIPAY_KEYS_DIR": "",
    "ALIPAY_APP_ID": "2021000000000001",
    # Texts that leave: in development they are written under VAR_DIR/notices
    "NOTICE_GATEWAYS": "file",  # file | live
    "NOTICE_HOSTS": "",  # hosts that texts may be sent to, with commas between
    "SMS_URL": "",
    "SMS_SECRET": "",
    "MAIL_HOST": "",
    "MAIL_PORT": 465,
    "MAIL_FROM": "",
    "MAIL_USER": "",
    "MAIL_PASSWORD": "",
    # Search
    "SEARCH_BACKEND": "whoosh",  # whoosh | postgres
}


def load(overrides: dict[str, object] | None = None) -> dict[str, object]:
    """Defaults, then the environment (cast to the default's type), then `overrides`."""
    settings = dict(DEFAULTS)
    for name, default in DEFAULTS.items():
        text = os.environ.get(name)
        if text is not None:
            settings[name] = int(text) if isinstance(default, int) else text
    settings.update(overrides or {})
    return settings
