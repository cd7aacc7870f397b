"""What a supplier owes to households: the list, the file for the bank, the bank's answer; and the posted prices."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import payables, purchases
from catalog.queries import suppliers as own
from catalog.rules.purchase import PaymentOutcome
from catalog.services import pay_files, payouts
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.files.services import MAX_PAPER
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, fresh_login, requires
from core.web.forms import Form, ShortText, YuanField

bp = Blueprint("payables", __name__, url_prefix="/farm")


def waiting(by: Actor) -> int:
    """Households that wait for money, for the menu."""
    return payables.totals(by).households if own.find_own(by) else 0


menu.add(
    "market", "payables", icon="cash-coin", endpoint="payables.listed", right=Right.SELL, order=40, counter=waiting
)


NEVER_KEPT = "no-store, no-cache, must-revalidate, private, max-age=0"


class PayFileForm(Form):
    reason = ShortText(most=100)


class PriceForm(Form):
    price = YuanField(least=1)


@bp.get("/payables")
@requires(Right.SELL)
def listed() -> ResponseReturnValue:
    who = actor()
    rows = payables.owed(who)
    return render_template(
        "catalog/farm/payables.html", rows=rows, totals=payables.totals(who), files=payables.files(who),
        accounts=pay_files.masked([row.household_code for row in rows]),
    )  # fmt: skip


@bp.post("/payables/bank.csv")
@requires(Right.PAY_FILE)
@again(listed)
@fresh_login()
def bank_file() -> ResponseReturnValue:
    """Accounts in the open: the answer to this POST, kept by no browser, on record household by household."""
    form = PayFileForm()
    form.require()
    with transaction():
        data = pay_files.make(reason=form.reason.data, by=actor())
    answer = Response(data, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="payables-{clock.today():%Y%m%d}.csv"'
    answer.headers["Cache-Control"] = NEVER_KEPT
    return answer


@bp.post("/payables/results")
@requires(Right.SELL)
@again(listed)
def take_result() -> ResponseReturnValue:
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Refused("bank-file-empty")
    data = given.stream.read(MAX_PAPER + 1)
    if len(data) > MAX_PAPER:
        raise Refused("file-too-large", megabytes=MAX_PAPER // 1024 // 1024)
    with transaction():
        file_id = payouts.take_result(data, name=given.filename, by=actor())
    return redirect(url_for(".result", file_id=file_id), 303)


@bp.get("/payables/results/<id:file_id>")
@requires(Right.SELL)
def result(file_id: int) -> ResponseReturnValue:
    found = payables.result(file_id, actor())
    return render_template("catalog/farm/result.html", file=found, outcomes=list(PaymentOutcome))


@bp.get("/prices")
@requires(Right.SELL)
def prices() -> ResponseReturnValue:
    return render_template("catalog/farm/prices.html", rows=purchases.goods(actor()), text=purchases.price_text)


@bp.post("/prices/<id:product_id>")
@requires(Right.SELL)
@again(prices)
def post_price(product_id: int) -> ResponseReturnValue:
    form = PriceForm()
    form.require()
    with transaction():
        payouts.post_price(product_id, form.price.data * 100, by=actor())
    flash(sentence("message", "purchase-price-posted"))
    return redirect(url_for(".prices"), 303)
