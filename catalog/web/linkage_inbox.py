"""What waits in the linkage of households: for the village, the supplier, the office."""

from collections.abc import Iterator

from flask import url_for

from catalog.queries import benefits, linkage_desk, suppliers
from catalog.rules.benefit import BenefitState
from core.access.actor import Actor
from core.access.rights import Right
from core.text import sentence
from core.web.inbox import Task


def linkage_tasks(who: Actor) -> Iterator[Task]:
    """Claims to attest; one's own disputed claims; objections, reviews and re-checks of the office."""
    if who.may(Right.BENEFIT_ATTEST) and (count := benefits.waiting(who, BenefitState.DRAFT)):
        yield Task(sentence("task", "benefits-to-attest"), url_for("attest.queue"), count, icon="clipboard-check")
    if who.may(Right.SELL) and suppliers.find_own(who) is not None:
        counts = benefits.counts(who)
        if count := counts.get(BenefitState.DISPUTED, 0):
            href = url_for("benefits.mine", state=BenefitState.DISPUTED.value)
            yield Task(sentence("task", "benefits-disputed-own"), href, count, tone="warn", icon="chat-dots")
    if who.may(Right.LINKAGE_MANAGE):
        for code, count, endpoint, icon in (
            ("benefits-disputed", benefits.waiting(who, BenefitState.DISPUTED), "linkage.listed", "chat-dots"),
            ("claims-to-review", linkage_desk.open_reviews(), "linkage.reviews", "exclamation-triangle"),
            ("claims-to-check", linkage_desk.open_checks(), "linkage.checks", "clipboard-check"),
        ):
            if count:
                tone = "info" if code == "claims-to-check" else "warn"
                yield Task(sentence("task", code), url_for(endpoint), count, tone=tone, icon=icon)
