"""The field's edge as one set of doors, joined by the floor's `init`."""

from catalog.web import crops, lots, payables, purchases

DOORS = (purchases, lots, payables, crops)
