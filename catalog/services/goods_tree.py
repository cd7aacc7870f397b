"""The operator's hand on the goods tree: other names, other branches, closing. A leaf is never deleted."""

import re

import sqlalchemy as sa

from catalog.models.product import Category, Product
from catalog.queries.search.lexicon import normal
from catalog.rules.returns import ReturnPolicy
from catalog.services import search_index
from core import trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream

_LONGEST = 300
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")


def add_leaf(branch_id: int, code: str, name: str, *, by: Actor) -> Category:
    """A new leaf of a branch. Raises: Missing; Refused "category-code", "category-name-taken"."""
    branch = _locked(branch_id)
    if branch.is_leaf or not _CODE.fullmatch(code) or len(code) > 20:
        raise Refused("category-code")
    _free(name)
    if db.session.scalar(sa.select(sa.exists().where(Category.code == code))):
        raise Refused("category-code")
    last = db.session.scalar(sa.select(sa.func.max(Category.position))) or 0
    leaf = Category(
        code=code, name=name, parent_id=branch.id, position=last + 1, is_leaf=True,
        is_ingredient=branch.is_ingredient, art=branch.art,
    )  # fmt: skip
    db.session.add(leaf)
    db.session.flush()
    _record("category-added", leaf, by, branch=branch.name)
    return leaf


def add_alias(category_id: int, alias: str, *, by: Actor) -> None:
    """Another name by which people look for it. Raises: Missing; Refused "alias-shape", "category-name-taken"."""
    category, alias = _locked(category_id), alias.strip()
    if not alias or len(alias) > 20 or any(sign.isspace() for sign in alias):
        raise Refused("alias-shape")
    _free(alias)
    found = " ".join([*category.aliases.split(), alias])
    if len(found) > _LONGEST:
        raise Refused("alias-shape")
    category.aliases = found
    _told(category)
    _record("category-alias-added", category, by, alias=alias)


def drop_alias(category_id: int, alias: str, *, by: Actor) -> None:
    """Take a name away. Raises: Missing."""
    category = _locked(category_id)
    if alias not in category.aliases.split():
        raise Missing("no-such-alias")
    category.aliases = " ".join(one for one in category.aliases.split() if one != alias)
    _told(category)
    _record("category-alias-dropped", category, by, alias=alias)


def move(category_id: int, branch_id: int, *, by: Actor) -> None:
    """Hang a leaf under another branch. Raises: Missing; Refused "category-not-leaf"."""
    leaf, branch = _locked(category_id), _locked(branch_id)
    if not leaf.is_leaf or branch.is_leaf:
        raise Refused("category-not-leaf")
    leaf.parent_id = branch.id
    _told(leaf)
    _record("category-moved", leaf, by, branch=branch.name)


def close(category_id: int, *, by: Actor) -> None:
    """No new goods of the leaf; those that there are stay. Raises: Missing; Refused "category-not-leaf"."""
    leaf = _locked(category_id)
    if not leaf.is_leaf:
        raise Refused("category-not-leaf")
    leaf.is_closed = True
    db.session.flush()
    _record("category-closed", leaf, by)


def reopen(category_id: int, *, by: Actor) -> None:
    """New goods of the leaf again. Raises: Missing."""
    leaf = _locked(category_id)
    leaf.is_closed = False
    db.session.flush()
    _record("category-reopened", leaf, by)


def set_return_policy(category_id: int, policy: ReturnPolicy, *, by: Actor) -> None:
    """Whether such goods may be sent back without a reason (rule 84); orders placed before keep what they were told.

    Raises: Missing; Refused "category-not-leaf".
    """
    leaf = _locked(category_id)
    if not leaf.is_leaf:
        raise Refused("category-not-leaf")
    was, leaf.return_policy = leaf.return_policy, policy
    db.session.flush()
    _record("category-return-policy", leaf, by, was=was.value, policy=policy.value)


def _locked(category_id: int) -> Category:
    found = db.session.execute(
        sa.select(Category).where(Category.id == category_id).with_for_update()
    ).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-category")
    return found


def _free(name: str) -> None:
    """A name leads to one category only. Raises: Refused "category-name-taken" (category)."""
    wanted = normal(name)
    for known, aliases in db.session.execute(sa.select(Category.name, Category.aliases)):
        if wanted in {normal(one) for one in (known, *aliases.split())}:
            raise Refused("category-name-taken", name=name, category=known)


def _told(category: Category) -> None:
    db.session.flush()
    search_index.mark(db.session.scalars(sa.select(Product.id).where(Product.category_id == category.id)).all())


def _record(action: str, category: Category, by: Actor, **facts: object) -> None:
    trail.record(
        Stream.CATALOGUE, action, "category", category.id, by=by, right=Right.CONTENT_APPROVE, name=category.name,
        **facts,  # type: ignore[arg-type]
    )  # fmt: skip
