"""What waits in the catalogue for a person: the floor's part of the inbox."""

from collections.abc import Iterator

from flask import url_for

from catalog.queries import certificate_register, desk, papers, revisions, suppliers
from catalog.rules.certificates import CertificateLife
from catalog.rules.listing import ProductState
from catalog.rules.revision import RevisionState
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.text import sentence
from core.web.inbox import Task


def catalogue_tasks(who: Actor) -> Iterator[Task]:
    """Returned goods of a clerk; origins of a township; content and papers of the operator."""
    if who.may(Right.SELL) and suppliers.find_own(who) is not None:
        counts = desk.own_counts(who)
        if returned := counts.get(ProductState.RETURNED, 0):
            href = url_for("products.mine", state=ProductState.RETURNED.value)
            yield Task(sentence("task", "products-returned"), href, returned, tone="warn", icon="reply")
        seller = suppliers.own(who).id
        if count := revisions.own_count(seller, RevisionState.RETURNED):
            yield Task(
                sentence("task", "revisions-returned"), url_for("products.mine"), count, tone="warn", icon="reply"
            )
        if days := papers.ending(who, clock.today()):
            tone = "danger" if days[0] < clock.today() else "warn"
            text = sentence("task", "papers-ending")
            yield Task(text, url_for("papers.mine"), len(days), due_on=days[0], tone=tone, icon="patch-exclamation")
        if count := papers.frozen_count(who):
            href = url_for("papers.mine")
            yield Task(sentence("task", "papers-frozen"), href, count, tone="warn", icon="patch-exclamation")
    if who.may(Right.ORIGIN_CONFIRM) and (count := desk.to_check_count(who)):
        yield Task(sentence("task", "origins-waiting"), url_for("township.queue"), count, icon="geo-alt")
    if who.may(Right.CONTENT_APPROVE):
        if count := desk.waiting_count(who):
            yield Task(sentence("task", "contents-waiting"), url_for("review.queue"), count, icon="clipboard-check")
        if count := revisions.waiting_count(who):
            href = url_for("review.queue", list="changed")
            yield Task(sentence("task", "revisions-waiting"), href, count, icon="clipboard-check")
        if count := revisions.prices_waiting_count():
            href = url_for("review.queue", list="prices")
            yield Task(sentence("task", "prices-waiting"), href, count, tone="warn", icon="clipboard-check")
    if who.may(Right.CERTIFICATE_KEEP):
        yield from _register()


def _register() -> Iterator[Task]:
    counts = certificate_register.counts()
    for life, code, tone in (
        (CertificateLife.WAITING, "certificates-waiting", "info"),
        (CertificateLife.FROZEN, "certificates-frozen", "warn"),
    ):
        if count := counts.get(life, 0):
            href = url_for("certificates.register", life=life.value)
            yield Task(sentence("task", code), href, count, tone=tone, icon="patch-check")
