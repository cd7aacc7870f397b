"""The operator's page of search: how it is, hot words, weights, other names."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.models.search import SynonymKind
from catalog.queries import ranking, search_desk
from catalog.queries.search.hot import demanded
from catalog.services import demand, search_index, search_weights, synonyms
from core import clock, settings
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.text import label, sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import CountField, DayField, Form, ShortText
from core.web.inbox import Task

bp = Blueprint("search_desk", __name__, url_prefix="/operator/search")
menu.add("catalogue", "search-desk", icon="search", endpoint="search_desk.show", right=Right.SEARCH_MANAGE, order=80)


class WeightsForm(Form):
    income = CountField()
    certificate = CountField()
    service = CountField()
    fresh = CountField()
    valid_from = DayField()
    reason = ShortText(most=200)


class GroupForm(Form):
    kind = SelectField(choices=[kind.value for kind in SynonymKind])
    head = ShortText(most=12, required=False)
    words = ShortText(most=400)
    reason = ShortText(most=200, required=False)


def tasks(who: Actor) -> Iterator[Task]:
    """An index that cannot be read, lags, or differed twice."""
    if who.may(Right.SEARCH_MANAGE) and search_index.health().is_alarming:
        yield Task(sentence("task", "search-alarm"), url_for("search_desk.show"), tone="danger", icon="search")


@bp.get("")
@requires(Right.SEARCH_MANAGE)
def show() -> ResponseReturnValue:
    return render_template(
        "catalog/search_desk/show.html",
        state=search_index.health(), hot=demanded(), weights=settings.value(ranking.KEY),
        form=WeightsForm(), today=clock.today(),
    )  # fmt: skip


@bp.post("/rebuild")
@requires(Right.SEARCH_MANAGE)
def rebuild() -> ResponseReturnValue:
    with transaction():
        search_index.ask_for_rebuild(by=actor())
    flash(sentence("message", "search-rebuild-asked"))
    return redirect(url_for("search_desk.show"), 303)


@bp.post("/reconcile")
@requires(Right.SEARCH_MANAGE)
def reconcile() -> ResponseReturnValue:
    with transaction():
        drift = search_index.reconcile()
    flash(sentence("message", "search-reconciled", total=drift.total), "ok" if not drift.total else "warn")
    return redirect(url_for("search_desk.show"), 303)


@bp.post("/hot/block")
@requires(Right.SEARCH_MANAGE)
@again(show)
def block() -> ResponseReturnValue:
    with transaction():
        demand.block(request.form.get("word", ""), by=actor())
    return redirect(url_for("search_desk.show") + "#hot", 303)


@bp.post("/hot/allow")
@requires(Right.SEARCH_MANAGE)
def allow() -> ResponseReturnValue:
    with transaction():
        demand.allow(request.form.get("word", "")[:20], by=actor())
    return redirect(url_for("search_desk.show") + "#hot", 303)


@bp.post("/weights")
@requires(Right.SEARCH_MANAGE)
@again(show)
def weigh() -> ResponseReturnValue:
    form = WeightsForm()
    form.require()
    # Typed in whole percent.
    wanted = {name: form[name].data * 100 for name in ("income", "certificate", "service", "fresh")}
    with transaction():
        search_weights.change(wanted, valid_from=form.valid_from.data, reason=form.reason.data, by=actor())
    flash(sentence("message", "search-weights-set"))
    return redirect(url_for("search_desk.show") + "#weights", 303)


@bp.get("/synonyms")
@requires(Right.SEARCH_MANAGE)
def groups() -> ResponseReturnValue:
    words = request.args.get("q", "").strip()[:20]
    page = search_desk.groups(words, min(max(1, request.args.get("page", 1, type=int)), 10_000))
    return render_template("catalog/search_desk/synonyms.html", page=page, words=words)


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, label(kind)) for kind in SynonymKind]


@bp.get("/synonyms/new")
@requires(Right.SEARCH_MANAGE)
def new() -> ResponseReturnValue:
    return render_template("catalog/search_desk/group.html", form=GroupForm(), kinds=_kinds(), versions=[])


@bp.post("/synonyms/new")
@requires(Right.SEARCH_MANAGE)
@again(new)
def add() -> ResponseReturnValue:
    return _saved(None)


@bp.get("/synonyms/<int:group_no>")
@requires(Right.SEARCH_MANAGE)
def group(group_no: int) -> ResponseReturnValue:
    versions = search_desk.history(min(group_no, 2**31 - 1))
    last = versions[0]
    form = GroupForm(data={"kind": last.kind.value, "head": last.head, "words": " ".join(last.words)})
    return render_template("catalog/search_desk/group.html", form=form, kinds=_kinds(), versions=versions)


@bp.post("/synonyms/<int:group_no>")
@requires(Right.SEARCH_MANAGE)
@again(group)
def change(group_no: int) -> ResponseReturnValue:
    return _saved(min(group_no, 2**31 - 1))


def _saved(group_no: int | None) -> ResponseReturnValue:
    form = GroupForm()
    form.require()
    with transaction():
        made = synonyms.save(group_no, SynonymKind(form.kind.data), form.words.data, head=form.head.data or "",
                             reason=form.reason.data or "", by=actor())  # fmt: skip
        number = made.group_no
    flash(sentence("message", "synonym-saved"))
    return redirect(url_for("search_desk.group", group_no=number), 303)


@bp.post("/synonyms/<int:group_no>/end")
@requires(Right.SEARCH_MANAGE)
@again(group)
def end(group_no: int) -> ResponseReturnValue:
    with transaction():
        synonyms.end(min(group_no, 2**31 - 1), reason=request.form.get("reason", "").strip()[:200], by=actor())
    flash(sentence("message", "synonym-ended"))
    return redirect(url_for("search_desk.groups"), 303)
