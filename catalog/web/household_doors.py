"""The doors of households and incomes, in one list."""

from catalog.web import household_looks, households

DOORS = (households, household_looks)
