"""A supplier's file of payments: read, judged row by row, shown, taken over once. The same payment never counts twice.

Of the file stays what is needed and nothing more: no names, no account numbers (of accounts the blind index).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalog.models.benefit import HouseholdBenefit
from catalog.models.household import HouseholdPerson
from catalog.models.linkage import BenefitBatch
from catalog.models.product import Category
from catalog.models.supplier import Household
from catalog.queries import suppliers
from catalog.rules import bank_file as rules
from catalog.rules.bank_file import PAYS_WITHIN_DAYS, BankRow, BankVerdict, Field
from catalog.rules.benefit import BenefitKind, BenefitState
from catalog.services import benefits
from core import clock, sealing, sheets, text, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import any_of, db
from core.errors import Missing, Refused
from core.files import services as files
from core.trail.models import Stream

SOURCE = "bank-file"


@dataclass(frozen=True)
class Judged:
    """A row with what becomes of it; `benefit_id` is the claim it pays or already is."""

    row: BankRow
    verdict: BankVerdict
    problem: str = ""
    benefit_id: int | None = None
    household_id: int | None = None
    category_id: int | None = None


def words(section: str, codes: Iterable[str]) -> dict[str, list[str]]:
    """The words people use for a column or a kind, from the texts."""
    return {code: text.sentence(section, code).split("|") for code in codes}


def upload(data: bytes, name: str, *, by: Actor) -> BenefitBatch:
    """Read a file; the same file again is the same batch.

    Raises: Refused of `core.sheets`, "pay-file-columns", "pay-file-empty", "pay-file-long".
    """
    seller = suppliers.own(by)
    digest = hashlib.sha256(data).hexdigest()
    found = _batch_of(seller.id, digest)
    if found is not None:
        return found
    rows = _read(data, name)
    stored = [_stored(row) for row in rows]
    titles = [words("bank_column", list(Field))[field.value][0] for field in Field if field is not Field.ACCOUNT]
    plain = sheets.csv_text(
        titles, [[_text(row[field.value]) for field in Field if field.value in row] for row in stored]
    )
    kept = files.take_raw(
        plain, content_type="text/csv", name=name, purpose="benefit-bank-file", by=by, owner_id=by.office_id
    )
    db.session.execute(
        insert(BenefitBatch)
        .values(
            supplier_id=seller.id, file_id=kept.id, sha256=digest, rows=stored, person_id=by.person_id,
            created_at=clock.now(), added=0, paid=0,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    made = _batch_of(seller.id, digest)
    assert made is not None  # noqa: S101 - written above, by us or by another at the same moment
    trail.record(Stream.PERSONAL, "pay-file-read", "benefit_batch", made.id, by=by, right=Right.SELL, rows=len(stored))
    return made


def _batch_of(supplier_id: int, digest: str) -> BenefitBatch | None:
    query = sa.select(BenefitBatch).where(BenefitBatch.supplier_id == supplier_id, BenefitBatch.sha256 == digest)
    return db.session.scalars(query).one_or_none()


def _read(data: bytes, name: str) -> list[BankRow]:
    table = next((sheet.rows for sheet in sheets.read(data, name=name) if len(sheet.rows) > 1), [])
    if not table:
        raise Refused("pay-file-empty")
    if len(table) > rules.MOST_ROWS + 1:
        raise Refused("pay-file-long", most=rules.MOST_ROWS)
    places = rules.columns(table[0], words("bank_column", [field.value for field in Field]))
    kinds = {word: BenefitKind(code) for code, said in words("bank_kind", list(BenefitKind)).items() for word in said}
    read = [rules.read(no, cells, places, kinds, clock.today()) for no, cells in enumerate(table[1:], 2) if any(cells)]
    if not read:
        raise Refused("pay-file-empty")
    return read


def _stored(row: BankRow) -> dict[str, Any]:
    """What is kept of a row."""
    return {
        "row_no": row.row_no,
        "household": row.household_code,
        "amount": row.amount_fen,
        "paid_on": row.paid_on.isoformat() if row.paid_on else "",
        "voucher": row.voucher,
        "kind": row.kind.value if row.kind else "",
        "category": row.category,
        "account_index": sealing.blind_index(row.account, "account").hex() if row.account else "",
        "problem": row.problem,
    }


def _text(value: object) -> str:
    return str(value)


def _row(kept: dict[str, Any]) -> BankRow:
    return BankRow(
        kept["row_no"],
        kept["household"],
        kept["amount"],
        date.fromisoformat(kept["paid_on"]) if kept["paid_on"] else None,
        kept["voucher"],
        BenefitKind(kept["kind"]) if kept["kind"] else None,
        kept["category"],
        kept["account_index"],
        kept["problem"],
    )


def own(batch_id: int, by: Actor, *, lock: bool = False) -> BenefitBatch:
    """A batch of the actor's supplier. Raises: Missing."""
    query = sa.select(BenefitBatch).where(BenefitBatch.id == batch_id, BenefitBatch.supplier_id == suppliers.own(by).id)
    found = db.session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise Missing("no-such-batch")
    return found


