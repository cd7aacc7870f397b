"""Monthly statements: a supplier checks its own on the phone, finance answers, closes and looks over all."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import sheets
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import label, sentence
from core.web import menu
from core.web import papers as printed
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText
from core.web.inbox import Task
from market.queries import bill_papers
from market.queries import supplier_bills as bills
from market.queries.supplier_bills import BillView
from market.rules.bill import EARNED, RECEIVED, BillState, EntryCause
from market.services import supplier_bills

bp = Blueprint("supplier_bills", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def to_check(by: Actor) -> int:
    """Statements that wait for the supplier."""
    return bills.count(by, states=[BillState.ISSUED])


def to_close(by: Actor) -> int:
    """Statements that wait for finance."""
    return bills.count(by, states=[BillState.CHECKED, BillState.OBJECTED])


menu.add(
    "market", "supplier_bills", icon="journal-check", endpoint="supplier_bills.mine", right=Right.SELL, order=22,
    counter=to_check,
)  # fmt: skip
menu.add(
    "supervise", "all_bills", icon="journal-check", endpoint="supplier_bills.every", right=Right.AUDIT, order=44,
    counter=to_close,
)  # fmt: skip


def tasks(by: Actor) -> list[Task]:
    """Statements to check, to close, to answer."""
    if by.may(Right.SELL) and (count := to_check(by)):
        text = sentence("task", "bills-to-check")
        return [Task(text, url_for("supplier_bills.mine"), count, tone="info", icon="journal-check")]
    if by.may(Right.BILL_CLOSE) and (count := to_close(by)):
        text = sentence("task", "bills-to-close")
        return [Task(text, url_for("supplier_bills.every"), count, tone="info", icon="journal-check")]
    return []


class ReasonForm(Form):
    reason = ShortText(most=200)


@bp.get("/supplier/bills")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    who = actor()
    return render_template(
        "market/bills/mine.html", rows=bills.listed(who), running=bills.running(who), earned=EARNED, received=RECEIVED,
        causes=EntryCause,
    )  # fmt: skip


@bp.get("/finance/bills")
@requires(Right.AUDIT)
def every() -> ResponseReturnValue:
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    total = bills.count(actor())
    return render_template(
        "market/bills/every.html", rows=bills.listed(actor(), page=page), total=total, page=page,
        pages=-(-total // bills.PAGE), causes=EntryCause, differences=bills.differences(),
    )  # fmt: skip


@bp.get("/bills/<id:bill_id>")
@requires(Right.BILL_VIEW)
def show(bill_id: int) -> ResponseReturnValue:
    view = _view(bill_id)
    return render_template(
        "market/bills/show.html", view=view, row=view.row, bill=view.row.bill, earned=EARNED, received=RECEIVED,
        causes=EntryCause, form=ReasonForm(), provider=bills.against_provider(bill_id),
    )  # fmt: skip


@bp.get("/bills/<id:bill_id>.pdf")
@requires(Right.BILL_VIEW)
def paper(bill_id: int) -> ResponseReturnValue:
    """供应商月结对账单."""
    return printed.answer("supplier_bill", bill_papers.bill(_view(bill_id)), actor())


@bp.get("/bills/<id:bill_id>.xlsx")
@requires(Right.BILL_VIEW)
def sheet(bill_id: int) -> ResponseReturnValue:
    """The same rows as a workbook."""
    view = _view(bill_id)
    titles = [sentence("bill_column", code) for code in ("on", "cause", "document", "buyer", "amount")]
    columns = [sheets.Column(title, "yuan" if title == titles[-1] else "text", 20) for title in titles]
    rows = [
        (one.entry.occurred_on, label(one.entry.cause), one.entry.document_no, one.buyer_name, one.entry.amount_fen)
        for one in view.entries
    ]
    data = sheets.write([(view.row.bill.bill_no, columns, rows), bill_papers.sums_table(view)])
    answer = Response(data, content_type=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{view.row.bill.bill_no}.xlsx"'
    return answer


@bp.post("/bills/<id:bill_id>/check")
@requires(Right.SELL)
@again(show)
def check(bill_id: int) -> ResponseReturnValue:
    with transaction():
        supplier_bills.check(bill_id, by=actor())
    flash(sentence("message", "bill-checked"))
    return redirect(url_for(".show", bill_id=bill_id), 303)


@bp.post("/bills/<id:bill_id>/objection")
@requires(Right.SELL)
@again(show)
def object_to(bill_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    form.require()
    with transaction():
        supplier_bills.object_to(bill_id, reason=form.reason.data, by=actor())
    flash(sentence("message", "bill-objected"), "warn")
    return redirect(url_for(".show", bill_id=bill_id), 303)


@bp.post("/bills/<id:bill_id>/answer")
@requires(Right.BILL_CLOSE)
@again(show)
def answer(bill_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    form.require()
    with transaction():
        supplier_bills.answer(bill_id, reason=form.reason.data, by=actor())
    flash(sentence("message", "bill-answered"))
    return redirect(url_for(".show", bill_id=bill_id), 303)


@bp.post("/bills/<id:bill_id>/close")
@requires(Right.BILL_CLOSE)
@again(show)
def close(bill_id: int) -> ResponseReturnValue:
    with transaction():
        supplier_bills.close(bill_id, by=actor())
    flash(sentence("message", "bill-closed"))
    return redirect(url_for(".show", bill_id=bill_id), 303)


def _view(bill_id: int) -> BillView:
    found = bills.find(bill_id, actor())
    if found is None:
        raise Missing("no-such-bill")
    return found
