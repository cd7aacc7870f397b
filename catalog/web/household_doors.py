"""The doors of households and incomes, in one list."""

from catalog.web import (
    household_exports,
    household_intake,
    household_looks,
    households,
    impact,
    income_analysis,
    incomes,
)

DOORS = (households, household_exports, household_intake, household_looks, incomes, income_analysis, impact)
