"""One's address book: add, correct, prefer, delete. The division is picked level by level."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.places import divisions
from core.text import sentence
from core.web.access import actor, again, requires
from core.web.forms import Form, PhoneField, ShortText
from core.web.security import safe_next
from market.queries import addresses as queries
from market.services import addresses
from market.web import regions

bp = Blueprint("addresses", __name__, url_prefix="/addresses")


class AddressForm(Form):
    receiver = ShortText(most=30)
    phone = PhoneField(most=11)
    detail = ShortText(most=120)

    def values(self) -> dict[str, Any]:
        """What a service takes."""
        return {
            "receiver": self.receiver.data,
            "phone": self.phone.data,
            "detail": self.detail.data,
            "region_code": regions.picked(),
        }


def back() -> str:
    """Where the book was opened from."""
    return safe_next(request.values.get("next")) or url_for("addresses.mine")


def steps_of(code: str | None = None) -> list[divisions.Step]:
    """The picker: what was typed, else an address's own region, else where the visitor looks."""
    return divisions.steps(regions.picked() or (code if code is not None else regions.current()))


@bp.get("")
@requires(Right.SHOP)
def mine() -> ResponseReturnValue:
    return render_template(
        "market/addresses/list.html",
        addresses=queries.of(actor().person_id),
        form=AddressForm(),
        steps=steps_of(),
        next=safe_next(request.values.get("next")),
    )


@bp.post("")
@requires(Right.SHOP)
@again(mine)
def add() -> ResponseReturnValue:
    if request.form.get("step"):
        return mine()
    form = AddressForm()
    form.require()
    with transaction():
        addresses.add(by=actor(), is_default=bool(request.form.get("is_default")), **form.values())
    flash(sentence("message", "address-kept"))
    return redirect(back(), 303)


@bp.get("/<id:address_id>")
@requires(Right.SHOP)
def edit(address_id: int) -> ResponseReturnValue:
    found = queries.find(actor().person_id, address_id)
    if found is None:
        raise Missing("no-such-address")
    return render_template(
        "market/addresses/edit.html",
        address=found,
        form=AddressForm(obj=found),
        steps=steps_of(found.region_code or ""),
        next=safe_next(request.values.get("next")),
    )


@bp.post("/<id:address_id>")
@requires(Right.SHOP)
@again(edit)
def change(address_id: int) -> ResponseReturnValue:
    if request.form.get("step"):
        return edit(address_id)
    form = AddressForm()
    form.require()
    with transaction():
        addresses.change(address_id, by=actor(), **form.values())
    flash(sentence("message", "address-kept"))
    return redirect(back(), 303)


@bp.post("/<id:address_id>/default")
@requires(Right.SHOP)
def prefer(address_id: int) -> ResponseReturnValue:
    with transaction():
        addresses.prefer(address_id, by=actor())
    return redirect(url_for("addresses.mine"), 303)


@bp.post("/<id:address_id>/deletion")
@requires(Right.SHOP)
def drop(address_id: int) -> ResponseReturnValue:
    with transaction():
        addresses.drop(address_id, by=actor())
    flash(sentence("message", "address-dropped"))
    return redirect(url_for("addresses.mine"), 303)
