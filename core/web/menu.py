"""The desk's menu and the shop's header: floors say what they offer, here it is shown to who may."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import g, has_request_context, request, url_for

from core import text
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind

Counter = Callable[[Actor], int]
Extra = Callable[[Actor | None], dict[str, Any]]


@dataclass(frozen=True)
class Item:
    """One entry. `code` has its word in `[menu]`; `counter` is the number of things waiting there.

    `kinds`: only for bodies of these kinds (a township has no quota, though its admin may read figures of units).
    """

    section: str
    code: str
    icon: str
    endpoint: str
    right: Right
    order: int
    counter: Counter | None = None
    kinds: frozenset[OrganisationKind] | None = None

    def is_for(self, actor: Actor) -> bool:
        """Whether this actor finds something there."""
        return actor.may(self.right) and (self.kinds is None or actor.organisation_kind in self.kinds)


ITEMS: list[Item] = []
EXTRAS: list[Extra] = []
SECTIONS = ("work", "canteen", "supervise", "market", "catalogue", "households", "people", "system")


def add(
    section: str,
    code: str,
    *,
    icon: str,
    endpoint: str,
    right: Right,
    order: int = 50,
    counter: Counter | None = None,
    kinds: frozenset[OrganisationKind] | None = None,
) -> None:
    """Offer a page in the desk's menu. Asking twice (two apps in one process) keeps one."""
    item = Item(section, code, icon, endpoint, right, order, counter, kinds)
    ITEMS[:] = [i for i in ITEMS if (i.section, i.code) != (section, code)] + [item]


def add_names(give: Extra) -> None:
    """Add names to every page's context (the shop's categories, the cart's count)."""
    if give not in EXTRAS:
        EXTRAS.append(give)


def visible(actor: Actor) -> list[dict[str, Any]]:
    """Sections with the items this actor may use, counted."""
    out = []
    for section in SECTIONS:
        mine = sorted((i for i in ITEMS if i.section == section and i.is_for(actor)), key=lambda i: i.order)
        if mine:
            out.append({"title": text.sentence("menu_section", section), "items": [_shown(i, actor) for i in mine]})
    return out


def _shown(item: Item, actor: Actor) -> dict[str, Any]:
    endpoint = request.endpoint or ""
    return {
        "code": item.code,
        "label": text.sentence("menu", item.code),
        "icon": item.icon,
        "url": url_for(item.endpoint),
        "count": item.counter(actor) if item.counter else 0,
        "current": endpoint == item.endpoint or endpoint.split(".")[0] == item.endpoint.split(".")[0] == "",
    }


class _Lazy:
    """Counts nothing until a template walks over it: shop pages have no menu."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def __iter__(self) -> Any:
        if not hasattr(g, "menu"):
            g.menu = visible(self._actor)
        return iter(g.menu)

    def __bool__(self) -> bool:
        return True


def context(actor: Actor | None) -> dict[str, Any]:
    """Names for templates: `menu`, and what the floors add."""
    names: dict[str, Any] = {"menu": _Lazy(actor) if actor and actor.organisation_id else []}
    if has_request_context():
        for give in EXTRAS:
            names.update(give(actor))
    return names
