"""What the gateway refuses, in Alipay's codes. The Chinese sentences stand in `templates/text/errors.toml`."""

import tomllib
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent / "templates" / "text"

_MESSAGES = {
    "20000": "Service Currently Unavailable",
    "20001": "Insufficient Token Permissions",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40003": "Insufficient Conditions",
    "40004": "Business Failed",
    "40006": "Insufficient Permissions",
}


class ApiError(Exception):
    """A refusal by its sub code, such as `ACQ.TRADE_NOT_EXIST`; `detail` is appended to its sentence."""

    def __init__(self, sub_code: str, detail: str = "") -> None:
        super().__init__(sub_code)
        self.sub_code = sub_code
        self.detail = detail

    @property
    def code(self) -> str:
        """The gateway code its family belongs to: 40001 missing, 40002 invalid, 40004 business, ..."""
        if self.sub_code.startswith("ACQ.SYSTEM_ERROR") or self.sub_code.endswith("unknow-error"):
            return "20000"
        if self.sub_code.startswith("isv.missing-"):
            return "40003" if self.sub_code == "isv.missing-signature-config" else "40001"
        if self.sub_code.startswith("isv.invalid-") or self.sub_code.endswith("-invalid"):
            return "40002"
        if self.sub_code.startswith("aop."):
            return "20001"
        return "40006" if self.sub_code.startswith("isv.insufficient-") else "40004"

    @property
    def content(self) -> dict[str, str]:
        """The four fields of an error answer."""
        sentence = sentences().get(self.sub_code, self.sub_code) + self.detail
        return {"code": self.code, "msg": _MESSAGES[self.code], "sub_code": self.sub_code, "sub_msg": sentence}


@cache
def sentences() -> dict[str, str]:
    return texts("errors.toml")["sentences"]


@cache
def texts(name: str) -> dict[str, dict[str, str]]:
    """One file of Chinese words, by table."""
    return tomllib.loads((TEXTS / name).read_text(encoding="utf-8"))
