"""Official papers as PDF: a typst template under `templates/print/` and plain data.

Fonts: the CJK package installed beside us where there is one, else whatever the machine has (fonts-noto-cjk).
"""

import importlib.util
import json
import threading
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from core import clock
from core.text import show

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "print"
FONTS = "manimgx_fonts_cjk"
_one_at_a_time = threading.Lock()  # the compiler keeps a cache of its own; two at once only double the memory


@cache
def fonts() -> list[Path]:
    """Directories with fonts of our own; empty where the package is not installed."""
    spec = importlib.util.find_spec(FONTS)
    return [Path(place) for place in (spec.submodule_search_locations or [])] if spec is not None else []


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """The paper `templates/print/<template>.typ` filled with `data`: texts, numbers, lists and mappings of them.

    The moment of printing is added as `printed_at`. Days and moments become texts; money must come as text already.
    """
    return bytes(_compile(template, data, "pdf"))


def png(template: str, data: Mapping[str, Any], *, dpi: int = 96) -> bytes:
    """The paper's first page as a picture, for looking at it."""
    pages = _compile(template, data, "png", ppi=float(dpi))
    return bytes(pages[0] if isinstance(pages, list) else pages)


def _compile(template: str, data: Mapping[str, Any], form: str, **options: Any) -> Any:
    path = TEMPLATES / f"{template}.typ"
    if path.parent != TEMPLATES or not path.is_file():
        raise LookupError(template)
    text = json.dumps({"printed_at": clock.now(), **data}, ensure_ascii=False, default=_plain)
    with _one_at_a_time:
        compiled: Any = typst.compile
        return compiled(
            path,
            root=TEMPLATES,
            font_paths=list(fonts()),
            format=form,
            sys_inputs={"data": text},
            **options,
        )


def _plain(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return show("", value)
    raise TypeError(f"{type(value).__name__} cannot be printed as it is")
