"""Browser files: from node_modules into static/vendor, with a manifest of content hashes.

Run as `python -m core.embedded.vendor` after `npm ci`; no bundler, no network. The folder is built beside the old one
and swapped in, so a page served meanwhile sees the whole old set or the whole new one.
"""

import hashlib
import json
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = (
    "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js",
    "htmx.org/dist/htmx.min.js",
    "bootstrap-icons/bootstrap-icons.svg",
    "axe-core/axe.min.js",  # for the accessibility tests only; no page links it
)
SOURCE_MAP = re.compile(rb"\s*(/\*#|//#) sourceMappingURL=[^\n]*\s*\Z")
SYMBOL = re.compile(r'<symbol [^>]*id="([a-z0-9-]+)".*?</symbol>', re.DOTALL)


class UnknownIcon(LookupError):
    """`static/icons.txt` names an icon that the sprite does not hold."""


def chosen_icons(sprite: str, names: list[str]) -> str:
    """The sprite with only the icons of `names`: the whole one weighs over a megabyte, too much for a phone."""
    symbols = {found[1]: found[0] for found in SYMBOL.finditer(sprite)}
    unknown = sorted(set(names) - set(symbols))
    if unknown:
        raise UnknownIcon(", ".join(unknown))
    body = "".join(symbols[name] for name in sorted(set(names)))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{body}</svg>\n'


def read(name: str, modules: Path, wanted: Path) -> bytes:
    """One file as it will be served: no pointer to a source map that is not there, only the icons in use."""
    content = (modules / name).read_bytes()
    if name.endswith(".svg") and wanted.exists():
        names = [line.strip() for line in wanted.read_text("utf-8").splitlines()]
        return chosen_icons(content.decode(), [n for n in names if n and not n.startswith("#")]).encode()
    return SOURCE_MAP.sub(b"\n", content)


def install(root: Path = ROOT) -> dict[str, str]:
    """Fill `static/vendor`; the manifest maps each file's name to the first 16 hex digits of its sha256."""
    target = root / "static" / "vendor"
    new, old = target.with_name("vendor.new"), target.with_name("vendor.old")
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new.mkdir(parents=True)
    manifest = {}
    for name in FILES:
        content = read(name, root / "node_modules", root / "static" / "icons.txt")
        (new / Path(name).name).write_bytes(content)
        manifest[Path(name).name] = hashlib.sha256(content).hexdigest()[:16]
    (new / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", "utf-8")
    if target.exists():
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return manifest


if __name__ == "__main__":
    print(f"static/vendor: {len(install())} files")
