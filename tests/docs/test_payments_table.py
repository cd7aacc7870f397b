"""docs/payments.md names a test for each promise, or says that there is none: what it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "payments.md"
NUMBERS = [f"{letter}{n}" for letter, last in (("P", 12), ("S", 11), ("R", 12)) for n in range(1, last + 1)]
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_promise_has_its_row_and_every_named_test_exists() -> None:
    rows = dict(re.findall(r"^\| ([PSR]\d+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert list(rows) == NUMBERS
    assert all(_NAMED.search(text) or text.startswith("—") for text in rows.values())
    named = {found for text in rows.values() for found in _NAMED.findall(text)}
    missing = [
        f"{path}::{name}"
        for path, name in sorted(named)
        if f"\ndef {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
    assert missing == []
