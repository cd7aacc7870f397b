"""The delivery note as a form: lots of every line, who brings it, and the parcels."""

from datetime import time
from typing import Any

from core import clock
from core.quantity import KG
from core.text import label
from core.web.forms import ClockField, DayField, Form, PhoneField, QuantityField, ShortText
from market.queries import commitments
from market.queries.deliveries import SheetLine
from market.queries.progress import LineProgress
from market.queries.supplier_desk import OrderSheet
from market.rules.couriers import Courier
from market.services.fulfilment import ShipLine, Van
from market.services.lots import NewLot
from market.services.parcels import NewParcel

MOST_LOTS = 3
PARCELS = 4


def couriers() -> list[tuple[str, str]]:
    """The couriers to choose from: code and word."""
    return [(one.value, label(one)) for one in Courier]


def unit_of(one: LineProgress) -> Any:
    """What a line is weighed or counted in at the supplier's gate: kg, or packs."""
    return SheetLine.unit_for(one.line, KG)


def make(sheet: OrderSheet) -> Any:
    """A form with the fields of every line that may still be sent: qty-7, lot-7, harvested-7 …, and of parcels.

    A round's driver and window stand in it as they are planned.
    """
    run = sheet.run
    fields: dict[str, Any] = {
        "driver": ShortText(most=30, required=False, default=run.driver if run else ""),
        "driver_phone": PhoneField(most=20, required=False, default=run.driver_phone if run else ""),
        "vehicle_no": ShortText(most=12, required=False, default=run.vehicle_no if run else ""),
        "window_from": ClockField(required=False, default=run.window_from if run else None),
        "window_to": ClockField(required=False, default=run.window_to if run else None),
        "arrives_on": DayField(default=lambda: _arrives(sheet)),
    }
    for one in sheet.lines:
        for tag in lot_tags(one):
            fields |= _lot_fields(tag, one, sheet)
    for number in range(1, PARCELS + 1):
        fields |= parcel_fields(number)
    return type("ShipForm", (Form,), fields)()


def _arrives(sheet: OrderSheet) -> Any:
    """A run's day; else today."""
    return max(sheet.run_on, clock.today()) if sheet.run_on else clock.today()


def parcel_fields(number: int) -> dict[str, Any]:
    """Courier, its name where it is none of the list, and the number."""
    return {
        f"courier-{number}": ShortText(most=12, required=False),
        f"carrier-{number}": ShortText(most=30, required=False),
        f"tracking-{number}": ShortText(most=40, required=False),
    }


def lot_tags(one: LineProgress) -> list[str]:
    """How the fields of a line's lots end: 7, 7-2, 7-3. Goods of one line may come from several lots."""
    return [str(one.line.id), *(f"{one.line.id}-{number}" for number in range(2, MOST_LOTS + 1))]


def _lot_fields(tag: str, one: LineProgress, sheet: OrderSheet) -> dict[str, Any]:
    return {
        f"qty-{tag}": QuantityField(unit=unit_of(one), required=False),
        f"lot-{tag}": ShortText(most=30, required=False),
        f"stored-{tag}": ShortText(most=30, required=False),
        f"harvested-{tag}": DayField(required=False, default=clock.today),
        f"origin-{tag}": ShortText(most=12, required=False, default=sheet.default_origins[one.line.product_id]),
        f"promise-{tag}": ShortText(most=24, required=False),
        f"commitment-{tag}": ShortText(most=200, required=False),
        f"quarantine-{tag}": ShortText(most=40, required=False),
        f"inspection-{tag}": ShortText(most=40, required=False),
        f"report-{tag}": DayField(required=False),
        f"organic-{tag}": ShortText(most=1_000, required=False),
    }


def van_of(form: Any) -> Van:
    """Who brings it, as typed."""
    first: time | None = form.window_from.data
    return Van(
        driver=form.driver.data or "",
        driver_phone=form.driver_phone.data or "",
        vehicle_no=form.vehicle_no.data or "",
        window_from=first,
        window_to=form.window_to.data,
        parcels=tuple(one for number in range(1, PARCELS + 1) if (one := parcel_of(form, number)) is not None),
    )


def parcel_of(form: Any, number: int) -> NewParcel | None:
    """One parcel as typed; None where nothing was chosen. A number without its courier is some other courier's."""
    courier, typed = form[f"courier-{number}"].data or "", form[f"tracking-{number}"].data or ""
    if not courier and not typed:
        return None
    named = courier if courier in set(Courier) else Courier.OTHER
    return NewParcel(Courier(named), typed, form[f"carrier-{number}"].data or "")


def lines_of(form: Any, sheet: OrderSheet) -> list[ShipLine]:
    """The lots with a quantity, of every line."""
    found = [_ship_line(form, tag, one, sheet) for one in sheet.lines for tag in lot_tags(one)]
    return [line for line in found if line is not None]


def _ship_line(form: Any, tag: str, one: LineProgress, sheet: OrderSheet) -> ShipLine | None:
    def given(name: str) -> Any:
        return form[f"{name}-{tag}"].data

    if not given("qty"):
        return None
    number, paper = given("stored") or given("lot") or "", commitments.scanned(given("commitment") or "")[:40]
    lot = NewLot(given("harvested") or clock.today(), number, given("origin") or None)
    chosen = [promise for promise in sheet.promises[one.line.product_id] if promise.commitment_no == given("promise")]
    if chosen:
        paper = chosen[0].commitment_no
        lot = NewLot(chosen[0].harvested_on, number or chosen[0].lot_no, chosen[0].origin_code)
    return ShipLine(
        *(one.line.id, given("qty"), lot, paper, given("quarantine") or "", given("inspection") or ""),
        report_valid_to=given("report"),
        organic=given("organic") or "",
    )


def one_parcel() -> Any:
    """The form of one more parcel."""
    return type("ParcelForm", (Form,), parcel_fields(1))()
