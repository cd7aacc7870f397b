"""The cashier in a real browser with JavaScript off, at a phone's width and at a desk's."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from market.gateways.ports import Intent
from tests.support import browser as chromium
from tests.support.alipay import EVENT_URL, Alipay

WIDE_ENOUGH = 44


@pytest.mark.parametrize("device", [chromium.PHONE, chromium.DESK], ids=["phone", "desk"])
def test_a_buyer_changes_their_mind_and_pays(chrome: Browser, live_alipay: Alipay, device: dict[str, Any]):
    context = chrome.new_context(**device, java_script_enabled=False)
    page = context.new_page()
    expires_at = live_alipay.now + timedelta(hours=1)
    order = Intent("T1", 12_30, "高山土豆" * 20, live_alipay.payee, expires_at, event_url=EVENT_URL)
    page.goto(live_alipay.provider.create(order).text)

    for name in ("确认付款", "取消", "余额不足"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["height"] >= WIDE_ENOUGH
    page.get_by_role("button", name="余额不足").click()
    assert "余额不足" in page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="取消").click()
    assert "已取消付款" in page.get_by_role("status").inner_text()
    viewport = page.viewport_size
    assert viewport is not None
    assert page.locator("main").bounding_box()["width"] <= viewport["width"]  # type: ignore[index]
    assert page.locator(".code svg").is_visible()
    page.get_by_role("button", name="确认付款").click()
    assert "付款成功" in page.get_by_role("status").inner_text()
    assert live_alipay.balance_fen() == 12_30
    context.close()
