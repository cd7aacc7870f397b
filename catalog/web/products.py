"""A supplier's goods: write one, hand it in, change it, take it off the shelf. Phone first."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField, TextAreaField

from catalog.queries import desk, restricted, revisions, suppliers
from catalog.rules.listing import ProductState
from catalog.services import offers, products
from catalog.services import revisions as revising
from catalog.web.fields import MonthsField, asked_page, leaf_choices, village_choices
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.files import services as files
from core.files.models import Audience
from core.text import sentence
from core.web import menu, uploads
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText, clean

bp = Blueprint("products", __name__, url_prefix="/supplier/products")
menu.add("market", "products", icon="basket", endpoint="products.mine", right=Right.SELL, order=20)


class ProductForm(Form):
    name = ShortText(most=40)
    category = SelectField(coerce=lambda value: int(value or 0), default=0)
    origin = SelectField()
    is_wild = BooleanField()
    seasons = MonthsField(required=False)
    own_code = ShortText(most=40, required=False)
    description = TextAreaField()

    def draft(self) -> products.Draft:
        """What was said. Raises: Refused "form-invalid"."""
        self.require()
        return products.Draft(
            self.name.data,
            self.category.data,
            self.origin.data,
            description=(self.description.data or "")[:2_000],
            is_wild=bool(self.is_wild.data),
            seasons=tuple(self.seasons.data or ()),
            own_code=self.own_code.data or "",
        )


def _form(now: int = 0, **given: Any) -> ProductForm:
    form = ProductForm(data=given)
    form.category.choices = leaf_choices(now)
    form.origin.choices = village_choices(suppliers.own(actor()).town_code)
    return form


def _add_pictures(product_id: int) -> None:
    for file in uploads.chosen("pictures", products.MOST_PICTURES):
        kept = uploads.keep(file, "product", take=files.take_picture, audience=Audience.PUBLIC)
        products.add_picture(product_id, kept, by=actor())


@bp.get("")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    asked = request.args.get("state", "")
    state = ProductState(asked) if asked in set(ProductState) else None
    who, page = actor(), asked_page()
    counts = desk.own_counts(who)
    return render_template(
        "catalog/products/list.html", rows=desk.own_products(who, state, page=page), counts=counts, state=state,
        page=page, size=desk.PAGE, total=sum(counts.values()) if state is None else counts.get(state, 0),
    )  # fmt: skip


@bp.get("/new")
@requires(Right.SELL)
def new() -> ResponseReturnValue:
    return render_template("catalog/products/form.html", form=_form(), product=None)


@bp.post("/new")
@requires(Right.SELL)
@again(new)
def create() -> ResponseReturnValue:
    draft = _form().draft()
    with transaction():
        product_id = products.create(draft, by=actor()).id
        _add_pictures(product_id)
    return redirect(url_for("packs.new", product_id=product_id), 303)


@bp.get("/<int:product_id>")
@requires(Right.SELL)
def show(product_id: int) -> ResponseReturnValue:
    p = desk.detail(product_id, actor())
    return render_template(
        "catalog/products/show.html", p=p, revision=revisions.of_product(product_id),
        asked=revisions.prices_of_product(product_id), history=revisions.history(product_id),
        barred=restricted.warnings(p.category_id, is_wild=p.is_wild, on=clock.today()),
    )  # fmt: skip


@bp.get("/<int:product_id>/edit")
@requires(Right.SELL)
def edit(product_id: int) -> ResponseReturnValue:
    p, waits = desk.detail(product_id, actor()), revisions.of_product(product_id)
    now = desk.facts_of(product_id) if waits is None else waits.new.facts
    form = _form(
        now.category_id, name=now.name, category=now.category_id, origin=now.origin_code, description=now.description,
        is_wild=now.is_wild, seasons=list(now.seasons), own_code=p.own_code or "",
    )  # fmt: skip
    shots = waits.new.pictures if waits else [(one.token, one.alt) for one in p.pictures]
    return render_template("catalog/products/form.html", form=form, product=p, shots=shots, revision=waits)


@bp.post("/<int:product_id>/edit")
@requires(Right.SELL)
@again(edit)
def save(product_id: int) -> ResponseReturnValue:
    draft = _form().draft()
    with transaction():
        products.edit(product_id, draft, by=actor())
        _add_pictures(product_id)
    flash(sentence("message", "product-saved"))
    return redirect(url_for("products.show", product_id=product_id), 303)


@bp.post("/<int:product_id>/pictures")
@requires(Right.SELL)
@again(edit)
def set_pictures(product_id: int) -> ResponseReturnValue:
    """Order, words and removal in one form: place-1=2, alt-1=…, drop=3."""
    wanted = []
    for place in range(1, products.MOST_PICTURES + 1):
        if f"place-{place}" in request.form and str(place) not in request.form.getlist("drop"):
            at = request.form.get(f"place-{place}", place, type=int)
            wanted.append((at, place, clean(request.form.get(f"alt-{place}"))[:60]))
    with transaction():
        products.set_pictures(product_id, [(place, alt) for _, place, alt in sorted(wanted)], by=actor())
    flash(sentence("message", "pictures-saved"))
    return redirect(url_for("products.edit", product_id=product_id), 303)


@bp.post("/<int:product_id>/copy")
@requires(Right.SELL)
@again(show)
def copy(product_id: int) -> ResponseReturnValue:
    with transaction():
        made = products.copy(product_id, by=actor()).id
        offers.copy_packs(product_id, made, by=actor())
    flash(sentence("message", "product-copied"))
    return redirect(url_for("products.edit", product_id=made), 303)


@bp.post("/<int:product_id>/revision/submit")
@requires(Right.SELL)
@again(show)
def submit_revision(product_id: int) -> ResponseReturnValue:
    with transaction():
        revising.submit(product_id, by=actor())
    flash(sentence("message", "revision-submitted"))
    return redirect(url_for("products.show", product_id=product_id), 303)


@bp.post("/<int:product_id>/revision/drop")
@requires(Right.SELL)
@again(show)
def drop_revision(product_id: int) -> ResponseReturnValue:
    with transaction():
        revising.drop(product_id, by=actor())
    flash(sentence("message", "revision-dropped"))
    return redirect(url_for("products.show", product_id=product_id), 303)


@bp.post("/<int:product_id>/submit")
@requires(Right.SELL)
@again(show)
def submit(product_id: int) -> ResponseReturnValue:
    with transaction():
        products.submit(product_id, by=actor())
    flash(sentence("message", "product-submitted"))
    return redirect(url_for("products.show", product_id=product_id), 303)


@bp.get("/<int:product_id>/withdraw")
@requires(Right.SELL)
def ask_withdraw(product_id: int) -> ResponseReturnValue:
    return render_template("catalog/products/withdraw.html", p=desk.detail(product_id, actor()))


@bp.post("/<int:product_id>/withdraw")
@requires(Right.SELL)
@again(show)
def withdraw(product_id: int) -> ResponseReturnValue:
    with transaction():
        products.withdraw(product_id, request.form.get("reason", "").strip()[:200], by=actor())
    flash(sentence("message", "product-withdrawn"))
    return redirect(url_for("products.show", product_id=product_id), 303)
