"""QR codes as SVG, for pages and printed papers."""

from io import BytesIO

import segno
from markupsafe import Markup


def svg(text: str, *, plain: bool = False) -> Markup:
    """The code of a text; `plain`: as a file of its own, for paper, without a quiet zone of ours."""
    made = segno.make(text, error="m")
    if plain:
        return Markup(made.svg_inline(scale=4, border=1, lineclass=None, svgclass=None))  # noqa: S704
    return Markup(made.svg_inline(scale=5, border=2, svgclass="qr", lineclass=None))  # noqa: S704


def png(text: str, *, scale: int = 8) -> bytes:
    """The code as a picture."""
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=scale, border=2)
    return out.getvalue()
