"""The doors of household linkage, in one list."""

from catalog.web import agreements, attest, bank_files, benefits, confirm, linkage, margins, scores

DOORS = (agreements, attest, bank_files, benefits, confirm, linkage, margins, scores)
