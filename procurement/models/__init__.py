"""Tables of the procurement floor, imported in one place for the mapper and the migrations."""

from procurement.models import declaration, external, inventory, ledger, plan, scheme, statement, unit

__all__ = ["declaration", "external", "inventory", "ledger", "plan", "scheme", "statement", "unit"]
