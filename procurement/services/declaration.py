"""The reserve declaration 预留份额填报: drafts, submission, review, confirmation, and the upward amendment.

`by` must act for the unit (or its superior, or finance): foreign units are Missing. Every step locks the unit's row of
the year first, writes an event and a trail entry, and brings the envelope in step when what is in force changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.rules import identifiers
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.money import ceil_share
from core.organisations.models import Organisation
from core.states import advance
from procurement.models.declaration import Declaration
from procurement.queries import declarations, terms
from procurement.rules import declaration as rules
from procurement.rules.amendment import DeclarationKind, Direction, Figures, check_amendment, direction
from procurement.rules.declaration import DECLARATION, CanteenStatus, DeclarationAct, DeclarationState, PartKind
from procurement.services import declaration_rows as rows


@dataclass(frozen=True)
class Sheet:
    """What a person fills in. Money in fen; `parts`: kind → (fen, paper); `reserves`: scheme code → fen."""

    canteen: CanteenStatus
    parts: Mapping[PartKind, tuple[int, str]] = field(default_factory=dict)
    reserves: Mapping[str, int] = field(default_factory=dict)
    lead_unit_id: int | None = None
    contractor_name: str = ""
    contractor_uscc: str = ""
    contract_file_id: int | None = None
    contract_clause: bool = False
    union_expected_fen: int = 0
    explanation: str = ""

    @property
    def total_fen(self) -> int:
        """The sum of the parts; nothing for who files no total of their own."""
        return sum(fen for fen, _ in self.parts.values()) if self.canteen.has_total else 0


def open_draft(unit_id: int, year: int, *, by: Actor) -> Declaration:
    """A draft to fill in: the open one if there is one, else a new version, prefilled from the one in force or last
    year's. Raises: Missing for a foreign unit.
    """
    rows.own_unit(unit_id, by)
    stand = declarations.stand(unit_id, year)
    if stand.pending is not None:
        return stand.pending
    kind = DeclarationKind.FILING if _own(stand) is None else DeclarationKind.AMENDMENT
    model = stand.current or declarations.stand(unit_id, year - 1).current
    made = rows.new_version(unit_id, year, kind, by)
    if model is not None:
        rows.copy(model, made)
    rows.note(made, "declaration-opened", by)
    return made


def prefill(unit_id: int, year: int, sheet: Sheet, *, by: Actor) -> bool:
    """A first draft out of the register, for the unit to check, complete and submit: whoever submits is its author.

    False, and nothing is touched, when the unit has any version of the year.
    """
    rows.lock_unit(unit_id)
    if declarations.stand(unit_id, year).versions:
        return False
    made = rows.new_version(unit_id, year, DeclarationKind.FILING, by)
    _write(made, sheet)
    rows.note(made, "declaration-prefilled", by, right=Right.REGISTER_MANAGE, total_fen=made.total_fen)
    return True


def save(declaration_id: int, sheet: Sheet, *, by: Actor) -> Declaration:
    """Replace what a draft says. Raises: Refused "state-forbids-act" unless it is a draft."""
    made = rows.locked(declaration_id)
    rows.own_unit(made.unit_id, by)
    if made.state is not DeclarationState.DRAFT:
        raise Refused("state-forbids-act", noun=DECLARATION.noun, state=made.state.value, act="save")
    _write(made, sheet)
    rows.note(made, "declaration-saved", by, total_fen=made.total_fen)
    return made


def _write(made: Declaration, sheet: Sheet) -> None:
    made.canteen_status, made.total_fen = sheet.canteen, sheet.total_fen
    made.lead_unit_id = sheet.lead_unit_id if sheet.canteen is CanteenStatus.SHARED_MEMBER else None
    made.contractor_name, made.contractor_uscc = sheet.contractor_name, sheet.contractor_uscc
    made.contract_file_id = sheet.contract_file_id or made.contract_file_id
    made.contract_clause, made.union_expected_fen = sheet.contract_clause, sheet.union_expected_fen
    made.explanation = sheet.explanation
    parts = sheet.parts if sheet.canteen.has_total else {}
    rows.fill(made.id, {k: v for k, v in parts.items() if v[0]}, sheet.reserves if sheet.canteen.has_total else {})


def submit(declaration_id: int, *, by: Actor) -> Declaration:
    """Send a draft on. An upward amendment is in force at once (97b); a late filing is marked (13).

    Raises: Refused "declaration-…", "amendment-…" with the figures that are wrong.
    """
    made = rows.locked(declaration_id)
    rows.own_unit(made.unit_id, by)
    unit = db.session.get_one(Organisation, made.unit_id)
    on, filing = clock.today(), declarations.filing_of(made)
    act = rules.submit_act(first_level=unit.parent_id is None)
    state = advance(DECLARATION, made.state, act, "unit")
    if made.canteen_status is CanteenStatus.OUTSOURCED and made.contractor_uscc:
        made.contractor_uscc = identifiers.credit_code(made.contractor_uscc)
    rules.check(filing, terms.in_force(made.fiscal_year), on, declarations.before(made.unit_id, made.fiscal_year))
    way = None
    if made.kind is DeclarationKind.AMENDMENT:
        way = check_amendment(_figures_in_force(made), _figures(filing), on, reason=made.explanation)
    else:
        opened = unit.opened_on if unit.opened_on.year == made.fiscal_year else None
        made.is_late = declarations.window(made.fiscal_year).is_late(on, opened)
    made.state, made.submitted_at, made.author_id = state, clock.now(), by.person_id
    if way is Direction.UP:
        made.in_force_from = clock.now()
    rows.note(made, "declaration-submitted", by, total_fen=made.total_fen, is_late=made.is_late)
    rows.sync(made)
    return made


def review(declaration_id: int, *, by: Actor) -> Declaration:
    """The superior unit lets a filing pass on to finance."""
    made = rows.locked(declaration_id)
    rows.superior_of(made.unit_id, by)
    made.state = advance(DECLARATION, made.state, DeclarationAct.REVIEW, "superior")
    made.reviewed_by_id = by.person_id
    rows.note(made, "declaration-reviewed", by, right=Right.DECLARATION_REVIEW)
    return made


def confirm(declaration_id: int, *, by: Actor) -> Declaration:
    """Finance puts a filing in force. The author cannot be the one who confirms.

    Raises: Refused "declaration-same-person".
    """
    made = rows.locked(declaration_id)
    made.state = advance(DECLARATION, made.state, DeclarationAct.CONFIRM, "finance")
    if made.author_id == by.person_id:
        raise Refused("declaration-same-person")
    made.decided_by_id, made.decided_at = by.person_id, clock.now()
    made.in_force_from = made.in_force_from or clock.now()
    rows.note(made, "declaration-confirmed", by, right=Right.DECLARATION_DECIDE, total_fen=made.total_fen)
    rows.sync(made)
    return made


def send_back(declaration_id: int, reason: str, *, by: Actor) -> Declaration:
    """The superior (submitted) or finance (reviewed) returns a filing with a reason.

    Raises: Refused "reason-missing"; Missing when it is not theirs to decide.
    """
    made = rows.locked(declaration_id)
    if not reason.strip():
        raise Refused("reason-missing")
    as_finance = by.may(Right.DECLARATION_DECIDE) and made.state is DeclarationState.REVIEWED
    if not as_finance:
        rows.superior_of(made.unit_id, by)
    made.state = advance(DECLARATION, made.state, DeclarationAct.SEND_BACK, "finance" if as_finance else "superior")
    made.decided_by_id, made.decided_at, made.decision_reason = by.person_id, clock.now(), reason
    rows.note(made, "declaration-returned", by, reason=reason)
    rows.sync(made)
    return made


def revise(declaration_id: int, *, by: Actor) -> Declaration:
    """The unit takes a returned filing up again."""
    made = rows.locked(declaration_id)
    rows.own_unit(made.unit_id, by)
    made.state = advance(DECLARATION, made.state, DeclarationAct.REVISE, "unit")
    made.in_force_from = None
    rows.note(made, "declaration-revised", by)
    return made


def amend_up(unit_id: int, year: int, total_fen: int, reason: str, by: Actor) -> Declaration:
    """Raise a unit's total to `total_fen`, in force on submission; finance confirms after (rule 97b).

    The rise stands on the largest part with `reason` as its paper; reserves grow to their minimum and never fall.
    Raises: Refused "amendment-without-filing", "amendment-not-up", "reason-missing".
    """
    unit = rows.own_unit(unit_id, by)
    if not reason.strip():
        raise Refused("reason-missing")
    rows.lock_unit(unit_id)
    stand = declarations.stand(unit_id, year)
    if stand.current is None or not stand.current.canteen_status.has_total:
        raise Refused("amendment-without-filing", year=year)
    if total_fen <= stand.figures.total_fen:
        raise Refused("amendment-not-up", total_fen=stand.figures.total_fen)
    act = rules.submit_act(first_level=unit.parent_id is None)
    state = advance(DECLARATION, DeclarationState.DRAFT, act, "unit")
    made = rows.new_version(unit_id, year, DeclarationKind.AMENDMENT, by)
    rows.copy(stand.current, made)
    _raise(made, total_fen, stand.figures, reason)
    rules.check(declarations.filing_of(made), terms.in_force(year), clock.today())
    made.state, made.submitted_at, made.in_force_from = state, clock.now(), clock.now()
    rows.note(made, "declaration-raised", by, total_fen=total_fen, reason=reason)
    rows.sync(made)
    return made


def _raise(made: Declaration, total_fen: int, old: Figures, reason: str) -> None:
    parts = {kind: (row.amount_fen, row.paper) for kind, row in declarations.parts_of(made.id).items()}
    largest = max(parts, key=lambda kind: parts[kind][0], default=PartKind.STAFF_MEALS)
    held_fen, paper = parts.get(largest, (0, ""))
    parts[largest] = (held_fen + total_fen - old.total_fen, paper or reason)
    reserves = {
        code: max(old.reserves.get(code, 0), ceil_share(total_fen, own.min_bp))
        for code, own in terms.in_force(made.fiscal_year).items()
    }
    made.total_fen, made.explanation = total_fen, reason
    rows.fill(made.id, parts, reserves)


def _own(stand: declarations.Stand) -> Declaration | None:
    """The unit's own filing in force; an assessment is not its own (rule 92)."""
    current = stand.current
    return None if current is None or current.kind is DeclarationKind.ASSESSMENT else current


def _figures(filing: rules.Filing) -> Figures:
    return Figures(filing.total_fen, filing.reserves)


def _figures_in_force(made: Declaration) -> Figures:
    return declarations.stand(made.unit_id, made.fiscal_year).figures


def is_upward(made: Declaration) -> bool:
    """Whether a version only raises what is in force."""
    figures = Figures(made.total_fen, declarations.reserves_of([made.id]).get(made.id, {}))
    return direction(_figures_in_force(made), figures) is Direction.UP
