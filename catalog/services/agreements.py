"""Agreements with households: signed, replaced by a new version, never edited; households join and leave by dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from catalog.models.linkage import Agreement
from catalog.models.supplier import Household, LinkageAgreement, Supplier
from catalog.queries import suppliers
from catalog.rules import agreement as rules
from catalog.rules.agreement import Terms
from catalog.services import benefits
from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream


@dataclass(frozen=True)
class Signed:
    """A household on the list, and the day it signed."""

    code: str
    signed_on: date


def sign(terms: Terms, households: Sequence[Signed], *, file_id: int, by: Actor) -> Agreement:
    """A new agreement of the actor's supplier with its households; `file_id` is the signed paper.

    Raises: Refused of `rules.agreement.check`, "agreement-empty", "household-not-known", "household-twice",
    "household-bound-already", "signed-in-future".
    """
    rules.check(terms)
    supplier_id = suppliers.own(by).id
    _one_at_a_time(supplier_id)
    made = _version(terms, codes.new_code("LA"), 1, None, file_id, supplier_id, by)
    _list(made, households)
    _record("agreement-signed", made, by, households=len(households))
    return made


def renew(agreement_id: int, terms: Terms, *, file_id: int, by: Actor) -> Agreement:
    """Other terms from a day on: the version before ends the day before, its households go on in the new one.

    Raises: Missing for another's; Refused as `sign`, "agreement-replaced", "agreement-starts-early".
    """
    old = _own(agreement_id, by)
    rules.check(terms)
    if terms.mode is not old.mode or terms.valid_from <= old.valid_from:
        raise Refused("agreement-starts-early", valid_from=old.valid_from)
    if _replaced(old):
        raise Refused("agreement-replaced")
    rows = _rows(old, terms.valid_from)
    made = _version(terms, old.number, old.version_no + 1, old.id, file_id, old.supplier_id, by)
    for row in rows:
        row.valid_to = terms.valid_from - timedelta(days=1)
    db.session.flush()
    db.session.add_all(_row(made, row.household_id, row.signed_on) for row in rows)
    _record("agreement-renewed", made, by, households=len(rows))
    return made


def join(agreement_id: int, households: Sequence[Signed], *, by: Actor) -> int:
    """More households sign the version in force; how many. Raises: as `sign`, "agreement-ended", "-replaced"."""
    found = _in_force(agreement_id, by)
    _list(found, households)
    _record("agreement-joined", found, by, households=len(households))
    return len(households)


def leave(agreement_id: int, household_id: int, on: date, *, by: Actor) -> None:
    """A household's last day in an agreement. Raises: Missing; Refused "leaves-outside-term"."""
    found = _in_force(agreement_id, by)
    query = sa.select(LinkageAgreement).where(
        LinkageAgreement.agreement_id == found.id, LinkageAgreement.household_id == household_id
    )
    row = db.session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        raise Missing("no-such-household")
    if on < row.valid_from or (row.valid_to is not None and on > row.valid_to):
        raise Refused("leaves-outside-term", valid_from=row.valid_from, valid_to=row.valid_to)
    row.valid_to = on
    _record("agreement-left", found, by, households=1)


def _version(
    terms: Terms, number: str, version_no: int, replaces_id: int | None, file_id: int, supplier_id: int, by: Actor
) -> Agreement:
    made = Agreement(
        number=number,
        version_no=version_no,
        supplier_id=supplier_id,
        mode=terms.mode,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        guaranteed_price_fen_x100=terms.guaranteed_price_fen_x100,
        guaranteed_fen=terms.guaranteed_fen,
        dividend_bp=terms.dividend_bp,
        terms=terms.text,
        file_id=file_id,
        replaces_id=replaces_id,
        created_by_id=by.person_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _list(agreement: Agreement, households: Sequence[Signed]) -> None:
    if not households:
        raise Refused("agreement-empty")
    named = {one.code: one.signed_on for one in households}
    if len(named) < len(households):
        raise Refused("household-twice")
    if any(day > clock.today() for day in named.values()):
        raise Refused("signed-in-future")
    known = {
        row.code: row
        for row in db.session.execute(
            sa.select(Household.id, Household.code, Household.village_code).where(Household.code.in_(named))
        )
    }
    if missing := sorted(named.keys() - known.keys()):
        raise Refused("household-not-known", code=missing[0])
    _not_bound(agreement, {row.id: code for code, row in known.items()})
    db.session.add_all(_row(agreement, row.id, named[code]) for code, row in sorted(known.items()))
    for village in sorted({row.village_code for row in known.values()}):
        benefits.share(agreement.file_id, village)
    db.session.flush()


def _one_at_a_time(supplier_id: int) -> None:
    """Two lists or versions of one supplier at once would not see each other's households."""
    db.session.execute(sa.select(Supplier.id).where(Supplier.id == supplier_id).with_for_update())


def _not_bound(agreement: Agreement, ids: dict[int, str]) -> None:
    """A household stands once on an agreement of a mode at a time."""
    bound = db.session.scalar(
        sa.select(LinkageAgreement.household_id)
        .where(
            LinkageAgreement.supplier_id == agreement.supplier_id,
            LinkageAgreement.mode == agreement.mode,
            LinkageAgreement.household_id.in_(ids),
            LinkageAgreement.valid_from <= agreement.valid_to,
            sa.or_(LinkageAgreement.valid_to.is_(None), LinkageAgreement.valid_to >= agreement.valid_from),
        )
        .limit(1)
    )
    if bound is not None:
        raise Refused("household-bound-already", code=ids[bound])


def _row(agreement: Agreement, household_id: int, signed_on: date | None) -> LinkageAgreement:
    return LinkageAgreement(
        supplier_id=agreement.supplier_id,
        household_id=household_id,
        mode=agreement.mode,
        valid_from=max(agreement.valid_from, signed_on or agreement.valid_from),
        valid_to=agreement.valid_to,
        agreement_id=agreement.id,
        signed_on=signed_on,
    )


def _rows(agreement: Agreement, on: date) -> list[LinkageAgreement]:
    """The households still bound on a day, locked."""
    query = sa.select(LinkageAgreement).where(
        LinkageAgreement.agreement_id == agreement.id,
        LinkageAgreement.valid_from < on,
        sa.or_(LinkageAgreement.valid_to.is_(None), LinkageAgreement.valid_to >= on),
    )
    return list(db.session.scalars(query.order_by(LinkageAgreement.id).with_for_update()))


def _own(agreement_id: int, by: Actor) -> Agreement:
    supplier_id = suppliers.own(by).id
    _one_at_a_time(supplier_id)
    query = sa.select(Agreement).where(Agreement.id == agreement_id, Agreement.supplier_id == supplier_id)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise Missing("no-such-agreement")
    return found


def _replaced(found: Agreement) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Agreement.replaces_id == found.id))))


def _in_force(agreement_id: int, by: Actor) -> Agreement:
    found = _own(agreement_id, by)
    if _replaced(found):
        raise Refused("agreement-replaced")
    if found.valid_to < clock.today():
        raise Refused("agreement-ended", valid_to=found.valid_to)
    return found


def _record(action: str, found: Agreement, by: Actor, **facts: Any) -> None:
    trail.record(
        Stream.CATALOGUE,
        action,
        "agreement",
        found.id,
        by=by,
        right=Right.SELL,
        number=found.number,
        version=found.version_no,
        mode=found.mode,
        **facts,
    )
