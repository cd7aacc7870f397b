"""Chinese takes full-width punctuation (，：；？！（）); `python -m tests.support.punctuation` corrects every surface.

Keyboards and editors leave half-width marks behind; they look torn beside Chinese and break lines in wrong places.
"""

import re
from pathlib import Path

from tests.support.bed import ROOT

FULL = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！"}
CHINESE = r"[\u4e00-\u9fff」”》）]"
AFTER = re.compile(rf"({CHINESE})([,:;?!])(?![/0-9A-Za-z_{{])")
BEFORE = re.compile(r"([0-9A-Za-z%}>])([,;:])(?=[\u4e00-\u9fff])")
BETWEEN = re.compile(rf"({CHINESE})([,:])(?=[0-9A-Za-z{{])")
BRACKETS = re.compile(r"(?<=[\u4e00-\u9fff}])\(([^()\n]*[\u4e00-\u9fff%][^()\n]*)\)")
COMMENT = re.compile(r"(\{#.*?#\}|^#[^\n]*$)", re.DOTALL | re.MULTILINE)


def corrected(text: str) -> str:
    """The text with full-width marks beside Chinese; comments, which are English, as they are."""
    return "".join(part if COMMENT.fullmatch(part) else _fixed(part) for part in COMMENT.split(text))


def _fixed(text: str) -> str:
    for pattern in (AFTER, BETWEEN, BEFORE):
        text = pattern.sub(lambda m: m[1] + FULL[m[2]], text)
    return BRACKETS.sub(r"（\1）", text)


def surfaces() -> list[Path]:
    """Every template and every catalogue of sentences."""
    return sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates" / "text").glob("*.toml"))


if __name__ == "__main__":
    for path in surfaces():
        before = path.read_text("utf-8")
        if (after := corrected(before)) != before:
            path.write_text(after, "utf-8")
            print(path.relative_to(ROOT))  # noqa: T201 - a tool for the person at the terminal
