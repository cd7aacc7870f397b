"""Doors of goods in full, listed in one place for the floor."""

from catalog.web import quick

DOORS = (quick,)
