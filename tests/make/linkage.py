"""Benefits to households and scores."""

from typing import Any

from catalog.models.benefit import LinkageScore
from catalog.models.supplier import Supplier
from core import clock
from core.db import db
from tests.make.core import writing


def linkage_score(of: Supplier, *, score: int = 5_000, quarter: str = "2026Q3", **columns: Any) -> LinkageScore:
    """A supplier's score as it would stand after a run, with the least that is true."""
    given: dict[str, Any] = {
        "version_no": 1,
        "rank": 1,
        "verified_fen": 100_000_00,
        "households": 20,
        "is_preferred": True,
        "is_provisional": False,
        "inputs": {},
        "inputs_hash": "0" * 64,
    }
    with writing():
        made = LinkageScore(
            supplier_id=of.id, quarter=quarter, score=score, created_at=clock.now(), **{**given, **columns}
        )
        db.session.add(made)
        db.session.flush()
    return made
