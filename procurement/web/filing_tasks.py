"""What filings and statements put into the inbox: due, returned, to confirm, to review, to decide."""

from collections.abc import Iterator

from flask import url_for

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.text import sentence
from core.web.inbox import Task
from procurement.queries import canteens, declaration_desk, declarations, statements
from procurement.queries.declarations import WAITING
from procurement.rules.declaration import DeclarationState


def tasks(who: Actor) -> Iterator[Task]:
    """All of them for one person."""
    if who.organisation_id is None:
        return
    if who.may(Right.DECLARE) and who.organisation_kind is OrganisationKind.UNIT:
        yield from _filing(who)
    if who.may(Right.DECLARATION_REVIEW) and (rows := declaration_desk.to_review(who)):
        yield _task("declarations-to-review", url_for("declarations.review_list"), len(rows))
    if who.may(Right.DECLARATION_DECIDE) and (count := declaration_desk.to_decide_count()):
        yield _task("declarations-to-decide", url_for("declarations.queue", state="waiting"), count)
    if who.may(Right.SPENDING_STATE):
        yield from _months_due(who)
    if who.may(Right.SPENDING_CONFIRM):
        yield from _to_confirm(who)


def _filing(who: Actor) -> Iterator[Task]:
    year, today = clock.today().year, clock.today()
    stand, window = declarations.stand(who.office_id, year), declarations.window(year)
    pending = stand.pending
    here = url_for("declarations.index")
    if pending is not None and pending.state is DeclarationState.RETURNED:
        note = sentence("inbox", "declaration-returned-note", reason=pending.decision_reason)
        yield Task(sentence("inbox", "declaration-returned", year=year), here, note=note, tone="danger", icon="reply")
    elif stand.current is None and not any(version.state in WAITING for version in stand.versions):
        late = today > window.closes_on
        tone = "danger" if late else "warn"
        text = sentence("inbox", "declaration-late" if late else "declaration-due", year=year)
        yield Task(text, here, due_on=window.closes_on, tone=tone, icon="file-earmark-text")


def _months_due(who: Actor) -> Iterator[Task]:
    today = clock.today()
    rooms = [row.id for row in canteens.of_actor(who)]
    years = (today.year - 1, today.year) if today.month == 1 else (today.year,)
    for year in years:
        for canteen in statements.year_of(rooms, year):
            for cell in canteen.months:
                if not cell.owed or cell.is_confirmed or (cell.state and cell.state.value == "submitted"):
                    continue
                if (year, cell.month) == (today.year, today.month):
                    continue
                tone = "danger" if cell.is_overdue(today) else "warn"
                here = url_for("statements.month", canteen_id=canteen.canteen_id, year=year, month=cell.month)
                text = sentence("inbox", "statement-due", name=canteen.name, year=year, month=cell.month)
                yield Task(text, here, due_on=cell.due_on, tone=tone, icon="receipt")


def _to_confirm(who: Actor) -> Iterator[Task]:
    rooms = {row.id: row.name for row in canteens.of_actor(who)}
    for made in statements.waiting_for_confirmation(list(rooms), not_by=who.person_id):
        here = url_for("statements.month", canteen_id=made.canteen_id, year=made.fiscal_year, month=made.month)
        text = sentence("inbox", "statement-to-confirm", name=rooms[made.canteen_id], month=made.month)
        note = sentence("inbox", "statement-sum", total_fen=made.total_fen)
        yield Task(text, here, note=note, tone="warn", icon="check2-square")


def _task(code: str, href: str, count: int) -> Task:
    return Task(sentence("inbox", code), href, count=count, tone="warn", icon="clipboard-check")
