"""Structured logs on standard output; identity and phone numbers are masked before they are written."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_LONG = re.compile(r"(?<!\d)(\d{4})\d{12,13}(\d[\dXx])(?!\d)")
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")


def mask(line: str) -> str:
    """18-digit identity numbers and 11-digit mobile numbers, middle digits hidden."""
    return _PHONE.sub(r"\1****\2", _LONG.sub(r"\1***********\2", line))


def _masked(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    return {key: mask(value) if isinstance(value, str) else value for key, value in event.items()}


class _MaskingFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), ()
        return True


def init() -> None:
    """Configure once for the process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _masked,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    for handler in logging.getLogger().handlers:
        handler.addFilter(_MaskingFilter())
