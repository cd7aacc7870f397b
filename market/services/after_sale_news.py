"""News of a case: that something happened and where to look, nothing of what or who."""

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core import telling
from core.access.rights import Right
from core.db import db
from core.notices.rules import NoticeKind
from market.models.after_sale import AfterSale


def to_buyer(case: AfterSale, code: str) -> None:
    """Tell the buyer, by SMS too."""
    telling.tell(
        case.person_id, NoticeKind.PAYMENTS, code, ref=_ref(case, code), href=f"/after-sales/{case.token}", by_sms=True,
        case_no=case.case_no,
    )  # fmt: skip


def to_shop(case: AfterSale, code: str) -> None:
    """Tell those of the shop who answer for it, by SMS too: a time limit runs."""
    office = db.session.scalar(sa.select(Supplier.organisation_id).where(Supplier.id == case.supplier_id))
    if office is not None:
        telling.tell_office(
            office, Right.SELL, NoticeKind.PAYMENTS, code, ref=_ref(case, code),
            href=f"/supplier/after-sales/{case.token}", by_sms=True, case_no=case.case_no,
        )  # fmt: skip


def _ref(case: AfterSale, code: str) -> str:
    return f"case-{case.id}-{case.version}-{code}"
