from dataclasses import replace
from datetime import date

import pytest

from catalog.rules.certificates import CertificateKind, Held
from catalog.rules.listing import (
    PRODUCT,
    Goods,
    Hidden,
    ListingClass,
    ProductAct,
    ProductState,
    check_two_checkers,
    hidden,
    listing_class,
)
from catalog.rules.supplier import SUPPLIER, SupplierAct, SupplierStatus
from core.errors import Refused
from core.states import advance

LAST, NEXT = date(2026, 11, 23), date(2026, 11, 24)
GREEN = Held(CertificateKind.GREEN, date(2023, 11, 24), LAST)
SC = Held(CertificateKind.SC, date(2022, 1, 1), LAST)
CABBAGE = Goods(ProductState.LISTED, SupplierStatus.ACTIVE, is_ingredient=True, origin_eligible=True)


def test_the_class_is_computed():
    elsewhere = replace(CABBAGE, origin_eligible=False)

    assert listing_class(CABBAGE, LAST) is ListingClass.COUNTS
    assert listing_class(replace(elsewhere, held=(GREEN,)), LAST) is ListingClass.CERTIFIED
    assert listing_class(elsewhere, LAST) is None
    assert listing_class(elsewhere, LAST, local_is_open=True) is ListingClass.LOCAL
    wine = replace(CABBAGE, is_ingredient=False)
    assert listing_class(wine, LAST) is None


def test_an_expired_badge_takes_down_only_what_was_listed_for_it():
    """Rule 71."""
    certified = replace(CABBAGE, origin_eligible=False, held=(GREEN,))
    counting = replace(CABBAGE, held=(GREEN,))

    assert [hidden(certified, on) for on in (LAST, NEXT)] == [None, Hidden.CLASS]
    assert [hidden(counting, on) for on in (LAST, NEXT)] == [None, None]
    assert hidden(certified, NEXT, local_is_open=True) is None


def test_an_expired_licence_takes_down_what_needs_it():
    rice = replace(CABBAGE, licence=CertificateKind.SC, held=(SC, GREEN))

    assert [hidden(rice, on) for on in (LAST, NEXT)] == [None, Hidden.LICENCE]


def test_withdrawn_or_without_an_active_supplier_it_is_gone():
    for state in ProductState:
        assert (hidden(replace(CABBAGE, state=state), LAST) is None) == (state is ProductState.LISTED)
    for status in SupplierStatus:
        assert (hidden(replace(CABBAGE, supplier=status), LAST) is None) == (status is SupplierStatus.ACTIVE)


def test_township_and_platform_both_see_a_product_before_it_is_listed():
    state = ProductState.DRAFT
    for act, by in [("submit", "supplier"), ("confirm_origin", "township"), ("approve", "platform")]:
        state = advance(PRODUCT, state, ProductAct(act), by)
    assert state is ProductState.LISTED

    with pytest.raises(Refused, match="state-forbids-party"):
        advance(PRODUCT, ProductState.ORIGIN_CHECK, ProductAct.CONFIRM_ORIGIN, "supplier")
    with pytest.raises(Refused, match="state-forbids-act"):  # a listed product is revised, not reopened
        advance(PRODUCT, ProductState.LISTED, ProductAct.REVISE)
    check_two_checkers(1, 2)
    with pytest.raises(Refused, match="product-same-checker"):
        check_two_checkers(1, 1)


def test_a_suppliers_way_in_and_out():
    active = advance(SUPPLIER, SupplierStatus.APPLYING, SupplierAct.ADMIT, "admission")
    suspended = advance(SUPPLIER, active, SupplierAct.SUSPEND, "clock")

    assert advance(SUPPLIER, suspended, SupplierAct.RESUME) is SupplierStatus.ACTIVE
    with pytest.raises(Refused, match="state-forbids-act"):
        advance(SUPPLIER, SupplierStatus.BLACKLISTED, SupplierAct.RESUME)
