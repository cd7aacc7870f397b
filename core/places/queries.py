"""Reading places. Full names always carry the town, since village names repeat."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.db import db
from core.places.models import Place, PlaceLevel


@dataclass(frozen=True)
class PlaceName:
    """One place with its parent's name: `花山镇 大荒沟村`."""

    code: str
    name: str
    parent_code: str | None
    parent_name: str

    @property
    def full(self) -> str:
        """Town and village, as it is printed."""
        return f"{self.parent_name} {self.name}".strip()


def listed(level: PlaceLevel, *, parent_code: str | None = None) -> list[PlaceName]:
    """Places of a level in code order, of one parent if given."""
    parent = aliased(Place)
    query = (
        sa.select(Place.code, Place.name, Place.parent_code, sa.func.coalesce(parent.name, ""))
        .outerjoin(parent, parent.code == Place.parent_code)
        .where(Place.level == level)
        .order_by(Place.code)
    )
    if parent_code is not None:
        query = query.where(Place.parent_code == parent_code)
    return [PlaceName(*row) for row in db.session.execute(query)]


def names(codes: set[str]) -> dict[str, PlaceName]:
    """The named places among `codes`."""
    if not codes:
        return {}
    parent = aliased(Place)
    query = (
        sa.select(Place.code, Place.name, Place.parent_code, sa.func.coalesce(parent.name, ""))
        .outerjoin(parent, parent.code == Place.parent_code)
        .where(Place.code.in_(codes))
    )
    return {row[0]: PlaceName(*row) for row in db.session.execute(query)}
