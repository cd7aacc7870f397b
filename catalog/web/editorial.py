"""Open pages: read by everybody, written at three desks, published by the operator."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from wtforms import SelectField, TextAreaField

from catalog.queries import editorial as reading
from catalog.rules.editorial import MOST_PRODUCTS, PageKind, PageState
from catalog.services import editorial
from catalog.web.fields import village_choices
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import transaction
from core.errors import Missing
from core.files import services as files
from core.files.models import Audience
from core.text import label, sentence
from core.web import menu, uploads
from core.web.access import actor, again, public, requires
from core.web.forms import DayField, Form, ShortText
from core.web.inbox import Task

bp = Blueprint("editorial", __name__)
menu.add(
    "catalogue", "pages", icon="book", endpoint="editorial.mine", right=Right.PAGES_WRITE, order=80,
    counter=lambda who: reading.waiting() if who.may(Right.CONTENT_APPROVE) else 0,
)  # fmt: skip


def tasks(who: Actor) -> list[Task]:
    """Pages that wait for the operator; pages that came back to their author."""
    found = []
    if who.may(Right.CONTENT_APPROVE) and (number := reading.waiting()):
        found.append(
            Task(sentence("task", "pages-waiting"), url_for("editorial.mine"), number, tone="warn", icon="book")
        )
    if who.may(Right.PAGES_WRITE) and not who.may(Right.CONTENT_APPROVE):
        back = [row for row in reading.listed(who, PageState.DRAFT) if row.reason]
        found += [
            Task(
                sentence("task", "page-returned"),
                url_for("editorial.edit", page_id=row.id),
                note=row.reason,
                icon="book",
            )
            for row in back
        ]
    return found


class PageForm(Form):
    kind = SelectField()
    village = SelectField(validate_choice=True)
    title = ShortText(most=40)
    lead = ShortText(most=120, required=False)
    body = TextAreaField()
    skus = TextAreaField()
    shows_from = DayField(required=False)
    shows_to = DayField(required=False)


class ReasonForm(Form):
    reason = ShortText(most=200)


@bp.app_template_filter("article")
def article(text: str) -> Markup:
    """A person's text: paragraphs, and headings where a line begins with #. Everything is escaped."""
    out = Markup("")
    for line in (line.strip() for line in text.split("\n")):
        if line:
            tag = "h2" if line.startswith("#") else "p"
            out += Markup("<{0}>{1}</{0}>").format(Markup(tag), escape(line.lstrip("# ")))  # noqa: S704 - one of two
    return out


@bp.get("/stories")
@public
def every() -> ResponseReturnValue:
    asked = request.args.get("kind", "")
    kind = PageKind(asked) if asked in set(PageKind) else None
    return render_template("catalog/editorial/every.html", pages=reading.shown(kind), kind=kind, kinds=list(PageKind))


@bp.get("/stories/<string(maxlength=16):code>")
@public
def show(code: str) -> ResponseReturnValue:
    page = reading.find(code)
    if page is None:
        raise Missing("no-such-page")
    return render_template("catalog/editorial/show.html", page=page, preview=False)


@bp.get("/desk/pages")
@requires(Right.PAGES_WRITE)
def mine() -> ResponseReturnValue:
    return render_template("catalog/editorial/mine.html", pages=reading.listed(actor()), kinds=_kinds())


@bp.get("/desk/pages/new")
@requires(Right.PAGES_WRITE)
def new() -> ResponseReturnValue:
    form = _form()
    if request.method == "GET" and request.args.get("kind") in set(_kinds()):
        form.kind.data = request.args["kind"]
    return render_template("catalog/editorial/edit.html", form=form, page=None, most=MOST_PRODUCTS)


@bp.post("/desk/pages")
@requires(Right.PAGES_WRITE)
@again(new)
def begin() -> ResponseReturnValue:
    form, who = _form(), actor()
    form.require()
    with transaction():
        page = editorial.create(PageKind(form.kind.data), _text(form), village_code=form.village.data or "", by=who)
        page_id = page.id
    return redirect(url_for(".look", page_id=page_id), 303)


@bp.get("/desk/pages/<id:page_id>")
@requires(Right.PAGES_WRITE)
def look(page_id: int) -> ResponseReturnValue:
    """The page as it would be seen, with what can be done about it."""
    who = actor()
    return render_template(
        "catalog/editorial/look.html", page=reading.preview(page_id, who), work=reading.at_work(page_id, who).page,
        form=ReasonForm(formdata=None), own=reading.at_work(page_id, who).page.organisation_id in who.scope_ids,
    )  # fmt: skip


@bp.get("/desk/pages/<id:page_id>/edit")
@requires(Right.PAGES_WRITE)
def edit(page_id: int) -> ResponseReturnValue:
    found = reading.at_work(page_id, actor())
    page, version = found.page, found.version
    form = _form(
        kind=page.kind.value, village=page.village_code or "", title=version.title, lead=version.lead,
        body=version.body, skus="\n".join(found.skus), shows_from=page.shows_from, shows_to=page.shows_to,
    )  # fmt: skip
    return render_template("catalog/editorial/edit.html", form=form, page=page, most=MOST_PRODUCTS)


@bp.post("/desk/pages/<id:page_id>/edit")
@requires(Right.PAGES_WRITE)
@again(edit)
def rewrite(page_id: int) -> ResponseReturnValue:
    form = _form()
    form.require()
    with transaction():
        editorial.rewrite(page_id, _text(form), by=actor())
    return redirect(url_for(".look", page_id=page_id), 303)


@bp.post("/desk/pages/<id:page_id>/<any(submit, publish, withdraw):act>")
@requires(Right.PAGES_WRITE)
@again(look)
def act(page_id: int, act: str) -> ResponseReturnValue:
    who = actor()
    if act == "publish":
        who.role_for(Right.CONTENT_APPROVE)
    with transaction():
        getattr(editorial, act)(page_id, by=who)
    flash(sentence("message", f"page-{act}"))
    return redirect(url_for(".look", page_id=page_id), 303)


@bp.post("/desk/pages/<id:page_id>/return")
@requires(Right.CONTENT_APPROVE)
@again(look)
def send_back(page_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    form.require()
    with transaction():
        editorial.send_back(page_id, reason=form.reason.data, by=actor())
    flash(sentence("message", "page-returned"))
    return redirect(url_for(".mine"), 303)


def _kinds() -> list[PageKind]:
    allowed = editorial.KINDS.get(actor().organisation_kind or OrganisationKind.UNIT, frozenset())
    return [kind for kind in PageKind if kind in allowed]


def _form(**given: Any) -> PageForm:
    form = PageForm(data=given or None)
    form.kind.choices = [(kind.value, label(kind)) for kind in _kinds()]
    who = actor()
    town = who.place_code if who.organisation_kind is OrganisationKind.TOWNSHIP else ""
    form.village.choices = [("", sentence("word", "no-village")), *village_choices(town or "")]
    return form


def _text(form: PageForm) -> editorial.Text:
    cover_id = uploads.find("cover", "page", take=files.take_picture, audience=Audience.PUBLIC)
    skus = (form.skus.data or "").replace(",", " ").split()
    return editorial.Text(
        form.title.data, form.lead.data or "", form.body.data or "", skus[: MOST_PRODUCTS + 1], cover_id,
        form.shows_from.data, form.shows_to.data,
    )  # fmt: skip
