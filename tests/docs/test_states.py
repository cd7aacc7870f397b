import importlib
import pkgutil

import catalog.rules
import market.rules
import procurement.rules
from core.states import StateTable
from tests.docs.states import PAGE, TABLES, page


def test_the_page_shows_the_tables_as_they_are():
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.docs.states --write"


MEANT = {
    ("revision", "approved"),
    ("revision", "dropped"),
    ("price_change", "approved"),
    ("price_change", "returned"),
    ("price_change", "withdrawn"),
    ("benefit", "void"),
    ("certificate", "revoked"),
    ("household-intake", "taken"),
    ("household-intake", "discarded"),
    ("household-export", "declined"),
    ("household-export", "lapsed"),
    ("admission", "active"),
    ("admission", "refused"),
    ("admission", "withdrawn"),
    ("certification", "granted"),
    ("certification", "failed"),
    ("refund", "done"),
    ("payment-exception", "closed"),
    ("payment-exception", "healed"),
    ("after-sale", "refunded"),
    ("after-sale", "closed"),
    ("after-sale", "withdrawn"),
    ("dispute", "decided"),
    ("complaint", "closed"),
    ("dispute", "withdrawn"),
    ("dispute", "conceded"),
    ("certification", "withdrawn"),
    ("import", "discarded"),
    ("import", "undone"),
    ("unit-order", "closed"),
    ("unit-order", "cancelled"),
    ("resident-order", "closed"),
    ("resident-order", "cancelled"),
    ("ask", "agreed"),
    ("ask", "declined"),
    ("ask", "withdrawn"),
    ("ask", "lapsed"),
    ("ask-back", "agreed"),
    ("ask-back", "declined"),
    ("ask-back", "withdrawn"),
    ("delivery", "received"),
    ("bill", "closed"),
    ("promotion", "stopped"),
    ("invoice", "returned"),
    ("invoice", "reversed"),
    ("village-pairing", "refused"),
    ("village-pairing", "ended"),
    ("purchase-pledge", "fulfilled"),
    ("purchase-pledge", "ended"),
    ("outside-sale", "checked"),
    ("outside-sale", "refused"),
    ("transfer", "confirmed"),
    ("transfer", "refused"),
    ("transfer", "withdrawn"),
    ("plan", "withdrawn"),
    ("plan", "closed"),
    ("declaration", "confirmed"),
    ("stocktake", "dropped"),
    ("stocktake", "signed"),
    ("spending-statement", "confirmed"),
    ("benefit", "void"),
    ("certificate", "revoked"),
}
"""Every end that is meant."""


def test_no_table_is_missing_from_the_page():
    made = {}
    for room in (catalog.rules, market.rules, procurement.rules):
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            names = vars(importlib.import_module(module.name)).values()
            made |= {id(thing): thing.noun for thing in names if isinstance(thing, StateTable)}

    assert set(made) == {id(table) for _, table in TABLES}


def test_nobody_is_stuck_by_accident():
    """Every state but the start is reached, and every end is one that is meant."""
    ends = {(table.noun, state.value) for _, table in TABLES for state in table.states() if not table.acts_in(state)}

    assert ends == MEANT
    for _, table in TABLES:
        reached = {step.next for step in table.steps.values()} | {table.start}
        assert reached >= set(table.states()), table.noun
