"""What a hit is worth: our own sum over the plan's groups, the same whatever engine found the tokens.

A group's score is the best of its ways (share × Σ weights of its tokens), times how telling the group is,
ln(1 + all / found). A thing missed costs most of the score, a wish missed more than half of it. Products that are what
was meant and fulfil every wish `fit`; others follow only while few fit.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

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
            if mine:
                for product_id in having:
                    mine[product_id] = mine.get(product_id, 0.0) + weight
            else:
                mine = dict.fromkeys(having, weight)
            if letter in group.primary:
                primary.update(having)
            if letter not in MENTION:
                named.update(having)
        share = way.share
        if not best:
            best = {product_id: score * share for product_id, score in mine.items()}
            continue
        for product_id, score in mine.items():
            if score * share > best.get(product_id, 0.0):
                best[product_id] = score * share
    tells = math.log(1 + found.total / max(1, len(named)))
    return Matched(group, best, primary, named, tells)


@dataclass(frozen=True)
class Weighed:
    """A plan's groups with what was found for them, weighed once for all that is asked about them."""

    plan: Plan
    core: list[Matched]
    soft: list[Matched]
    extra: list[Matched]

    @cached_property
    def whole(self) -> set[int]:
        """Products that every core group names."""
        return set.intersection(*(set(m.named) for m in self.core)) if self.core else set()

    @property
    def covered(self) -> int:
        """How many core groups name any product; a single character, left over from a word, is no thing."""
        return sum(bool(m.named) and len(m.group.word) > 1 for m in self.core)

    def hits(self) -> dict[int, Hit]:
        """What the plan finds, the best 1.0. Those that do not fit are dropped where enough do."""
        core, soft = self.core, self.soft
        if not core:
            return {}
        fitting = _fitting(core, soft, self.whole, is_one=len(core) + len(soft) == 1 and not self.plan.wishes)
        scores = _scores(_candidates(core, fitting), core, soft, self.extra)
        best = max(scores.values(), default=0.0)
        if best <= 0:
            return {}
        return _few_near({i: Hit(s / best, i in fitting) for i, s in scores.items()}, fitting)


def weighed(plan: Plan, found: Found) -> Weighed:
    """The groups of a plan, each with its products."""
    return Weighed(plan, *([matched(g, found) for g in plan.of(role)] for role in (Role.CORE, Role.SOFT, Role.EXTRA)))


def hits(plan: Plan, found: Found) -> dict[int, Hit]:
    """What the plan finds, the best 1.0."""
    return weighed(plan, found).hits()


def _candidates(core: list[Matched], fitting: set[int]) -> set[int]:
    """Who is worth a score: what fits where that is enough, else what is named, else what is mentioned."""
    if len(fitting) >= ENOUGH:
        return fitting
    named = set().union(*(m.named for m in core))
    return named if len(named) >= ENOUGH else set().union(*(m.scores for m in core))


def _fitting(core: list[Matched], soft: list[Matched], whole: set[int], *, is_one: bool) -> set[int]:
    """With one thing and no wish everything named fits; else it must be the thing wherever any is."""
    fitting = set(whole)
    if not is_one:
        for m in core:
            fitting &= (whole & set(m.primary)) or whole
    for m in soft:
        fitting &= set(m.primary)
    return fitting


def _scores(candidates: set[int], core: list[Matched], soft: list[Matched], extra: list[Matched]) -> dict[int, float]:
    shares = [*((m, 1.0) for m in core), *((m, SOFT_SHARE) for m in soft), *((m, EXTRA_SHARE) for m in extra)]
    total = dict.fromkeys(candidates, 0.0)
    for m, share in shares:
        factor, scores = m.tells * share, m.scores
        for product_id in candidates & scores.keys():
            total[product_id] += scores[product_id] * factor
    for m in core:
        for product_id in candidates - m.scores.keys():
            total[product_id] *= MISSED_CORE
    for m in soft:
        for product_id in candidates.difference(m.primary):
            total[product_id] *= MISSED_WISH
    return total


def _few_near(found: dict[int, Hit], fitting: set[int]) -> dict[int, Hit]:
    if len(fitting) >= ENOUGH:
        return found
    near = sorted((i for i, hit in found.items() if not hit.fits), key=lambda i: (-found[i].score, i))[:MOST_NEAR]
    return {i: found[i] for i in (*fitting, *near) if i in found}


@dataclass(frozen=True)
class Reason:
    """Why a product was found by one thing that was meant: by which of its names, in which fields (their letters)."""

    meant: str
    role: Role
    by: str
    fields: tuple[str, ...]


def reasons(plan: Plan, found: Found, product_id: int) -> list[Reason]:
    """The best way of each group to a product; none for a group that it misses."""
    out = []
    for group in plan.groups:
        best, points = None, 0.0
        for way in group.ways:
            hit = [(t[0], w) for t, w in way.tokens if product_id in found.having.get(t, ())]
            worth = way.share * sum(w for _, w in hit)
            if worth > points:
                best, points = Reason(group.word, group.role, way.word, tuple(letter for letter, _ in hit)), worth
        if best is not None:
            out.append(best)
    return out
