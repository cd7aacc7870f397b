"""The scales as a form: one set of fields per line of the delivery note, read into counts."""

from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField

from core.access.actor import Actor
from core.errors import Refused
from core.files import services as files
from core.files.models import Audience, StoredFile
from core.quantity import JIN, KG, Unit, quantity_text
from core.text import label
from core.web import uploads
from core.web.forms import Form, QuantityField, ShortText
from market.queries import commitments
from market.queries.deliveries import Sheet, SheetLine
from market.rules.counting import Counts, LineCount
from market.rules.reject_reasons import RejectReason
from market.services import scale_readings

UNITS = {"kg": KG, "jin": JIN}
MAX_PHOTOS = 6


def weight_unit(sheet: Sheet) -> Unit:
    """What this page weighs in: as asked in the address, else as the goods are priced."""
    return UNITS.get(request.values.get("unit", ""), sheet.weight)


def make(sheet: Sheet, unit: Unit) -> Any:
    """Fields accepted-7, rejected-7, verdict-7, reason-7, more-7, commitment-7 …; a recount starts from the last."""
    fields: dict[str, Any] = {
        "note": ShortText(most=200, required=False),
        "close_rest": BooleanField(),
        "correction": ShortText(most=200, required=sheet.acceptance is not None),
    }
    for line in sheet.lines:
        key, of = line.delivered.id, line.unit(unit)
        fields |= {
            f"verdict-{key}": ShortText(most=10, required=False, default="passed"),
            f"accepted-{key}": QuantityField(unit=of, required=False),
            f"rejected-{key}": QuantityField(unit=of, required=False),
            f"reason-{key}": ShortText(most=20, required=False),
            f"more-{key}": ShortText(most=150, required=False),
            f"commitment-{key}": ShortText(most=200, required=False),
            f"quarantine-{key}": ShortText(most=40, required=False),
            f"inspection-{key}": ShortText(most=40, required=False),
            f"held-{key}": BooleanField(),
        }
    return type("WeighForm", (Form,), fields)(data=None if request.method == "POST" else _last(sheet, unit))


def _last(sheet: Sheet, unit: Unit) -> dict[str, Any]:
    """What the first signer counted, for whoever counts again."""
    if sheet.draft is None:
        return _signed(sheet) if sheet.acceptance is not None else _by_scales(sheet)
    counts = Counts.from_json(sheet.draft.counts)
    found: dict[str, Any] = {"note": counts.note, "close_rest": counts.close_rest}
    found["correction"] = sheet.draft.correction_reason
    for one in counts.lines:
        found |= {
            f"verdict-{one.delivery_line_id}": _verdict(one.accepted_qty, one.rejected_qty),
            f"more-{one.delivery_line_id}": one.reason,
            f"commitment-{one.delivery_line_id}": one.commitment_no,
            f"quarantine-{one.delivery_line_id}": one.quarantine_no,
            f"inspection-{one.delivery_line_id}": one.inspection_no,
            f"held-{one.delivery_line_id}": one.is_held,
        }
    return found


def _by_scales(sheet: Sheet) -> dict[str, Any]:
    """What the canteen's scales said, for the first signer to look at; nothing is signed by it (rule 57)."""
    weighed = scale_readings.weights([line.delivered.id for line in sheet.lines])
    return {f"accepted-{line_id}": weight_g for line_id, (weight_g, _count) in weighed.items()}


def _signed(sheet: Sheet) -> dict[str, Any]:
    """What two people signed, for whoever corrects one line of it."""
    found: dict[str, Any] = {"note": sheet.acceptance.note if sheet.acceptance else ""}
    for line in sheet.lines:
        if line.signed is not None:
            one, key = line.signed, line.delivered.id
            found |= {
                f"verdict-{key}": _verdict(one.accepted_qty, one.rejected_qty),
                f"accepted-{key}": one.accepted_qty,
                f"rejected-{key}": one.rejected_qty,
                f"more-{key}": one.reason,
                f"commitment-{key}": one.commitment_no,
                f"quarantine-{key}": one.quarantine_no,
                f"inspection-{key}": one.inspection_no,
            }
    return found


def _verdict(accepted_qty: int, rejected_qty: int) -> str:
    return "passed" if not rejected_qty else "partial" if accepted_qty else "rejected"


def read(form: Any, sheet: Sheet, *, by: Actor) -> Counts:
    """The counts as typed, photos taken in. A blank rejected part of a partial line is the rest of what was sent.

    Raises: Refused "weight-missing" (name), as `files.take_picture`.
    """
    lines = tuple(_line(form, line, by) for line in sheet.lines)
    photos = uploads.chosen("photos", MAX_PHOTOS)
    taken = tuple(_picture(one, by).id for one in photos)
    return Counts(lines, taken or _kept(sheet), form.note.data or "", bool(form.close_rest.data))


def _kept(sheet: Sheet) -> tuple[int, ...]:
    """Photos of the count before stay when no new ones come; a correction starts with those of the round before."""
    if sheet.draft is not None:
        return Counts.from_json(sheet.draft.counts).photo_ids
    return tuple(photo.id for photo in sheet.photos)


def _line(form: Any, line: SheetLine, by: Actor) -> LineCount:
    def given(name: str) -> Any:
        return form[f"{name}-{line.delivered.id}"].data

    if given("held"):
        return LineCount(line.delivered.id, 0, 0, is_held=True)
    accepted, rejected = _weights(given, line)
    chosen = given("reason")
    words = (label(RejectReason(chosen)) if chosen in set(RejectReason) else "", given("more") or "")
    photo = request.files.get(f"photo-{line.delivered.id}")
    return LineCount(
        delivery_line_id=line.delivered.id,
        accepted_qty=accepted,
        rejected_qty=rejected,
        reason=" ".join(filter(None, words)) if rejected else "",
        commitment_no=commitments.scanned(given("commitment") or "")[:40],
        quarantine_no=given("quarantine") or "",
        inspection_no=given("inspection") or "",
        photo_id=_picture(photo, by).id if photo is not None and photo.filename else None,
    )


def _weights(given: Any, line: SheetLine) -> tuple[int, int]:
    """(accepted, rejected) in base units."""
    if given("verdict") == "rejected":
        return 0, line.delivered.qty
    accepted = given("accepted")
    if accepted is None:
        raise Refused("weight-missing", name=line.agreed.product_name)
    if given("verdict") == "passed":
        return accepted, 0
    rejected = given("rejected")
    return accepted, max(0, line.delivered.qty - accepted) if rejected is None else rejected


def _picture(upload: FileStorage, by: Actor) -> StoredFile:
    return files.take_picture(
        upload.stream,
        name=upload.filename or "",
        purpose="acceptance",
        by=by,
        audience=Audience.PARTIES,
        owner_id=by.office_id,
    )


def reasons() -> list[tuple[str, str]]:
    """The usual reasons to choose from: code and word."""
    return [(one.value, label(one)) for one in RejectReason]


def typed(line: SheetLine, base_qty: int, unit: Unit) -> str:
    """A quantity in the page's unit, as a person would type it."""
    return quantity_text(base_qty, line.unit(unit))
