"""Purchase plans: the list, a new one, one plan with its gate, and every step of its life."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import clean
from procurement.queries import basket, canteens, plan_gate, unit_debt
from procurement.queries import plans as plan_queries
from procurement.rules.plan import PlanState
from procurement.services import overdue_orders, plan_lines, plan_releases, plans
from procurement.web.plan_forms import PeriodForm, changes, picked, whole

bp = Blueprint("plans", __name__, url_prefix="/canteen/plans")
menu.add("canteen", "plans", icon="journal-check", endpoint="plans.index", right=Right.UNIT_VIEW, order=20)
_TABS = {
    "open": (PlanState.DRAFT, PlanState.RETURNED, PlanState.SUBMITTED, PlanState.APPROVED),
    "approved": (PlanState.APPROVED,),
    "submitted": (PlanState.SUBMITTED,),
    "over": (PlanState.CLOSED, PlanState.WITHDRAWN),
}


@bp.get("")
@requires(Right.UNIT_VIEW)
def index() -> ResponseReturnValue:
    tab = request.args.get("state", "open")
    tab = tab if tab in _TABS else "open"
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    rows, total = plan_queries.page_of(actor(), states=_TABS[tab], page=page)
    pages = -(-total // plan_queries.PAGE)
    return render_template(
        "procurement/plans/list.html", rows=rows, total=total, page=page, pages=pages, tab=tab, size=plan_queries.PAGE
    )


@bp.get("/new")
@requires(Right.PLAN)
def new() -> ResponseReturnValue:
    rooms = canteens.of_actor(actor())
    form = PeriodForm(data=PeriodForm.next_week())
    last = {room.id: plan_queries.latest(actor(), room.id) for room in rooms}
    return render_template("procurement/plans/new.html", form=form, rooms=rooms, last=last)


@bp.post("")
@requires(Right.PLAN)
@again(new)
def start() -> ResponseReturnValue:
    form = PeriodForm()
    form.require()
    with transaction():
        plan = plans.start(
            form.canteen.data,
            period_from=form.period_from.data,
            period_to=form.period_to.data,
            note=form.note.data or "",
            copy_of=form.copy_of.data or None,
            by=actor(),
        )
        token = plan.token
    flash(sentence("message", "plan-copied" if form.copy_of.data else "plan-started"), "ok")
    return redirect(url_for("plans.show", token=token), 303)


@bp.get("/<token>")
@requires(Right.UNIT_VIEW)
def show(token: str) -> ResponseReturnValue:
    view = plan_queries.view(token, actor())
    lines = [one.line for one in view.lines]
    canteen = canteens.named(view.plan.canteen_id)
    is_open = view.plan.state in (PlanState.DRAFT, PlanState.RETURNED, PlanState.SUBMITTED)
    offers = basket.eligible(canteen.kind.value) if is_open else []
    gate = plan_gate.of_plan(view.plan, lines, kind=canteen.kind.value, among=offers)
    missing = max((s.found.basket_fen or 0 for s in gate.warnings if s.room.is_headline), default=0)
    if not missing and gate.is_behind:
        missing = gate.rooms[0].headline.to_order_fen
    headline = gate.rooms[0].headline.code
    found = basket.suggest(missing, lines, among=offers, headline=headline)
    return render_template(
        "procurement/plans/show.html", view=view, plan=view.plan, canteen=canteen, gate=gate, room=gate.rooms[0],
        basket=found, missing_fen=missing, debt=unit_debt.of_plan(view.plan),
        typed=request.form if request.method == "POST" else {},
    )  # fmt: skip


def _back(token: str, code: str, **facts: object) -> ResponseReturnValue:
    flash(sentence("message", code, **facts), "ok")
    return redirect(url_for("plans.show", token=token), 303)


def _version() -> int:
    return whole(clean(request.form.get("version")))


@bp.post("/<token>/lines")
@requires(Right.PLAN)
@again(show)
def save(token: str) -> ResponseReturnValue:
    said = changes(request.form, plan_queries.view(token, actor()).lines)
    with transaction():
        plan_lines.save(token, version=_version(), changes=said, by=actor())
    return _back(token, "plan-saved")


@bp.post("/<token>/submission")
@requires(Right.PLAN)
@again(show)
def submit(token: str) -> ResponseReturnValue:
    said = changes(request.form, plan_queries.view(token, actor()).lines)
    ask = request.form.get("ask_release") == "1"
    with transaction():
        plan = plans.save_and_submit(token, version=_version(), changes=said, ask_release=ask, by=actor())
        state, limit = plan.state, canteens.named(plan.canteen_id).rule_limit_fen
    if state is PlanState.APPROVED:
        return _back(token, "plan-approved-by-rule", limit_fen=limit)
    return _back(token, "plan-submitted")


@bp.post("/<token>/basket")
@requires(Right.PLAN)
@again(show)
def add_basket(token: str) -> ResponseReturnValue:
    wanted = picked(request.form, "offer")
    with transaction():
        count = plan_lines.add_offers(token, version=_version(), packs=wanted, by=actor())
    return _back(token, "plan-basket-added", count=count)


@bp.post("/<token>/approval")
@requires(Right.PLAN_APPROVE)
@again(show)
def approve(token: str) -> ResponseReturnValue:
    with transaction():
        plans.approve(
            token,
            version=_version(),
            by=actor(),
            decision_file_id=uploads.find("decision", "plan-decision"),
            reason=clean(request.form.get("reason"))[:200],
            emergency_reason=clean(request.form.get("emergency_reason"))[:200],
        )
    return _back(token, "plan-approved")


@bp.post("/<token>/overdue")
@requires(Right.PLAN_APPROVE)
@again(show)
def agree_overdue(token: str) -> ResponseReturnValue:
    with transaction():
        overdue_orders.agree(token, by=actor())
    return _back(token, "overdue-agreed")


@bp.post("/<token>/return")
@requires(Right.PLAN_APPROVE)
@again(show)
def send_back(token: str) -> ResponseReturnValue:
    with transaction():
        plans.send_back(token, version=_version(), reason=clean(request.form.get("reason"))[:200], by=actor())
    return _back(token, "plan-returned")


@bp.post("/<token>/total")
@requires(Right.DECLARE)
@again(show)
def raise_total(token: str) -> ResponseReturnValue:
    total = min(int(f"0{''.join(c for c in request.form.get('total_fen', '') if c in '0123456789')[:14]}"), 10**13)
    reason = clean(request.form.get("reason"))[:200]
    with transaction():
        plan_releases.raise_total(token, version=_version(), total_fen=total, reason=reason, by=actor())
    return _back(token, "total-raised", total_fen=total)


@bp.post("/<token>/withdrawal")
@requires(Right.PLAN)
@again(show)
def withdraw(token: str) -> ResponseReturnValue:
    with transaction():
        plans.withdraw(token, version=_version(), by=actor())
    return _back(token, "plan-withdrawn")


@bp.post("/<token>/taking-back")
@requires(Right.PLAN)
@again(show)
def take_back(token: str) -> ResponseReturnValue:
    with transaction():
        plans.take_back(token, version=_version(), by=actor())
    return _back(token, "plan-taken-back")


@bp.post("/<token>/end")
@requires(Right.PLAN)
@again(show)
def finish(token: str) -> ResponseReturnValue:
    with transaction():
        plans.finish(token, version=_version(), by=actor())
    return _back(token, "plan-closed")
