"""Bank files and their lines as people work on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import any_of, db
from core.errors import Missing
from core.organisations.models import Organisation
from core.people import queries as people
from market.models.bank import (
    BankFault,
    BankLanding,
    BankLine,
    BankMatch,
    BankMatchPart,
    BankStatement,
    PayerAlias,
)
from market.models.delivery import Acceptance
from market.models.order import Order
from market.models.settlement import Transfer
from market.queries import bank_slips, payables
from market.queries.payables import Claim
from market.rules import bank_match
from market.rules.bank_match import Candidate, LineState, MatchState

PAGE = 50
TABS: dict[str, tuple[LineState, ...]] = {
    "open": (LineState.OPEN, LineState.REST),
    "proposed": (LineState.PROPOSED,),
    "settled": (LineState.SETTLED,),
    "other": (LineState.OTHER, LineState.RETURNED),
}


@dataclass(frozen=True)
class LineRow:
    """A line with whose file it stood in."""

    line: BankLine
    owner_name: str


@dataclass(frozen=True)
class Part:
    """What a line was said to pay: a slip's or an acceptance's number, fen."""

    match_id: int
    number: str
    buyer_name: str
    amount_fen: int


@dataclass(frozen=True)
class Offered:
    """A candidate with the slips it stands for."""

    candidate: Candidate
    slips: tuple[Transfer, ...]
    buyers: tuple[str, ...]

    @property
    def total_fen(self) -> int:
        """What the slips say together."""
        return sum(slip.amount_fen for slip in self.slips)


@dataclass(frozen=True)
class LineView:
    """A line, what was said about it, what it may be."""

    line: BankLine
    owner_name: str
    file_name: str
    matches: tuple[BankMatch, ...]
    parts: tuple[Part, ...]
    landings: tuple[tuple[Transfer, int], ...]
    offered: tuple[Offered, ...]
    claims: tuple[Claim, ...]
    names: dict[int, str]

    @property
    def waiting(self) -> BankMatch | None:
        """The word that waits for a second person."""
        return next((one for one in self.matches if one.state is MatchState.PROPOSED), None)

    @property
    def rest_fen(self) -> int:
        """What of it is still nobody's."""
        return self.line.amount_fen - self.line.landed_fen


def mine(by: Actor) -> sa.ColumnElement[bool]:
    """The lines an actor may see: of their office; finance every one."""
    return sa.true() if by.organisation_kind is OrganisationKind.FINANCE else BankLine.owner_id.in_(by.scope_ids)


def count(by: Actor, states: Sequence[LineState]) -> int:
    """How many lines stand there."""
    query = sa.select(sa.func.count(BankLine.id)).where(BankLine.state.in_(states), mine(by))
    return db.session.scalar(query) or 0


def to_decide(by: Actor) -> int:
    """Words of others that wait for this actor's yes."""
    if not by.may(Right.BANK_CHECK):
        return 0
    query = (
        sa.select(sa.func.count(BankMatch.id))
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .where(BankMatch.state == MatchState.PROPOSED, BankMatch.proposed_by_id != by.person_id, mine(by))
    )
    return db.session.scalar(query) or 0


