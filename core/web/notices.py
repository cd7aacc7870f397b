"""Everybody's own inbox: what was told, read or new, by kind; and what comes by SMS."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import leaving, telling
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.notices import outgoing, queries, routes, services
from core.notices.rules import OWED, NoticeKind
from core.telling import stuck
from core.text import sentence
from core.web import inbox, menu
from core.web.access import actor, again, requires
from core.web.forms import clean

bp = Blueprint("messages", __name__, url_prefix="/messages")
menu.add("work", "my-messages", icon="bell", endpoint="messages.show", right=Right.INBOX, order=90)
menu.add("system", "failed-texts", icon="envelope", endpoint="messages.texts", right=Right.OPERATE, order=70)
leaving.erase(telling.forget)


@inbox.provide
def tasks(who: Actor) -> Iterator[inbox.Task]:
    """Messages that nobody has read yet."""
    if count := queries.unseen(who):
        yield inbox.Task(sentence("task", "messages-unseen"), url_for("messages.show", new=1), count, icon="bell")
    if who.may(Right.OPERATE) and (count := stuck.count()):
        yield inbox.Task(
            sentence("task", "texts-failed"), url_for("messages.texts"), count, tone="warn", icon="envelope"
        )


def _kind() -> NoticeKind | None:
    typed = request.args.get("kind", "")
    return NoticeKind(typed) if typed in set(NoticeKind) else None


@bp.get("")
@requires(Right.INBOX)
def show() -> ResponseReturnValue:
    before, new = request.args.get("before", type=int), request.args.get("new") == "1"
    found = queries.page(actor(), kind=_kind(), only_new=new, before=before if before and before < 2**62 else None)
    return render_template(
        "core/notices/list.html", notices=found[: queries.PAGE], kinds=list(NoticeKind), kind=_kind(), new=new,
        more=found[queries.PAGE - 1].id if len(found) > queries.PAGE else None, unseen=queries.unseen(actor()),
    )  # fmt: skip


@bp.post("/seen")
@requires(Right.INBOX)
def seen() -> ResponseReturnValue:
    with transaction():
        count = services.see(None, by=actor())
    flash(sentence("message", "messages-seen", count=count))
    return redirect(url_for("messages.show"), 303)


@bp.post("/<id:notice_id>/open")
@requires(Right.INBOX)
def follow(notice_id: int) -> ResponseReturnValue:
    """Read one and go where it leads."""
    found = queries.find(notice_id, actor())
    if found is None:
        raise Missing("no-such-notice")
    with transaction():
        services.see(notice_id, by=actor())
    return redirect(found.href or url_for("messages.show"), 303)


@bp.get("/choices")
@requires(Right.INBOX)
def choices() -> ResponseReturnValue:
    who = actor()
    office = routes.listed(who, of_office=True) if who.organisation_id and who.may(Right.PEOPLE_MANAGE) else []
    return render_template(
        "core/notices/choices.html", chosen=queries.by_sms(who), owed=OWED, own=routes.listed(who, of_office=False),
        office=office, kinds=list(NoticeKind),
    )  # fmt: skip


@bp.post("/choices")
@requires(Right.INBOX)
@again(choices)
def choose() -> ResponseReturnValue:
    with transaction():
        services.choose(request.form.getlist("kind"), by=actor())
    flash(sentence("message", "messages-chosen"))
    return redirect(url_for("messages.choices"), 303)


@bp.post("/routes/mine/<channel>")
@requires(Right.INBOX)
@again(choices)
def put_mine(channel: str) -> ResponseReturnValue:
    return _put(channel, of_office=False)


@bp.post("/routes/office/<channel>")
@requires(Right.PEOPLE_MANAGE)
@again(choices)
def put_office(channel: str) -> ResponseReturnValue:
    return _put(channel, of_office=True)


def _put(channel: str, *, of_office: bool) -> ResponseReturnValue:
    """Set the way; with the button for a trial, send one text by it."""
    typed, is_trial = request.form, "trial" in request.form
    with transaction():
        if is_trial:
            routes.try_out(channel, of_office=of_office, by=actor())
        else:
            routes.put(
                channel, of_office=of_office, address=clean(typed.get("address")), secret=clean(typed.get("secret")),
                kinds=typed.getlist("kind"), is_active=typed.get("is_active") == "1", by=actor(),
            )  # fmt: skip
    flash(sentence("message", "notice-route-tried" if is_trial else "notice-route-set"))
    return redirect(url_for("messages.choices"), 303)


FAULTS = frozenset({"host-not-allowed", "no-gateway", "answer-unreadable"})


def _why(fault: str) -> str:
    """What kept a text, in words; the mark of the fault itself for those who run the machine."""
    if fault.startswith("robot-"):
        return sentence("fault", "robot", code=fault.removeprefix("robot-"))
    return sentence("fault", fault) if fault in FAULTS else sentence("fault", "line", code=fault or "—")


@bp.get("/texts")
@requires(Right.OPERATE)
def texts() -> ResponseReturnValue:
    """Texts that did not leave, for the operator."""
    before = request.args.get("before", type=int)
    found = stuck.texts(before if before and before < 2**62 else None)
    more = found[queries.PAGE - 1].id if len(found) > queries.PAGE else None
    return render_template(
        "core/notices/texts.html", texts=[(each, _why(each.fault)) for each in found[: queries.PAGE]], more=more
    )


@bp.post("/texts/<id:text_id>/again")
@requires(Right.OPERATE)
@again(texts)
def retry(text_id: int) -> ResponseReturnValue:
    with transaction():
        outgoing.retry(text_id, by=actor())
    flash(sentence("message", "text-tried-again"))
    return redirect(url_for("messages.texts"), 303)
