"""The register of households, each office its own: list, page, intake of one, changes. Everything masked."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.queries import households as queries
from catalog.queries.households import Filters
from catalog.queries.snapshots import history
from catalog.rules.households import ConsentKind, ConsentMethod, Revealed, RevealPurpose
from catalog.rules.supplier import HouseholdCategory
from catalog.services import consents, households
from catalog.services.households import HouseholdDraft, PersonDraft
from core.access.rights import Right
from core.db import transaction
from core.text import label, sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import CountField, DayField, Form, ShortText

bp = Blueprint("households", __name__, url_prefix="/households")
menu.add("households", "households", icon="house-heart", endpoint="households.index", right=Right.HOUSEHOLD_VIEW)


def choices(kind: Any) -> list[tuple[str, str]]:
    """An enum's members with their words."""
    return [(member.value, label(member)) for member in kind]


class PersonForm(Form):
    name = ShortText(most=40)
    id_no = ShortText(most=40, required=False)
    phone = ShortText(most=20, required=False)
    account = ShortText(most=40, required=False)

    def draft(self) -> PersonDraft:
        """The person as typed; the service checks the numbers."""
        return PersonDraft(self.name.data, self.id_no.data or "", self.phone.data or "", self.account.data or "")


class HouseholdForm(PersonForm):
    village = SelectField()
    category = SelectField(choices=lambda: choices(HouseholdCategory))
    members = CountField(least=1, most=30)
    valid_from = DayField()
    document = ShortText(most=120)
    code = ShortText(most=16, required=False)


class CategoryForm(Form):
    category = SelectField(choices=lambda: choices(HouseholdCategory))
    valid_from = DayField()
    document = ShortText(most=120)
    reason = ShortText(most=120, required=False)


class ConsentForm(Form):
    kind = SelectField(choices=lambda: choices(ConsentKind))
    method = SelectField(choices=lambda: choices(ConsentMethod))
    is_given = SelectField(choices=lambda: [(v, sentence("household_word", f"consent-{v}")) for v in ("yes", "no")])
    paper_no = ShortText(most=40)
    given_on = DayField()


class MembersForm(Form):
    members = CountField(least=1, most=30)


class ContactForm(Form):
    phone = ShortText(most=20, required=False)
    account = ShortText(most=40, required=False)


class LeftForm(Form):
    left_on = DayField()


def page_number() -> int:
    """The page asked for, within what can be."""
    return max(1, min(request.args.get("page", 1, type=int), 10_000))


def _places() -> list[tuple[str, str]]:
    """Villages of one's own, each town of several before its villages."""
    found: list[tuple[str, str]] = []
    for place in queries.villages_of(actor()):
        if not found or found[-1][0][:9] != place.code[:9]:
            found.append((place.code[:9], place.parent_name))
        found.append((place.code, place.full))
    return found


def _filters() -> Filters:
    place, kind = request.args.get("place", "")[:12], request.args.get("category", "")
    category = HouseholdCategory(kind) if kind in set(HouseholdCategory) else None
    return Filters(place if place.isdecimal() else "", category, request.args.get("code", "").strip()[:16])


