"""Demo data: an invented county of units, suppliers and residents, two years long, up to this morning.

It stands over all floors as a person would: it uses their services, and nothing here is used by them. Village names are
real; everything else is invented so that nobody can take it for a real body. See `docs/adr/` for the layer.
"""
