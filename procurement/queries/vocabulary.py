"""The 832 platform's words: statuses and purchase types as dated data, header words of its exports."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core import clock, settings
from procurement.rules.p832 import Words, words_on
from procurement.rules.p832_cells import header_key

_FILE = Path(__file__).resolve().parents[2] / "data" / "p832.toml"


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _default() -> list[dict[str, Any]]:
    return [{**table, "valid_from": table["valid_from"].isoformat()} for table in _shipped()["words"]]


settings.register(p832__words=_default())


def words(on: date | None = None) -> Words:
    """The vocabulary of a day (today): the setting's, else the shipped one."""
    day = on or clock.today()
    return words_on((Words.from_table(table) for table in settings.value("p832.words", on=day)), day)


@cache
def header_words() -> Mapping[str, str]:
    """Header key → field, from the shipped word lists."""
    return MappingProxyType({header_key(word): field for field, own in _shipped()["headers"].items() for word in own})


@cache
def titles() -> Mapping[str, str]:
    """Field → its name in the county's template."""
    return MappingProxyType({field: own[0] for field, own in _shipped()["headers"].items()})