def judge(batch: BenefitBatch) -> list[Judged]:
    """Every row of a batch as it would be taken over now. A fixed number of statements, however many rows."""
    return _Judge(batch.supplier_id, [_row(kept) for kept in batch.rows]).rows()


class _Judge:
    """What is known of the file's households, looked up once."""

    def __init__(self, supplier_id: int, rows: Sequence[BankRow]) -> None:
        self.supplier_id, self.read = supplier_id, rows
        codes = {row.household_code for row in rows}
        found = db.session.execute(
            sa.select(Household.code, Household.id).where(any_of(Household.code, codes, sa.Text))
        )
        self.households = {row[0]: row[1] for row in found}
        self.categories = self._categories()
        self.accounts = self._accounts()
        self.sources, self.vouchers, self.open = self._ledger()
        self.seen: set[int] = set()

    def _categories(self) -> dict[str, int]:
        named = {row.category for row in self.read if row.category}
        query = sa.select(Category.name, Category.id).where(Category.name.in_(named), Category.is_leaf)
        return {row[0]: row[1] for row in db.session.execute(query)} if named else {}

    def _accounts(self) -> dict[int, set[str]]:
        """{household: blind indexes of its accounts}, under every key while keys change: the file's are of its day."""
        query = sa.select(HouseholdPerson).where(
            any_of(HouseholdPerson.household_id, list(self.households.values())),
            HouseholdPerson.account_index.is_not(None),
        )
        found: dict[int, set[str]] = {}
        for person in db.session.scalars(query):
            indexes = {person.account_index}
            if sealing.active_blind_key() > 1:
                indexes |= set(sealing.blind_indexes(person.open("account") or "", "account"))
            found.setdefault(person.household_id, set()).update(bytes(one).hex() for one in indexes if one)
        return found

    def _ledger(self) -> tuple[dict[int, int], dict[tuple[str, int, int], int], list[HouseholdBenefit]]:
        """Claims that came from such rows, claims paid with such vouchers, and claims that still wait for money."""
        mine = HouseholdBenefit.supplier_id == self.supplier_id
        ids = [row.source_id(self.supplier_id) for row in self.read]
        by_source = db.session.execute(
            sa.select(HouseholdBenefit.source_id, HouseholdBenefit.id).where(
                mine, HouseholdBenefit.source_kind == SOURCE, any_of(HouseholdBenefit.source_id, ids)
            )
        )
        by_voucher = db.session.execute(
            sa.select(
                HouseholdBenefit.voucher,
                HouseholdBenefit.household_id,
                HouseholdBenefit.amount_fen,
                HouseholdBenefit.id,
            ).where(mine, any_of(HouseholdBenefit.voucher, {row.voucher for row in self.read}, sa.Text))
        )
        unpaid = db.session.scalars(
            sa.select(HouseholdBenefit)
            .where(
                mine,
                HouseholdBenefit.paid_on.is_(None),
                HouseholdBenefit.state != BenefitState.VOID,
                any_of(HouseholdBenefit.household_id, list(self.households.values())),
            )
            .order_by(HouseholdBenefit.earned_on, HouseholdBenefit.id)
        )
        vouchers = {(row[0], row[1], row[2]): row[3] for row in by_voucher if row[0]}
        return {row[0]: row[1] for row in by_source}, vouchers, list(unpaid)

    def rows(self) -> list[Judged]:
        return [self._judged(row) for row in self.read]

    def _judged(self, row: BankRow) -> Judged:
        household_id = self.households.get(row.household_code)
        category_id = self.categories.get(row.category)
        problem = row.problem or self._problem(row, household_id, category_id)
        source_id = row.source_id(self.supplier_id)
        known = self.sources.get(source_id) or self.vouchers.get((row.voucher, household_id or 0, row.amount_fen))
        if known and not row.problem:
            return Judged(row, BankVerdict.KNOWN, benefit_id=known)
        if not problem and source_id in self.seen:
            problem = "bank-row-twice"
        self.seen.add(source_id)
        if problem:
            return Judged(row, BankVerdict.WRONG, problem)
        owed = self._owed(row, household_id)
        verdict = BankVerdict.NEW if owed is None else BankVerdict.PAYS
        return Judged(row, verdict, "", owed, household_id, category_id)

    def _problem(self, row: BankRow, household_id: int | None, category_id: int | None) -> str:
        if household_id is None:
            return "bank-row-household-unknown"
        if row.kind is BenefitKind.PURCHASE and category_id is None:
            return "bank-row-category-unknown"
        accounts = self.accounts.get(household_id, set())
        return "bank-row-account" if row.account and accounts and row.account not in accounts else ""

    def _owed(self, row: BankRow, household_id: int | None) -> int | None:
        """The oldest claim this payment settles: the same household, kind and sum, not older than three months."""
        for claim in self.open:
            fits = (claim.household_id, claim.kind, claim.amount_fen) == (household_id, row.kind, row.amount_fen)
            paid_on = row.paid_on or date.min
            if fits and timedelta(0) <= paid_on - claim.earned_on <= timedelta(days=PAYS_WITHIN_DAYS):
                self.open.remove(claim)
                return claim.id
        return None


