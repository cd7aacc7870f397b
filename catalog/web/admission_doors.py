"""The doors of the admission, joined here so that the floor's list stays short."""

from catalog.web import admission_desk, apply, leads, licences, office_lists, publicity, supplier_checks

DOORS = (apply, admission_desk, publicity, leads, supplier_checks, office_lists, licences)
