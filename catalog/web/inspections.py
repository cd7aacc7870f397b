"""The inspector's phone: visits to do, the list of items with pictures, the signature."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from catalog.queries import inspections
from catalog.queries.inspections import Sheet
from catalog.rules.certification import InspectionConclusion, SiteVerdict
from catalog.services import inspections as visits
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.files import services as files
from core.text import sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import clean

bp = Blueprint("inspections", __name__, url_prefix="/inspections")
menu.add(
    "catalogue", "inspections", icon="card-checklist", endpoint="inspections.mine", right=Right.INSPECT, order=10,
    counter=inspections.due_count,
)  # fmt: skip
PHOTOS_AT_ONCE = 6


@bp.get("")
@requires(Right.INSPECT)
def mine() -> ResponseReturnValue:
    who = actor()
    return render_template("catalog/inspections/list.html", due=inspections.due(who), done=inspections.done(who))


@bp.get("/<id:inspection_id>")
@requires(Right.INSPECT)
def show(inspection_id: int) -> ResponseReturnValue:
    who = actor()
    sheet = inspections.sheet(inspection_id, who)
    is_lead = sheet.row.lead_id == who.person_id
    signed = sheet.row.lead_signed_at if is_lead else sheet.row.second_signed_at
    return render_template(
        "catalog/inspections/sheet.html", sheet=sheet, signed=signed, typed=request.form, verdicts=list(SiteVerdict),
        conclusions=list(InspectionConclusion),
    )  # fmt: skip


def found(sheet: Sheet) -> list[visits.Found]:
    """The items with a verdict: verdict-7, note-7."""
    given = request.form
    return [
        visits.Found(item.check_id, SiteVerdict(verdict), clean(given.get(f"note-{item.check_id}", ""))[:200])
        for item in sheet.items
        if (verdict := given.get(f"verdict-{item.check_id}", "")) in set(SiteVerdict)
    ]


def photos(sheet: Sheet) -> list[tuple[FileStorage, int | None]]:
    """The pictures that came along: photo-7 of an item, photos of the whole."""
    named: list[tuple[str, int | None]] = [(f"photo-{item.check_id}", item.check_id) for item in sheet.items]
    named.append(("photos", None))
    return [(file, check) for name, check in named for file in uploads.chosen(name, PHOTOS_AT_ONCE)]


@bp.post("/<id:inspection_id>/findings")
@requires(Right.INSPECT)
@again(show)
def note(inspection_id: int) -> ResponseReturnValue:
    who = actor()
    sheet = inspections.sheet(inspection_id, who)
    with transaction():
        kept = [(uploads.keep(file, "inspection", take=files.take_picture), check) for file, check in photos(sheet)]
        visits.note(inspection_id, found(sheet), kept, by=who)
    flash(sentence("message", "inspection-noted"))
    return redirect(url_for(".show", inspection_id=inspection_id, _anchor="sign"), 303)


@bp.post("/<id:inspection_id>/signature")
@requires(Right.INSPECT)
@again(show)
def sign(inspection_id: int) -> ResponseReturnValue:
    conclusion = request.form.get("conclusion", "")
    if conclusion not in set(InspectionConclusion):
        raise Refused("form-invalid", count=1)
    with transaction():
        visit = visits.sign(
            inspection_id, InspectionConclusion(conclusion), clean(request.form.get("opinion", ""))[:200], by=actor()
        )
        is_closed = visit.is_closed
    flash(sentence("message", "inspection-closed" if is_closed else "inspection-signed"))
    return redirect(url_for(".mine") if is_closed else url_for(".show", inspection_id=inspection_id), 303)