def take_over(batch_id: int, *, by: Actor) -> BenefitBatch:
    """Take over what is good; rows with something wrong are left out. Once: again changes nothing.

    Raises: Missing; Refused "pay-file-nothing".
    """
    batch = own(batch_id, by, lock=True)
    if batch.committed_at is not None:
        return batch
    judged = [one for one in judge(batch) if one.verdict in (BankVerdict.NEW, BankVerdict.PAYS)]
    if not judged:
        raise Refused("pay-file-nothing")
    for one in judged:
        _take(one, batch.supplier_id, by)
    batch.committed_at = clock.now()
    batch.added = sum(one.verdict is BankVerdict.NEW for one in judged)
    batch.paid = len(judged) - batch.added
    trail.record(
        Stream.PERSONAL, "pay-file-taken", "benefit_batch", batch.id, by=by, right=Right.SELL,
        added=batch.added, paid=batch.paid,
    )  # fmt: skip
    return batch


def _take(one: Judged, supplier_id: int, by: Actor) -> None:
    row = one.row
    assert row.paid_on is not None  # noqa: S101 - judged good
    assert row.kind is not None  # noqa: S101 - judged good
    if one.benefit_id is not None:
        claim = db.session.get_one(HouseholdBenefit, one.benefit_id)
        benefits.mark_paid((claim.source_kind, claim.source_id), row.paid_on, row.voucher, by=by)
        return
    benefits.draft(
        kind=row.kind,
        supplier_id=supplier_id,
        household_id=one.household_id or 0,
        amount_fen=row.amount_fen,
        paid_on=row.paid_on,
        voucher=row.voucher,
        category_id=one.category_id if row.kind is BenefitKind.PURCHASE else None,
        source=(SOURCE, row.source_id(supplier_id)),
        by=by,
    )
