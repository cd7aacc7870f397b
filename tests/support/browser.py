"""A real Chromium where the machine has one, and the accessibility checker inside its pages."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.bed import ROOT, in_ci

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_IT = (
    "没有找到 Chromium，浏览器测试跳过：请安装（Debian：apt-get install chromium fonts-noto-cjk），"
    "或用环境变量 CHROMIUM 指明。"
    " / No Chromium, browser tests are skipped: install it (Debian: apt-get install chromium fonts-noto-cjk),"
    " or name it in the environment variable CHROMIUM."
)
QUIET = (
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"),
    *("--no-first-run", "--disable-gpu", "--font-render-hinting=none"),
)
DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
    "user_agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
}
IN_THE_COUNTY = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce"}
AXE = ROOT / "static" / "vendor" / "axe.min.js"


def chromium() -> str | None:
    """The browser named in CHROMIUM, else the first on PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next(filter(None, map(shutil.which, NAMES)), None)


def chromium_or_skip() -> str:
    """Skips the test without a browser; where CI says that everything must run, fails it."""
    found = chromium()
    if found is None:
        (pytest.fail if in_ci() else pytest.skip)(HOW_TO_GET_IT)
    return found


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong on the page: one line per element, rule and place. Empty is what a test asserts.

    Evaluated, not added as a script tag: our pages forbid scripts from elsewhere.
    """
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
    )
    return [
        f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
