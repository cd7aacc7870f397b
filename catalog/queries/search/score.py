"""What a hit is worth: our own sum over the plan's groups, the same whatever engine found the tokens.

A group's score is the best of its ways (share × Σ weights of its tokens), times how telling the group is,
ln(1 + all / found). A thing missed costs most of the score, a wish missed more than half of it. Products that are what
was meant and fulfil every wish `fit`; others follow only while few fit.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from catalog.queries.search.backend import Found
from catalog.queries.search.plan import Group, Plan, Role

SOFT_SHARE, EXTRA_SHARE = 0.4, 0.25
MISSED_CORE, MISSED_WISH = 0.15, 0.4
ENOUGH = 20
"""As many that fit need nobody who does not."""
MOST_NEAR = 40
MENTION = frozenset("b")
"""Fields that only mention a thing."""


@dataclass(frozen=True)
class Hit:
    """A product found: 0–1, and whether it fulfils the whole query."""

    score: float
    fits: bool


@dataclass(frozen=True)
class Matched:
    """One group's products: what each is worth, who really is what was meant, who more than mentions it."""

    group: Group
    scores: Mapping[int, float]
    primary: Collection[int]
    named: Collection[int]
    tells: float


def matched(group: Group, found: Found) -> Matched:
    """The products of a group."""
    best: dict[int, float] = {}
    primary: set[int] = set()
    named: set[int] = set()
    for way in group.ways:
        mine: dict[int, float] = {}
        for token, weight in way.tokens:
            having, letter = found.having.get(token, ()), token[0]
            for product_id in having:
                mine[product_id] = mine.get(product_id, 0.0) + weight
            if letter in group.primary:
                primary.update(having)
            if letter not in MENTION:
                named.update(having)
        for product_id, score in mine.items():
            if score * way.share > best.get(product_id, 0.0):
                best[product_id] = score * way.share
    tells = math.log(1 + found.total / max(1, len(named)))
    return Matched(group, best, primary, named, tells)


def hits(plan: Plan, found: Found) -> dict[int, Hit]:
    """What the plan finds, the best 1.0. Those that do not fit are dropped where enough do."""
    by_role = {role: [matched(g, found) for g in plan.of(role)] for role in Role}
    core, soft, extra = by_role[Role.CORE], by_role[Role.SOFT], by_role[Role.EXTRA]
    if not core:
        return {}
    candidates = set().union(*(m.scores for m in core))
    whole = set.intersection(*(set(m.named) for m in core))
    fitting = _fitting(core, soft, whole, is_one=len(core) + len(soft) == 1 and not plan.wishes)
    scores = {i: _score(i, core, soft, extra) for i in candidates}
    best = max(scores.values(), default=0.0)
    if best <= 0:
        return {}
    out = {i: Hit(s / best, i in fitting) for i, s in scores.items()}
    return _few_near(out, fitting, soft)


def is_whole(plan: Plan, found: Found) -> bool:
    """Whether some product is named by every core group."""
    core = [matched(g, found) for g in plan.of(Role.CORE)]
    return bool(core) and bool(set.intersection(*(set(m.named) for m in core)))


def _fitting(core: list[Matched], soft: list[Matched], whole: set[int], *, is_one: bool) -> set[int]:
    """With one thing and no wish everything named fits; else it must be the thing wherever any is."""
    fitting = set(whole)
    if not is_one:
        for m in core:
            fitting &= (whole & set(m.primary)) or whole
    for m in soft:
        fitting &= set(m.primary)
    return fitting


def _score(product_id: int, core: list[Matched], soft: list[Matched], extra: list[Matched]) -> float:
    total = sum(m.scores.get(product_id, 0.0) * m.tells for m in core)
    total += sum(m.scores.get(product_id, 0.0) * m.tells * SOFT_SHARE for m in soft)
    total += sum(m.scores.get(product_id, 0.0) * m.tells * EXTRA_SHARE for m in extra)
    missed = sum(product_id not in m.scores for m in core)
    unfulfilled = sum(product_id not in m.primary for m in soft)
    return float(total * MISSED_CORE**missed * MISSED_WISH**unfulfilled)


def _few_near(found: dict[int, Hit], fitting: set[int], soft: list[Matched]) -> dict[int, Hit]:
    if len(fitting) >= ENOUGH:
        return {i: hit for i, hit in found.items() if hit.fits}
    near = sorted((i for i, hit in found.items() if not hit.fits), key=lambda i: (-found[i].score, i))[:MOST_NEAR]
    return {i: found[i] for i in (*fitting, *near) if i in found}
