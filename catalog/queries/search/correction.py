"""What somebody may have meant, where the catalogue has not what was typed; never against a hit.

The cheapest way to read a run of characters is taken: words that are known cost next to nothing, then the same sound
(蓝梅 → 蓝莓), nearly the same sound (人生 → 人参: n/ng, z/zh, c/ch, s/sh, l/n), one other character in a word of
three or more; for letters one slip of the finger in five or more.
"""

from collections.abc import Callable

from catalog.queries.search.lexicon import is_han, nearly, parts, pinyin_of
from catalog.queries.search.vocabulary import Vocabulary
from catalog.queries.search.words import WORDS

LONGEST = 8
LEAST_LETTERS = 5
KNOWN, LONE, SAME, NEAR, OTHER = 0.05, 1.5, 0.8, 1.1, 1.3
_MEANT = frozenset(WORDS.all)


def corrected(text: str, vocabulary: Vocabulary) -> str | None:
    """The text with its unknown runs replaced, or None when there is nothing to suggest."""
    runs = list(parts(text))
    mended = [_run(run, vocabulary) if is_han(run) else _letters(run, vocabulary) for run in runs]
    return " ".join(mended) if mended != runs else None


def _run(run: str, vocabulary: Vocabulary) -> str:
    """The cheapest reading of a run, from left to right."""
    best: list[tuple[float, str]] = [(0.0, "")] + [(float("inf"), "")] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - LONGEST), end):
            cost, word = _piece(run[start:end], vocabulary)
            total = best[start][0] + cost
            if total < best[end][0]:
                best[end] = (total, best[start][1] + word)
    return best[-1][1]


def _piece(piece: str, vocabulary: Vocabulary) -> tuple[float, str]:
    if len(piece) == 1:
        is_word = piece in WORDS.stops or piece in WORDS.qualifiers or piece in vocabulary.county.goods
        return (KNOWN * 8 if is_word else LONE), piece
    if piece in vocabulary.weight or piece in _MEANT:
        return KNOWN, piece
    finders: tuple[tuple[float, Callable[[], list[str]]], ...] = (
        (SAME, lambda: [w for w in vocabulary.sounds.get(pinyin_of(piece), []) if len(w) == len(piece)]),
        (NEAR, lambda: vocabulary.near.get(nearly(piece), [])),
        (OTHER, lambda: _one_other(piece, vocabulary)),
    )
    for cost, find in finders:
        other = next(iter(find()), None)
        if other is not None:
            return cost, other
    return LONE * len(piece), piece


def _one_other(piece: str, vocabulary: Vocabulary) -> list[str]:
    if len(piece) < 3:
        return []
    return [w for w in vocabulary.long.get(len(piece), []) if sum(a != b for a, b in zip(w, piece, strict=True)) == 1]


def _letters(run: str, vocabulary: Vocabulary) -> str:
    if len(run) < LEAST_LETTERS or not run.isalpha() or vocabulary.knows(run):
        return run
    keys = [*vocabulary.sounds, *vocabulary.wishes]
    close = [key for key in keys if abs(len(key) - len(run)) <= 1 and len(key) >= LEAST_LETTERS - 1]
    close = [key for key in close if one_slip(run, key)]

    def likely(key: str) -> tuple[object, ...]:
        weight = max((vocabulary.weight[w] for w in vocabulary.sounds.get(key, ())), default=0)
        return key[0] != run[0], abs(len(key) - len(run)), -weight, key

    return min(close, key=likely, default=run)


def one_slip(a: str, b: str) -> bool:
    """Whether one letter more, less, other, or two neighbours changed over make `b` of `a`."""
    if a == b:
        return True
    if len(a) == len(b):
        off = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
        if len(off) == 2 and off[1] == off[0] + 1:
            return a[off[0]] == b[off[1]] and a[off[1]] == b[off[0]]
        return len(off) == 1
    short, long = sorted((a, b), key=len)
    if len(long) - len(short) != 1:
        return False
    at = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    return short[at:] == long[at + 1 :]