def listed(by: Actor, states: Sequence[LineState], page: int) -> list[LineRow]:
    """Lines, the newest day first."""
    rows = db.session.execute(
        sa.select(BankLine, Organisation.name)
        .join(Organisation, Organisation.id == BankLine.owner_id)
        .where(BankLine.state.in_(states), mine(by))
        .order_by(BankLine.bank_day_on.desc(), BankLine.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [LineRow(line, name) for line, name in rows]


def statements(by: Actor, *, most: int = 20) -> list[BankStatement]:
    """The office's files, the newest first."""
    own = sa.true() if by.organisation_kind is OrganisationKind.FINANCE else BankStatement.owner_id.in_(by.scope_ids)
    return list(
        db.session.scalars(
            sa.select(BankStatement).where(own).order_by(BankStatement.created_at.desc(), BankStatement.id).limit(most)
        )
    )


def statement(statement_id: int, by: Actor) -> BankStatement:
    """A file of the actor's office; finance sees all. Raises: Missing."""
    found = db.session.get(BankStatement, statement_id)
    if found is None or not (by.organisation_kind is OrganisationKind.FINANCE or found.owner_id in by.scope_ids):
        raise Missing("no-such-bank-statement")
    return found


def faults(statement_id: int) -> list[BankFault]:
    """Rows that could not be read."""
    query = sa.select(BankFault).where(BankFault.statement_id == statement_id).order_by(BankFault.row_no)
    return list(db.session.scalars(query))


def view(line: BankLine) -> LineView:
    """Everything the page of one line shows."""
    file = db.session.get_one(BankStatement, line.statement_id)
    owner = db.session.get_one(Organisation, line.owner_id)
    matches = tuple(
        db.session.scalars(sa.select(BankMatch).where(BankMatch.line_id == line.id).order_by(BankMatch.id.desc()))
    )
    landings = db.session.execute(
        sa.select(Transfer, BankLanding.amount_fen)
        .join(BankLanding, BankLanding.transfer_id == Transfer.id)
        .where(BankLanding.line_id == line.id)
    ).all()
    people_ids = {one for match in matches for one in (match.proposed_by_id, match.decided_by_id) if one}
    works = line.state in (LineState.OPEN, LineState.REST)
    return LineView(
        line, owner.name, file.name, matches, tuple(_parts([match.id for match in matches])),
        tuple((row[0], row[1]) for row in landings), tuple(_offered(line)) if works else (),
        tuple(_claims(line)) if works else (), people.names(people_ids),
    )  # fmt: skip


def _offered(line: BankLine) -> list[Offered]:
    slips = bank_slips.open_slips(line.owner_id, line.side)
    found = bank_match.candidates(bank_slips.money(line), slips)
    ids = {one for candidate in found for one in candidate.slip_ids}
    rows = db.session.execute(
        sa.select(Transfer, Organisation.name)
        .join(Organisation, Organisation.id == Transfer.buyer_id)
        .where(any_of(Transfer.id, ids))
    )
    known = {transfer.id: (transfer, name) for transfer, name in rows}
    return [
        Offered(one, tuple(known[i][0] for i in one.slip_ids), tuple(dict.fromkeys(known[i][1] for i in one.slip_ids)))
        for one in found
    ]


def _claims(line: BankLine) -> list[Claim]:
    """Open claims without a slip; those of a payer whose name is known stand first."""
    found = [
        one
        for one in payables.claims(bank_slips.orders_in_sight(line.owner_id, line.side), payables.is_open())
        if one.open_fen
    ]
    names = bank_slips.names_of({one.buyer_id for one in found})
    found.sort(key=lambda one: (line.party not in names[one.buyer_id], one.accepted_on, one.acceptance_id))
    return found[:40]


def _parts(match_ids: Sequence[int]) -> list[Part]:
    buyer = sa.orm.aliased(Organisation)
    rows = db.session.execute(
        sa.select(
            BankMatchPart.match_id,
            sa.func.coalesce(Transfer.transfer_no, Acceptance.acceptance_no),
            buyer.name,
            BankMatchPart.amount_fen,
        )
        .outerjoin(Transfer, Transfer.id == BankMatchPart.transfer_id)
        .outerjoin(Acceptance, Acceptance.id == BankMatchPart.acceptance_id)
        .outerjoin(Order, Order.id == Acceptance.order_id)
        .join(buyer, buyer.id == sa.func.coalesce(Transfer.buyer_id, Order.buyer_id))
        .where(any_of(BankMatchPart.match_id, match_ids))
        .order_by(BankMatchPart.id)
    )
    return [Part(*row) for row in rows]


@dataclass(frozen=True)
class AliasRow:
    """A name under which a unit's money may come."""

    alias: PayerAlias
    unit_name: str
    names: dict[int, str]

    @property
    def since(self) -> date:
        """When it was written down."""
        return self.alias.proposed_at.date()


def aliases(by: Actor) -> list[AliasRow]:
    """The unit's own ones; finance sees all. Those to be checked first."""
    own = sa.true() if by.organisation_kind is OrganisationKind.FINANCE else PayerAlias.unit_id.in_(by.scope_ids)
    rows = db.session.execute(
        sa.select(PayerAlias, Organisation.name)
        .join(Organisation, Organisation.id == PayerAlias.unit_id)
        .where(own, PayerAlias.ended_at.is_(None))
        .order_by(PayerAlias.checked_at.is_not(None), Organisation.name, PayerAlias.id)
        .limit(500)
    ).all()
    ids = {one for alias, _ in rows for one in (alias.proposed_by_id, alias.checked_by_id) if one}
    names = people.names(ids)
    return [AliasRow(alias, name, names) for alias, name in rows]


def unchecked(by: Actor) -> int:
    """Aliases that wait for this actor."""
    own = sa.true() if by.organisation_kind is OrganisationKind.FINANCE else PayerAlias.unit_id.in_(by.scope_ids)
    query = sa.select(sa.func.count(PayerAlias.id)).where(
        own, PayerAlias.checked_at.is_(None), PayerAlias.ended_at.is_(None), PayerAlias.proposed_by_id != by.person_id
    )
    return db.session.scalar(query) or 0
