"""A picture of every page of every role at both widths, and what is wrong with it: `python -m tests.support.gallery`.

Needs a running system with its demo data (`python3 dev.py`). It logs in as each role, follows the links of its pages,
keeps one address of each kind and writes `<out>/<role>/<width>/<page>.jpg`, `<out>/index.html` and `<out>/faults.txt`:
answers that are no page, things wider than the screen, errors of scripts and what axe-core finds.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.support.browser import DESK, IN_THE_COUNTY, PHONE, QUIET, chromium, violations

PASSWORD = "demo-2026-xingcun"
ROLES = [
    *("guest", "jumin", "caigou", "yanshou", "shenpi", "fukuan", "fuzeren", "gonghuo", "chengbao", "gonghui"),
    *("zonggonghui", "cungan", "xiangzhen", "liannong", "nongye", "renzheng", "qiye", "caizheng", "shencha", "caiguan"),
    *("fagai", "zhuguan", "waishen", "yunying", "guanli"),
]
WIDTHS = {"390": PHONE, "1440": DESK}
NO_PAGE = re.compile(
    r"\.(pdf|xlsx|csv|zip|docx|png|jpg|webp|svg|json|xml|txt|ofd)$|^/(static|api|files|logout|healthz)"
)
VARIABLE = re.compile(r"/(?:[0-9][0-9A-Za-z.-]*|[0-9A-Za-z_-]{14,}|[A-Z0-9-]{7,})(?=/|$)")
EVERYBODYS = {"guest", "jumin"}
"""Their pages are not walked again for the roles after them."""
MOST_PAGES = 120
"""Of one role: a loop of links must not run for ever."""


def kind(address: str) -> str:
    """The address with its codes and numbers taken out: pages of one kind have one."""
    return VARIABLE.sub("/*", urlsplit(address).path)


def links(page: Page) -> Iterator[str]:
    """The pages that this one leads to, on the same host."""
    host = urlsplit(page.url).netloc
    for target in page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"):
        parts = urlsplit(urljoin(page.url, target))
        if parts.netloc == host and not NO_PAGE.search(parts.path):
            yield f"{parts.scheme}://{host}{parts.path}"


def log_in(context: BrowserContext, base: str, role: str) -> Page:
    """A page of the context, logged in unless the role is a guest's."""
    page = context.new_page()
    if role != "guest":
        page.goto(f"{base}/login")
        page.fill("input[name=login]", role)
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
        page.wait_for_load_state()
    return page


def wrong(page: Page, status: int, errors: list[str], *, axe: bool) -> list[str]:
    """What is wrong with the page that is shown, a line each."""
    found = [f"answer {status}"] if status >= 400 else []
    wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    found += [f"{wide} px wider than the screen"] if wide > 0 else []
    return found + errors + (violations(page) if axe else [])


@dataclass
class Shots:
    """Where pictures go; `shared`: the kinds of pages that everybody has, walked once."""

    out: Path
    axe: bool
    shared: set[str] = field(default_factory=set)

    def take(self, page: Page, role: str, width: str, what: str) -> None:
        """Keep a picture of the whole page."""
        folder = self.out / role / width
        folder.mkdir(parents=True, exist_ok=True)
        name = what.strip("/").replace("/", "_").replace("*", "x") or "home"
        page.screenshot(path=folder / f"{name}.jpg", full_page=True, type="jpeg", quality=70)


def listen(page: Page, errors: list[str]) -> None:
    """Collect what the browser complains of."""
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))


def visit(page: Page, address: str, errors: list[str], *, axe: bool) -> tuple[int, list[str]]:
    """(status, faults); -1 for something that is a file and no page."""
    errors.clear()
    try:
        answer = page.goto(address)
    except Error as problem:  # one class for downloads and for broken connections
        return (-1, []) if "ERR_ABORTED" in str(problem) or "Download" in str(problem) else (0, [str(problem)])
    status = answer.status if answer else 0
    if answer and "text/html" not in answer.headers.get("content-type", ""):
        return -1, []
    return status, wrong(page, status, errors, axe=axe)


def walk(browser: Browser, base: str, role: str, shots: Shots) -> list[str]:
    """Pictures of the pages of a role that no role before it has; its faults, a line each."""
    known: dict[str, str] = {}
    faults: list[str] = []
    for width, device in WIDTHS.items():
        context = browser.new_context(**device, **IN_THE_COUNTY)
        page = log_in(context, base, role)
        errors: list[str] = []
        listen(page, errors)
        waiting = list(known.values()) or [page.url if role != "guest" else f"{base}/"]
        seen = {kind(address) for address in waiting} | shots.shared
        while waiting and len(known) <= MOST_PAGES:
            address = waiting.pop(0)
            status, found = visit(page, address, errors, axe=shots.axe)
            if status == -1 or (urlsplit(page.url).path == "/login" and kind(address) != "/login"):
                continue  # a file, or a page of somebody who is logged in
            known[kind(address)] = address
            shots.take(page, role, width, kind(address))
            faults += [f"{role} {width} {urlsplit(address).path}: {fault}" for fault in found]
            for found_link in links(page):
                if kind(found_link) not in seen:
                    seen.add(kind(found_link))
                    waiting.append(found_link)
        context.close()
    if role in EVERYBODYS:
        shots.shared |= set(known)
    return faults


def index(out: Path) -> str:
    """One page with all pictures, by role."""
    parts = ["<!doctype html><meta charset=utf-8><title>兴村 · 页面图册</title>"]
    for role in sorted(folder for folder in out.iterdir() if folder.is_dir()):
        parts.append(f"<h2>{escape(role.name)}</h2>")
        for picture in sorted(role.glob("*/*.jpg")):
            where = escape(str(picture.relative_to(out)))
            parts.append(f'<figure style="display:inline-block"><a href="{where}"><img src="{where}" width=220></a>')
            parts.append(f"<figcaption>{escape(picture.parent.name)} {escape(picture.stem)}</figcaption></figure>")
    return "\n".join(parts)


def main() -> None:
    """Read the command line, walk, write."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--url", default="http://127.0.0.1:8000")
    asked.add_argument("--out", type=Path, default=Path("var/gallery"))
    asked.add_argument("--axe", action="store_true")
    asked.add_argument("roles", nargs="*", default=ROLES)
    given = asked.parse_args()
    faults: list[str] = []
    shots = Shots(given.out, given.axe)
    with sync_playwright() as playwright:
        options: dict[str, Any] = {"executable_path": chromium(), "args": [*QUIET, "--no-sandbox"]}
        browser = playwright.chromium.launch(**options)
        for role in given.roles:
            found = walk(browser, given.url, role, shots)
            sys.stdout.write(f"{role}: {len(list((given.out / role).glob('*/*.jpg')))} pictures, {len(found)} faults\n")
            faults += found
        browser.close()
    (given.out / "faults.txt").write_text("\n".join(faults), "utf-8")
    (given.out / "index.html").write_text(index(given.out), "utf-8")


if __name__ == "__main__":
    main()
