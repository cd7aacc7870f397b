"""Everybody's own inbox: what was told, read or new, by kind; and what comes by SMS."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.notices import queries, services
from core.notices.rules import OWED, NoticeKind
from core.text import sentence
from core.web import inbox, menu
from core.web.access import actor, again, requires

bp = Blueprint("messages", __name__, url_prefix="/messages")
menu.add("work", "my-messages", icon="bell", endpoint="messages.show", right=Right.INBOX, order=90)


@inbox.provide
def tasks(who: Actor) -> Iterator[inbox.Task]:
    """Messages that nobody has read yet."""
    if count := queries.unseen(who):
        yield inbox.Task(sentence("task", "messages-unseen"), url_for("messages.show", new=1), count, icon="bell")


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
    return render_template("core/notices/choices.html", chosen=queries.by_sms(actor()), owed=OWED)


@bp.post("/choices")
@requires(Right.INBOX)
@again(choices)
def choose() -> ResponseReturnValue:
    with transaction():
        services.choose(request.form.getlist("kind"), by=actor())
    flash(sentence("message", "messages-chosen"))
    return redirect(url_for("messages.choices"), 303)
