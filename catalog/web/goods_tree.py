"""The operator's pages of the goods tree and of watched words."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import categories, claims
from catalog.rules.returns import ReturnPolicy
from catalog.rules.words import WordKind
from catalog.services import goods_tree, restrictions
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.text import label, sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText, clean

bp = Blueprint("goods_tree", __name__, url_prefix="/operator")
menu.add("catalogue", "goods-tree", icon="diagram-3", endpoint="goods_tree.show", right=Right.CONTENT_APPROVE, order=50)
menu.add("catalogue", "words", icon="shield-exclamation", endpoint="goods_tree.words", right=Right.CONTENT_APPROVE,
         order=51)  # fmt: skip


class LeafForm(Form):
    name = ShortText(most=40)
    code = ShortText(most=20)


class WordForm(Form):
    word = ShortText(most=30)
    source = ShortText(most=200)


def _done(message: str, anchor: str = "") -> ResponseReturnValue:
    flash(sentence("message", message))
    return redirect(url_for("goods_tree.show") + anchor, 303)


def _number(name: str) -> int:
    """A category's id as posted. Raises: Refused "category-not-leaf" for what is none."""
    value = request.form.get(name, 0, type=int)
    if not 0 < value < 2**62:
        raise Refused("category-not-leaf")
    return value


@bp.get("/categories")
@requires(Right.CONTENT_APPROVE)
def show() -> ResponseReturnValue:
    return render_template(
        "catalog/tree/show.html",
        tree=categories.listed(),
        goods=categories.goods_by_leaf(),
        form=LeafForm(),
        policies=[(one.value, label(one)) for one in ReturnPolicy],
    )


@bp.post("/categories")
@requires(Right.CONTENT_APPROVE)
@again(show)
def add_leaf() -> ResponseReturnValue:
    form = LeafForm()
    form.require()
    with transaction():
        made = goods_tree.add_leaf(_number("branch"), form.code.data, form.name.data, by=actor()).id
    return _done("category-added", f"#leaf-{made}")


@bp.post("/categories/<id:category_id>/alias")
@requires(Right.CONTENT_APPROVE)
@again(show)
def add_alias(category_id: int) -> ResponseReturnValue:
    with transaction():
        goods_tree.add_alias(category_id, clean(request.form.get("alias")), by=actor())
    return _done("category-alias-added", f"#leaf-{category_id}")


@bp.post("/categories/<id:category_id>/alias/drop")
@requires(Right.CONTENT_APPROVE)
@again(show)
def drop_alias(category_id: int) -> ResponseReturnValue:
    with transaction():
        goods_tree.drop_alias(category_id, clean(request.form.get("alias")), by=actor())
    return _done("category-alias-dropped", f"#leaf-{category_id}")


@bp.post("/categories/<id:category_id>/move")
@requires(Right.CONTENT_APPROVE)
@again(show)
def move(category_id: int) -> ResponseReturnValue:
    with transaction():
        goods_tree.move(category_id, _number("branch"), by=actor())
    return _done("category-moved", f"#leaf-{category_id}")


@bp.post("/categories/<id:category_id>/close")
@requires(Right.CONTENT_APPROVE)
@again(show)
def close(category_id: int) -> ResponseReturnValue:
    with transaction():
        goods_tree.close(category_id, by=actor())
    return _done("category-closed", f"#leaf-{category_id}")


@bp.post("/categories/<id:category_id>/reopen")
@requires(Right.CONTENT_APPROVE)
@again(show)
def reopen(category_id: int) -> ResponseReturnValue:
    with transaction():
        goods_tree.reopen(category_id, by=actor())
    return _done("category-reopened", f"#leaf-{category_id}")


@bp.post("/categories/<id:category_id>/returns")
@requires(Right.CONTENT_APPROVE)
@again(show)
def set_return_policy(category_id: int) -> ResponseReturnValue:
    asked = request.form.get("policy", "")
    if asked not in set(ReturnPolicy):
        raise Refused("category-not-leaf")
    with transaction():
        goods_tree.set_return_policy(category_id, ReturnPolicy(asked), by=actor())
    return _done("category-return-policy", f"#leaf-{category_id}")


@bp.get("/words")
@requires(Right.CONTENT_APPROVE)
def words() -> ResponseReturnValue:
    lists = [(kind, claims.listed(kind)) for kind in WordKind]
    return render_template("catalog/tree/words.html", lists=lists, form=WordForm())


@bp.post("/words")
@requires(Right.CONTENT_APPROVE)
@again(words)
def add_word() -> ResponseReturnValue:
    form, asked = WordForm(), request.form.get("kind", "")
    form.require()
    if asked not in set(WordKind):
        raise Refused("word-shape")
    with transaction():
        restrictions.add_word(WordKind(asked), form.word.data, form.source.data, by=actor())
    flash(sentence("message", "word-added"))
    return redirect(url_for("goods_tree.words"), 303)


@bp.post("/words/<id:word_id>/end")
@requires(Right.CONTENT_APPROVE)
@again(words)
def end_word(word_id: int) -> ResponseReturnValue:
    with transaction():
        restrictions.end_word(word_id, by=actor())
    flash(sentence("message", "word-ended"))
    return redirect(url_for("goods_tree.words"), 303)
