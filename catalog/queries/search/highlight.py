"""Which parts of a name a search found: pieces and flags, for a template that escapes them. No markup is made here."""

from collections.abc import Iterable

from catalog.queries.search.lexicon import normal
from catalog.queries.search.plan import Plan, Role

Piece = tuple[str, bool]


def found_words(plan: Plan) -> list[str]:
    """Words of the plan that a name may hold, the longest first; what only helps marks nothing."""
    words = {way.word for g in plan.groups if g.role is not Role.EXTRA for way in g.ways}
    return sorted(words, key=lambda word: (-len(word), word))


def pieces(name: str, words: Iterable[str]) -> list[Piece]:
    """The name in pieces, each found or not; together they are the name, sign for sign."""
    plain = normal(name)
    if len(plain) != len(name):
        # A sign that became several: the places no longer fit, so nothing is marked.
        return [(name, False)]
    marked = [False] * len(name)
    for word in words:
        at = plain.find(word)
        while at >= 0:
            marked[at : at + len(word)] = [True] * len(word)
            at = plain.find(word, at + 1)
    out: list[Piece] = []
    for sign, flag in zip(name, marked, strict=True):
        if out and out[-1][1] is flag:
            out[-1] = (out[-1][0] + sign, flag)
        else:
            out.append((sign, flag))
    return out