@bp.get("")
@requires(Right.HOUSEHOLD_VIEW)
def index() -> ResponseReturnValue:
    filters, page = _filters(), page_number()
    rows, total = queries.listed(actor(), filters, page)
    return render_template(
        "catalog/households/list.html", rows=rows, total=total, page=page, pages=-(-total // queries.PAGE),
        filters=filters, villages=_places(), categories=choices(HouseholdCategory),
    )  # fmt: skip


@bp.get("/new")
@requires(Right.HOUSEHOLD_EDIT)
def new() -> ResponseReturnValue:
    return render_template("catalog/households/new.html", form=_with_villages(HouseholdForm()))


def _with_villages(form: HouseholdForm) -> HouseholdForm:
    form.village.choices = [(place.code, place.full) for place in queries.villages_of(actor())]
    return form


@bp.post("/new")
@requires(Right.HOUSEHOLD_EDIT)
@again(new)
def create() -> ResponseReturnValue:
    form = _with_villages(HouseholdForm())
    form.require()
    draft = HouseholdDraft(
        form.village.data, HouseholdCategory(form.category.data), form.members.data, form.valid_from.data,
        form.document.data, (form.draft(),), form.code.data or "",
    )  # fmt: skip
    with transaction():
        made = households.take_in(draft, by=actor())
        household_id, code = made.id, made.code
    flash(sentence("message", "household-taken-in", code=code), "ok")
    return redirect(url_for("households.show", household_id=household_id), 303)


@bp.get("/<id:household_id>")
@requires(Right.HOUSEHOLD_VIEW)
def show(household_id: int) -> ResponseReturnValue:
    view = queries.view(household_id, actor())
    forms = {
        "person": PersonForm(prefix=""), "category": CategoryForm(), "consent": ConsentForm(),
        "contact": ContactForm(), "members": MembersForm(members=view.household.members),
    }  # fmt: skip
    return render_template(
        "catalog/households/show.html", v=view, forms=forms, history=history(household_id),
        purposes=choices(RevealPurpose), kinds=choices(Revealed),
    )  # fmt: skip


def _back(household_id: int, message: str) -> ResponseReturnValue:
    flash(sentence("message", message), "ok")
    return redirect(url_for("households.show", household_id=household_id), 303)


@bp.post("/<id:household_id>/people")
@requires(Right.HOUSEHOLD_EDIT)
@again(show)
def add_person(household_id: int) -> ResponseReturnValue:
    form = PersonForm()
    form.require()
    with transaction():
        households.add_person(household_id, form.draft(), by=actor())
    return _back(household_id, "household-person-added")


@bp.post("/<id:household_id>/people/<id:position>/contact")
@requires(Right.HOUSEHOLD_EDIT)
@again(show)
def change_contact(household_id: int, position: int) -> ResponseReturnValue:
    form = ContactForm()
    form.require()
    given = {"phone": form.phone.data or "", "account": form.account.data or ""}
    with transaction():
        households.change_contact(household_id, position, **given, by=actor())
    return _back(household_id, "household-contact-changed")


@bp.post("/<id:household_id>/people/<id:position>/left")
@requires(Right.HOUSEHOLD_EDIT)
@again(show)
def let_go(household_id: int, position: int) -> ResponseReturnValue:
    form = LeftForm()
    form.require()
    with transaction():
        households.let_go(household_id, position, form.left_on.data, by=actor())
    return _back(household_id, "household-person-left")


@bp.post("/<id:household_id>/members")
@requires(Right.HOUSEHOLD_EDIT)
@again(show)
def change_members(household_id: int) -> ResponseReturnValue:
    form = MembersForm()
    form.require()
    with transaction():
        households.change_members(household_id, form.members.data, by=actor())
    return _back(household_id, "household-members-changed")


@bp.post("/<id:household_id>/category")
@requires(Right.HOUSEHOLD_EDIT)
@again(show)
def change_category(household_id: int) -> ResponseReturnValue:
    form = CategoryForm()
    form.require()
    with transaction():
        households.change_category(
            household_id, HouseholdCategory(form.category.data), valid_from=form.valid_from.data,
            document=form.document.data, reason=form.reason.data or "", by=actor(),
        )  # fmt: skip
    return _back(household_id, "household-category-changed")


@bp.post("/<id:household_id>/consents")
@requires(Right.HOUSEHOLD_EDIT)
@again(show)
def consent(household_id: int) -> ResponseReturnValue:
    form = ConsentForm()
    form.require()
    with transaction():
        consents.record(
            household_id, ConsentKind(form.kind.data), is_given=form.is_given.data == "yes",
            method=ConsentMethod(form.method.data), paper_no=form.paper_no.data, on=form.given_on.data, by=actor(),
        )  # fmt: skip
    return _back(household_id, "household-consent")
