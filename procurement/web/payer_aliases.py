"""Who pays in a unit's place: written down by one person, checked by another."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import transaction
from core.errors import Refused
from core.organisations import queries as organisations
from core.text import sentence
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText
from core.web.inbox import Task
from market.models.bank import AliasKind
from market.queries import bank_lines
from market.services import payer_aliases

bp = Blueprint("payer_aliases", __name__, url_prefix="/bank/payers")


def tasks(by: Actor) -> list[Task]:
    """Names that wait for a second person."""
    if not by.may(Right.PAYER_ALIAS_CHECK):
        return []
    count = bank_lines.unchecked(by)
    text = sentence("task", "aliases-unchecked")
    return [Task(text, url_for("payer_aliases.index"), count, tone="info", icon="person-check")] if count else []


class AliasForm(Form):
    name = ShortText(most=100)
    unit = ShortText(most=100, required=False)


@bp.get("")
@requires(Right.BANK_VIEW)
def index() -> ResponseReturnValue:
    who, form = actor(), AliasForm()
    if request.method == "POST":
        form.validate()
    is_finance = who.organisation_kind is OrganisationKind.FINANCE
    return render_template(
        "procurement/bank/payers.html", rows=bank_lines.aliases(who), form=form, kinds=AliasKind, is_finance=is_finance
    )


@bp.post("")
@requires(Right.PAYER_ALIAS)
@again(index)
def propose() -> ResponseReturnValue:
    """The unit's own, or (finance) those of the unit that is named."""
    form, who = AliasForm(), actor()
    form.require()
    kind = request.form.get("kind", "")
    with transaction():
        payer_aliases.propose(
            _unit(form.unit.data or "", who), AliasKind(kind) if kind in set(AliasKind) else AliasKind.TREASURY,
            form.name.data, by=who,
        )  # fmt: skip
    flash(sentence("message", "alias-proposed"))
    return redirect(url_for(".index"), 303)


def _unit(name: str, who: Actor) -> int:
    if who.organisation_kind is not OrganisationKind.FINANCE:
        return who.office_id
    found = organisations.named(name, on=clock.today(), kind=OrganisationKind.UNIT)
    if found is None:
        raise Refused("alias-no-unit", name=name)
    return found


@bp.post("/<id:alias_id>/check")
@requires(Right.PAYER_ALIAS_CHECK)
@again(index)
def check(alias_id: int) -> ResponseReturnValue:
    with transaction():
        payer_aliases.check(alias_id, by=actor())
    flash(sentence("message", "alias-checked"))
    return redirect(url_for(".index"), 303)


@bp.post("/<id:alias_id>/end")
@requires(Right.BANK_VIEW)
@again(index)
def end(alias_id: int) -> ResponseReturnValue:
    with transaction():
        payer_aliases.end(alias_id, by=actor())
    flash(sentence("message", "alias-ended"), "warn")
    return redirect(url_for(".index"), 303)
