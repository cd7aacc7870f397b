"""What is known of applicants' effect on households, for their place in the queue. Few statements for many."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from catalog.models.admission import AdmissionApplication
from catalog.models.supplier import Household, Supplier
from catalog.queries import income_effect, leads
from catalog.queries.visibility import LINKED
from catalog.rules.admission_order import Effect
from core.db import any_of, db
from core.organisations.models import Organisation


def effects(found: Sequence[AdmissionApplication]) -> dict[int, Effect]:
    """{application: effect}. Verified benefit of whom sold before, the producer's for a trader, agreements with
    exited or watched households of the register for newcomers: four statements, however many applications.
    """
    sellers = _suppliers({one.uscc for one in found})
    source = {one.id: one.producer_id or sellers.get(one.uscc) for one in found}
    known = {supplier_id for supplier_id in source.values() if supplier_id is not None}
    verified, recognised = income_effect.latest(known), leads.among(known)
    linked = linked_codes({str(each["code"]) for one in found for each in one.agreements})
    return {
        one.id: _effect(one, source[one.id], verified, recognised, linked)
        for one in found
    }  # fmt: skip


def _effect(
    one: AdmissionApplication, source: int | None, verified: dict[int, Any], recognised: set[int], linked: set[str]
) -> Effect:
    agreements = len({str(each["code"]) for each in one.agreements} & linked)
    there = verified.get(source) if source is not None else None
    if there is None:
        return Effect(is_lead=source in recognised, agreements=agreements)
    return Effect(
        source in recognised, there.preferred, there.provisional, there.verified_fen, there.households, agreements
    )


def _suppliers(codes: set[str]) -> dict[str, int]:
    rows = db.session.execute(
        sa.select(Organisation.uscc, Supplier.id)
        .join(Supplier, Supplier.organisation_id == Organisation.id)
        .where(any_of(Organisation.uscc, codes, sa.String))
    )
    return {str(uscc): supplier_id for uscc, supplier_id in rows}


def linked_codes(codes: set[str]) -> set[str]:
    """Those codes that belong to exited or watched households of the register."""
    if not codes:
        return set()
    known = sa.select(Household.code).where(any_of(Household.code, codes, sa.String), Household.category.in_(LINKED))
    return set(db.session.scalars(known))
