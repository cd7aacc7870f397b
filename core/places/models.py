"""Administrative divisions, keyed by code: names repeat (葫芦套村 exists twice), codes do not."""

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class PlaceLevel(enum.StrEnum):
    """County 6 digits, town 9, village and urban community 12 (statistics bureau coding)."""

    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    COMMUNITY = "community"


class Place(Base):
    """A county, town or village of the country; other counties' villages may be added with a document."""

    __tablename__ = "place"

    code: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    level: Mapped[PlaceLevel]
    parent_code: Mapped[str | None] = mapped_column(sa.ForeignKey("place.code"), index=True)

    __table_args__ = (
        sa.CheckConstraint(
            "code ~ '^[0-9]+$' AND length(code) = CASE level WHEN 'county' THEN 6 WHEN 'town' THEN 9 ELSE 12 END",
            name="code_fits_level",
        ),
    )
