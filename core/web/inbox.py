"""待办: one list per person over all floors. Each floor provides its part; here they are put in order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.access.rights import Right
from core.web.access import actor, requires

bp = Blueprint("inbox", __name__)


@dataclass(frozen=True)
class Task:
    """Something to do: its sentence, where, by when. `count` bundles equals; `tone` is info, warn or danger."""

    text: str
    href: str
    count: int = 1
    note: str = ""
    due_on: date | None = None
    tone: str = "info"
    icon: str = "inbox"


TONES = ("danger", "warn", "info")
Provider = Callable[[Actor], Iterable[Task]]
PROVIDERS: list[Provider] = []


def provide(give: Provider) -> Provider:
    """Register a floor's part of the inbox."""
    if give not in PROVIDERS:
        PROVIDERS.append(give)
    return give


def tasks_of(who: Actor) -> list[Task]:
    """Everything that waits for this person, the urgent and the oldest due first."""
    found = [task for give in PROVIDERS for task in give(who)]
    return sorted(found, key=lambda t: (TONES.index(t.tone), t.due_on or date.max))


@bp.get("/desk")
@requires(Right.INBOX)
def show() -> ResponseReturnValue:
    return render_template("core/inbox.html", tasks=tasks_of(actor()))
