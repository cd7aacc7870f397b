"""What a buyer is told afterwards: certificates that were doubted."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web.access import actor, requires
from core.web.inbox import Task
from market.queries import certified_sales as reading
from market.services import certified_sales

bp = Blueprint("notices", __name__, url_prefix="/notices")


def tasks(who: Actor) -> Iterator[Task]:
    """Notices that the buyer has not acknowledged."""
    if count := reading.unseen_count(who):
        text, href = sentence("task", "certificates-doubted"), url_for("notices.show")
        yield Task(text, href, count, tone="warn", icon="patch-exclamation")


@bp.get("")
@requires(Right.INBOX)
def show() -> ResponseReturnValue:
    return render_template("market/notices/list.html", notices=reading.notices(actor()))


@bp.post("/seen")
@requires(Right.INBOX)
def seen() -> ResponseReturnValue:
    with transaction():
        certified_sales.acknowledge(by=actor())
    flash(sentence("message", "notices-seen"))
    return redirect(url_for("notices.show"), 303)
