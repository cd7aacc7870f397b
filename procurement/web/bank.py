"""Bank files: bringing one, explaining its columns, working suspense off by two persons."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import sheets
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind as Kind
from core.db import transaction
from core.errors import Refused
from core.money import parse_yuan
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.inbox import Task
from market.models.bank import FileState
from market.queries import bank_lines
from market.rules.bank_file import BankField
from market.rules.bank_match import MatchKind
from market.services import bank_matching, bank_statements
from procurement.services import bank_files

bp = Blueprint("bank", __name__, url_prefix="/bank")


def waiting(by: Actor) -> int:
    """Lines that nobody has named, and words of others that wait for this person."""
    open_lines = bank_lines.count(by, bank_lines.TABS["open"]) if by.may(Right.BANK_FILE) else 0
    return open_lines + bank_lines.to_decide(by)


OFFICES = {"market": (Kind.SUPPLIER, 25), "canteen": (Kind.UNIT, 45), "supervise": (Kind.FINANCE, 42)}
for section, (kind, order) in OFFICES.items():
    menu.add(
        section, "bank_files", icon="bank", endpoint="bank.index", right=Right.BANK_VIEW, order=order,
        counter=waiting, kinds=frozenset({kind}),
    )  # fmt: skip


def tasks(by: Actor) -> list[Task]:
    """Suspense: money that came and is nobody's yet."""
    found = []
    if by.may(Right.BANK_FILE) and (count := bank_lines.count(by, bank_lines.TABS["open"])):
        text = sentence("task", "bank-lines-open")
        found.append(Task(text, url_for("bank.index"), count, tone="warn", icon="bank"))
    if count := bank_lines.to_decide(by):
        text = sentence("task", "bank-lines-proposed")
        found.append(Task(text, url_for("bank.index", tab="proposed"), count, tone="warn", icon="person-check"))
    return found


@bp.get("")
@requires(Right.BANK_VIEW)
def index() -> ResponseReturnValue:
    who, tab = actor(), request.args.get("tab", "open")
    states = bank_lines.TABS.get(tab, bank_lines.TABS["open"])
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    counts = {name: bank_lines.count(who, of) for name, of in bank_lines.TABS.items()}
    return render_template(
        "procurement/bank/index.html", rows=bank_lines.listed(who, states, page), statements=bank_lines.statements(who),
        tab=tab, counts=counts, page=page, pages=-(-counts.get(tab, 0) // bank_lines.PAGE),
    )  # fmt: skip


@bp.post("/files")
@requires(Right.BANK_FILE)
@again(index)
def upload() -> ResponseReturnValue:
    file, who = request.files.get("file"), actor()
    if file is None or not file.filename:
        raise Refused("bank-file-missing")
    data = file.stream.read(bank_statements.MOST_BYTES + 1)
    with transaction():
        statement = bank_statements.upload(data, file.filename, by=who)
        bank_files.start(statement, by=who)
        statement_id = statement.id
    return redirect(url_for(".file", statement_id=statement_id), 303)


@bp.get("/files/<id:statement_id>")
@requires(Right.BANK_VIEW)
def file(statement_id: int) -> ResponseReturnValue:
    """A file by its state: columns to explain, progress, what came of it."""
    found = bank_lines.statement(statement_id, actor())
    titles = bank_statements.titles_of(found) if found.state is FileState.UNREAD else []
    answer = make_response(
        render_template(
            "procurement/bank/file.html", file=found, titles=titles, faults=bank_lines.faults(found.id)[:100],
            fields=list(BankField), problem=lambda code: sentence("refused", code),
        )
    )  # fmt: skip
    if found.state is FileState.RUNNING:
        answer.headers["Refresh"] = "2"
    return answer


@bp.post("/files/<id:statement_id>/columns")
@requires(Right.BANK_FILE)
@again(file)
def explain(statement_id: int) -> ResponseReturnValue:
    given = {int(name[1:]): word for name, word in request.form.items() if name[:1] == "c" and name[1:].isdigit()}
    who = actor()
    with transaction():
        bank_files.start(bank_statements.explain(statement_id, given, by=who), by=who)
    flash(sentence("message", "bank-columns-kept"))
    return redirect(url_for(".file", statement_id=statement_id), 303)


@bp.get("/files/<id:statement_id>/failed.csv")
@requires(Right.BANK_VIEW)
def failed(statement_id: int) -> ResponseReturnValue:
    """The rows that could not be read, as they stood, with what was wrong."""
    found = bank_lines.statement(statement_id, actor())
    rows = [
        [str(one.row_no), sentence("refused", one.problem), *(str(cell) for cell in one.cells)]
        for one in bank_lines.faults(found.id)
    ]
    head = [sentence("word", "row-no"), sentence("word", "row-problem")]
    answer = Response(sheets.csv_text(head, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="failed-{found.id}.csv"'
    return answer


@bp.get("/lines/<id:line_id>")
@requires(Right.BANK_VIEW)
def line(line_id: int) -> ResponseReturnValue:
    view = bank_lines.view(bank_matching.seen(line_id, actor()))
    return render_template("procurement/bank/line.html", view=view, line=view.line, kinds=MatchKind)


@bp.post("/lines/<id:line_id>/match")
@requires(Right.BANK_FILE)
@again(line)
def propose(line_id: int) -> ResponseReturnValue:
    """One person's word: which slips or acceptances, or for nothing of here."""
    given = request.form.get("kind", "book")
    kind = MatchKind(given) if given in set(MatchKind) else MatchKind.BOOK
    with transaction():
        bank_matching.propose(
            line_id, kind, slips=_sums("slip"), claims={i: fen or 0 for i, fen in _sums("claim").items()},
            reason=request.form.get("reason", "")[:200], by=actor(),
        )  # fmt: skip
    flash(sentence("message", "bank-match-proposed"))
    return redirect(url_for(".line", line_id=line_id), 303)


@bp.post("/lines/<id:line_id>/matches/<id:match_id>/agreement")
@requires(Right.BANK_CHECK)
@again(line)
def agree(line_id: int, match_id: int) -> ResponseReturnValue:
    with transaction():
        bank_files.agree(match_id, by=actor())
    flash(sentence("message", "bank-match-agreed"))
    return redirect(url_for(".line", line_id=line_id), 303)


@bp.post("/lines/<id:line_id>/matches/<id:match_id>/refusal")
@requires(Right.BANK_VIEW)
@again(line)
def refuse(line_id: int, match_id: int) -> ResponseReturnValue:
    with transaction():
        bank_matching.refuse(match_id, by=actor())
    flash(sentence("message", "bank-match-refused"), "warn")
    return redirect(url_for(".line", line_id=line_id), 303)


def _sums(field: str) -> dict[int, Any]:
    """{id: fen or None} of the ticked ones, with the amount typed beside; nonsense is left out."""
    ticked = {int(one) for one in request.form.getlist(field) if one.isascii() and one.isdigit() and len(one) < 19}
    typed = {one: request.form.get(f"{field}-amount-{one}", "").strip() for one in ticked}
    return {one: parse_yuan(text) if text else None for one, text in typed.items()}
