"""Jobs of this floor."""

from catalog.services import admission, attesting, search_index
from core.jobs import job


@job(search_index.JOB, every=2)
def index_dirty() -> None:
    """Marked products into the search index; a missing index is made."""
    search_index.index_dirty()


@job("catalog.reconcile_search", every=6 * 3600)
def reconcile_search() -> None:
    """Compare index and database, queue what differs."""
    search_index.reconcile()


@job("catalog.suspend_expired", every=3600)
def suspend_expired() -> None:
    """Suppliers whose licence has ended sell no more (rule 66)."""
    admission.suspend_expired()


@job(attesting.ASK)
def ask_household(benefit_id: int) -> None:
    """After the village's word the household gets its link."""
    attesting.ask(benefit_id)
