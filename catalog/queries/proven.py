"""Base units bought from eligible households that a quarter's end finds proven: agreed to, paid for, not in dispute."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from catalog.models.benefit import HouseholdBenefit
from catalog.models.purchase import PurchaseConfirmation, PurchaseNote, PurchasePayment
from catalog.rules.benefit import BenefitState
from catalog.rules.lots import quarter_of
from catalog.rules.purchase import Signing
from core.db import any_of, db

SOURCE = "purchase-note"
"""The source of a benefit that a purchase note brought."""


def eligible_qty(product_ids: Collection[int], on: date) -> dict[int, int]:
    """By product, of the quarter of the day (rule 39). One statement.

    A note counts by what its household was on the day it was written (rule 40). It is proven once the household signed
    or confirmed it, the money went out, nobody took it back and its benefit is neither disputed nor void.
    """
    first, last = quarter_of(on)
    later = sa.orm.aliased(PurchaseNote)
    said_yes = sa.exists().where(PurchaseConfirmation.note_id == PurchaseNote.id)
    paid = sa.exists().where(PurchasePayment.note_id == PurchaseNote.id)
    doubted = sa.exists().where(
        HouseholdBenefit.source_kind == SOURCE,
        HouseholdBenefit.source_id == PurchaseNote.id,
        HouseholdBenefit.state.in_((BenefitState.DISPUTED, BenefitState.VOID)),
    )
    rows = db.session.execute(
        sa.select(PurchaseNote.product_id, sa.func.sum(PurchaseNote.qty))
        .where(
            any_of(PurchaseNote.product_id, product_ids),
            PurchaseNote.bought_on.between(first, last),
            PurchaseNote.is_eligible,
            PurchaseNote.reverses_id.is_(None),
            ~sa.exists().where(later.reverses_id == PurchaseNote.id),
            sa.or_(PurchaseNote.signing != Signing.SMS, said_yes),
            paid,
            ~doubted,
        )
        .group_by(PurchaseNote.product_id)
    )
    return {row[0]: int(row[1]) for row in rows}
