"""The file for the bank: what is owed to households, with accounts and holders' names, made once and kept nowhere.

Pages mask accounts; whole numbers stand only in this file, for those households alone that are to be paid now and that
agreed to it. Each account that goes out is on record with who, when and why.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.household import HouseholdConsent, HouseholdPerson
from catalog.queries import payables
from catalog.queries.payables import COLUMNS, PayLine
from catalog.rules import households as rules
from catalog.rules.households import ConsentKind, Revealed, RevealPurpose
from core import codes, money, sheets, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import any_of, db
from core.errors import Refused
from core.text import sentence
from core.trail.models import Stream

LEAST_REASON = 4
EXPORTED = "household-account-exported"


@dataclass(frozen=True)
class Payee:
    """Whom the bank is to pay, in the open: only while the file is written."""

    account: str
    name: str


NOBODY = Payee("", "")


def make(*, reason: str, by: Actor) -> bytes:
    """CSV (UTF-8 with BOM) of the notes to be paid, one a line; the no name and no account where none may be given out.

    Raises: Refused "reason-too-short", "text-holds-number", "pay-file-no-notes".
    """
    if len(reason.strip()) < LEAST_REASON:
        raise Refused("reason-too-short", least=LEAST_REASON)
    rules.free_text(reason)
    lines = payables.pay_lines(by)
    if not lines:
        raise Refused("pay-file-no-notes")
    accounts = _accounts({line.household_id for line in lines})
    told = {line.household_id: line.household_code for line in lines if line.household_id in accounts}
    for household_id, code in sorted(told.items()):
        trail.record(
            *(Stream.PERSONAL, EXPORTED, "household", household_id), by=by, right=Right.PAY_FILE,
            code=code, what=Revealed.ACCOUNT, purpose=RevealPurpose.PAYMENT, reason=reason.strip(),
        )  # fmt: skip
    titles = [sentence("bank_file", name) for name in COLUMNS]
    return sheets.csv_text(titles, [_cells(line, accounts.get(line.household_id, NOBODY)) for line in lines])


def _cells(line: PayLine, payee: Payee) -> list[str]:
    return [
        line.note_no, codes.with_check(line.household_code), payee.name, payee.account, line.village,
        money.plain_yuan(line.amount_fen), line.bought_on.isoformat(), sentence("bank_file", "purpose"),
    ]  # fmt: skip


def _accounts(household_ids: Collection[int]) -> dict[int, Payee]:
    """{household: the first person who has an account}, of those that agreed last (PIPL 29)."""
    newest = (
        sa.select(HouseholdConsent.is_given)
        .where(HouseholdConsent.household_id == HouseholdPerson.household_id)
        .where(HouseholdConsent.kind == ConsentKind.ACCOUNT)
        .order_by(HouseholdConsent.given_on.desc(), HouseholdConsent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    people = db.session.scalars(
        sa.select(HouseholdPerson)
        .where(
            any_of(HouseholdPerson.household_id, household_ids), HouseholdPerson.account_sealed.is_not(None),
            HouseholdPerson.left_on.is_(None), HouseholdPerson.erased_at.is_(None), newest,
        )
        .order_by(HouseholdPerson.household_id, HouseholdPerson.position.desc())
    )  # fmt: skip
    return {one.household_id: Payee(one.open("account") or "", one.open("name") or "") for one in people}


def masked(household_codes: Collection[str]) -> dict[str, str]:
    """{household code: ****1234} of accounts that would stand in the file, for the page."""
    rows = db.session.execute(payables.households(household_codes)).all()
    accounts = _accounts({row.id for row in rows})
    return {row.code: rules.masked_account(accounts[row.id].account) for row in rows if row.id in accounts}
