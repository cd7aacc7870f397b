from dataclasses import replace
from datetime import date

import pytest

from catalog.rules.certificates import (
    BADGES,
    LICENCES,
    CertificateKind,
    CertificateStatus,
    Held,
    badges,
    check_validity,
    is_late_renewal,
    is_oversold,
    may_sell,
    number,
    reminders,
)
from core.errors import Refused

LAST, NEXT = date(2026, 11, 23), date(2026, 11, 24)
GREEN = Held(CertificateKind.GREEN, date(2023, 11, 24), LAST)
SC = Held(CertificateKind.SC, date(2022, 1, 1), LAST)


def test_the_expiry_day_is_the_last_with_the_badge():
    """Rule 71: valid to 2026-11-23 → badge on that day, off on the 24th."""
    assert badges([GREEN], LAST) == {CertificateKind.GREEN}
    assert badges([GREEN], NEXT) == frozenset()
    assert GREEN.is_active(date(2023, 11, 24)) and not GREEN.is_active(date(2023, 11, 23))


@pytest.mark.parametrize(
    "change",
    [
        {"status": CertificateStatus.SUSPENDED},
        {"status": CertificateStatus.REVOKED},
        {"is_ours": False},
        {"covers": False},
        {"is_frozen": True},
    ],
)
def test_a_badge_needs_everything(change):
    """Rules 71, 73, 75."""
    assert badges([replace(GREEN, **change)], LAST) == frozenset()


def test_licences_give_no_badge_and_badges_no_licence():
    assert set(CertificateKind) == BADGES | LICENCES and not BADGES & LICENCES
    assert badges([SC], LAST) == frozenset()
    assert may_sell(CertificateKind.SC, [GREEN, SC], LAST)
    assert not may_sell(CertificateKind.SC, [SC], NEXT)
    assert not may_sell(CertificateKind.SC, [GREEN], LAST)
    assert may_sell(None, [], LAST)


def test_selling_more_than_approved_is_noticed():
    """Rule 73."""
    assert not is_oversold(5_000, 5_000)
    assert is_oversold(5_001, 5_000)
    assert not is_oversold(10**12, None)


def test_reminders_and_late_renewals():
    """Rule 72."""
    days = reminders(date(2026, 12, 31))

    assert days[0] == date(2026, 7, 4) and days[-1] == date(2026, 12, 24) and len(days) == 5
    assert not is_late_renewal(date(2026, 9, 30), date(2026, 12, 31))
    assert is_late_renewal(date(2026, 10, 1), date(2026, 12, 31))
    assert not is_late_renewal(date(2026, 8, 23), date(2026, 11, 23))


def test_numbers_are_checked_by_their_kind():
    assert number(CertificateKind.SC, "sc11351090100010") == "SC11351090100010"
    assert number(CertificateKind.QUARANTINE, " 吉检 001 ") == "吉检001"
    with pytest.raises(Refused, match="sc-check"):
        number(CertificateKind.SC, "SC11351090100011")
    for wrong in ("", "x" * 41):
        with pytest.raises(Refused, match="certificate-number-missing"):
            number(CertificateKind.QUARANTINE, wrong)
    check_validity(LAST, LAST)
    with pytest.raises(Refused, match="certificate-ends-before-start"):
        check_validity(NEXT, LAST)
