"""Who can be paid by residents: every supplier that may sell, with its account at the provider."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from catalog.rules.supplier import SupplierStatus
from core.db import db
from core.organisations.models import Organisation
from market.models.payment import MerchantAccount


@dataclass(frozen=True)
class MerchantRow:
    """A supplier and its account in force; the last four are None without one."""

    supplier_id: int
    name: str
    status: SupplierStatus
    account_id: int | None
    seller_id: str | None
    is_authorised: bool | None
    since: datetime | None


def listed() -> list[MerchantRow]:
    """All suppliers, those without an account first. The token is not read."""
    account = sa.and_(MerchantAccount.supplier_id == Supplier.id, MerchantAccount.is_active)
    query = (
        sa.select(
            Supplier.id.label("supplier_id"),
            Organisation.name,
            Supplier.status,
            MerchantAccount.id.label("account_id"),
            MerchantAccount.seller_id,
            MerchantAccount.auth_token_sealed.is_not(None).label("is_authorised"),
            MerchantAccount.created_at.label("since"),
        )
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .outerjoin(MerchantAccount, account)
        .order_by(MerchantAccount.id.is_not(None), Organisation.name)
    )
    return [MerchantRow(**row) for row in db.session.execute(query).mappings()]
