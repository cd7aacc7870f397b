"""The linkage score is computed: the same inputs give the same score and no second version."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.benefit import LinkageScore
from catalog.queries import score_inputs
from catalog.queries.score_inputs import Claim
from catalog.rules import linkage_score as rules
from catalog.rules.linkage_score import Scored
from catalog.rules.quarter import Quarter
from catalog.services import search_index
from core import clock, trail
from core.db import db
from core.trail.models import Stream

METHOD = 1
"""Grows when the arithmetic does: old versions say by which they were computed."""
_LOCK = "catalog.linkage_score"


@dataclass(frozen=True)
class Run:
    """What a computation did."""

    quarter: Quarter
    suppliers: int
    changed: int


def compute(quarter: Quarter | None = None, *, on: date | None = None) -> Run:
    """Score all active suppliers for the window that ends with `quarter` (the last settled one).

    Who scores as before gets no new version. Two at once: the second waits and finds nothing to do.
    """
    day = on or clock.today()
    last = quarter or rules.settled_quarter(day)
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(_LOCK, 0))))
    claims = score_inputs.claims(last)
    scored = rules.compute(score_inputs.facts(last, claims, day), on=day)
    states = _states(claims)
    newest = _newest(last)
    made = [row for one in scored if (row := _row(one, last, states, newest)) is not None]
    db.session.add_all(made)
    if made:
        trail.record(Stream.CATALOGUE, "linkage-scored", "linkage_score", str(last), by=None, quarter=str(last),
                     suppliers=len(scored), changed=len(made))  # fmt: skip
        for row in made:
            search_index.mark_supplier(row.supplier_id)
    return Run(last, len(scored), len(made))


def _newest(quarter: Quarter) -> dict[int, tuple[int, str]]:
    rows = db.session.execute(
        sa.select(LinkageScore.supplier_id, LinkageScore.version_no, LinkageScore.inputs_hash)
        .ext(distinct_on(LinkageScore.supplier_id))
        .where(LinkageScore.quarter == str(quarter))
        .order_by(LinkageScore.supplier_id, LinkageScore.version_no.desc())
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _row(
    one: Scored, quarter: Quarter, states: dict[int, dict[str, list[int]]], newest: dict[int, tuple[int, str]]
) -> LinkageScore | None:
    supplier_id = one.facts.supplier_id
    inputs = _inputs(one, states.get(supplier_id, {}))
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    version, known = newest.get(supplier_id, (0, ""))
    if digest == known:
        return None
    return LinkageScore(
        supplier_id=supplier_id,
        quarter=str(quarter),
        version_no=version + 1,
        score=one.score,
        rank=one.place,
        verified_fen=one.measures.depth_fen,
        households=one.measures.households,
        is_preferred=one.is_preferred,
        is_provisional=one.is_provisional,
        inputs=inputs,
        inputs_hash=digest,
        created_at=clock.now(),
    )


def _inputs(one: Scored, states: dict[str, list[int]]) -> dict[str, Any]:
    """All that the arithmetic needs, so that anybody can do it again; other suppliers only as counts."""
    measures = one.measures
    return {
        "method": METHOD,
        "size_class": one.facts.entity.value,
        "admitted_on": one.facts.admitted_on.isoformat(),
        "revenue_fen": one.facts.revenue_fen,
        "signed_households": one.facts.signed_households,
        "is_struck": one.facts.is_struck,
        "place": one.place,
        "pass_through": [measures.pass_through.numerator, measures.pass_through.denominator],
        "quarters": measures.quarters,
        "households": [[household, net, capped] for household, (net, capped) in measures.per_household.items()],
        "ranks": {name: [rank.below, rank.equal, rank.of] for name, rank in one.ranks.items()},
        "points": one.points(),
        "score": one.score,
        "is_preferred": one.is_preferred,
        "is_provisional": one.is_provisional,
        "claims": states,
    }


def _states(claims: Iterable[Claim]) -> dict[int, dict[str, list[int]]]:
    """Per supplier: {state or bar: [how many, fen claimed, fen counted]}."""
    found: dict[int, dict[str, Counter[str]]] = {}
    for claim in claims:
        name = (claim.barred or claim.state).value
        sums = found.setdefault(claim.supplier_id, {}).setdefault(name, Counter())
        sums.update(count=1, fen=claim.amount_fen, net=claim.net_fen)
    return {
        supplier: {name: [sums["count"], sums["fen"], sums["net"]] for name, sums in sorted(by.items())}
        for supplier, by in found.items()
    }
