"""What somebody may have meant: only where the catalogue never has what was typed, and never against a hit.

In order: the same sound (蓝梅 → 蓝莓), nearly the same sound (人生 → 人参: n/ng, z/zh, c/ch, s/sh, l/n), one
other character in a word of three or more, and for letters one slip of the finger.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from catalog.queries.search.lexicon import is_han, parts, syllables

LONGEST = 6
LEAST_LETTERS = 5
_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"))


def nearly(sound: str) -> str:
    """One form for sounds that dialects mix up."""
    for wide, narrow in _NEAR:
        if sound.startswith(wide):
            sound = narrow + sound[2:]
    return re.sub(r"ng$", "n", sound)


@dataclass(frozen=True)
class Vocabulary:
    """What the catalogue has: words of names, leaves and aliases, neighbouring pairs, pinyin keys."""

    words: frozenset[str]
    pairs: frozenset[str]
    keys: frozenset[str]

    @cached_property
    def by_sound(self) -> dict[tuple[str, ...], list[str]]:
        """Words by their exact sound."""
        return _grouped(self.words, syllables)

    @cached_property
    def by_near_sound(self) -> dict[tuple[str, ...], list[str]]:
        """Words by their sound as dialects mix it up."""
        return _grouped(self.words, lambda word: tuple(nearly(s) for s in syllables(word)))


def _grouped(words: Iterable[str], key: Callable[[str], tuple[str, ...]]) -> dict[tuple[str, ...], list[str]]:
    out: dict[tuple[str, ...], list[str]] = {}
    for word in sorted(words):
        if is_han(word) and 2 <= len(word) <= LONGEST:
            out.setdefault(key(word), []).append(word)
    return out


def corrected(text: str, vocabulary: Vocabulary) -> str | None:
    """The text with its unknown runs replaced, or None when there is nothing to suggest."""
    runs = list(parts(text))
    mended = [_run(run, vocabulary) if is_han(run) else _letters(run, vocabulary) for run in runs]
    return " ".join(mended) if mended != runs else None


def _run(run: str, vocabulary: Vocabulary) -> str:
    strange = {i for i, pair in enumerate(pairwise(run)) if "".join(pair) not in vocabulary.pairs}
    if not strange:
        return run
    for find in (_same_sound, _near_sound, _one_character):
        for size in range(min(LONGEST, len(run)), 1, -1):
            for start in range(len(run) - size + 1):
                touches = any(start <= i < start + size - 1 for i in strange)
                other = find(run[start : start + size], vocabulary) if touches else None
                if other is not None:
                    return run[:start] + other + run[start + size :]
    return run


def _same_sound(part: str, vocabulary: Vocabulary) -> str | None:
    return _other(part, vocabulary.by_sound.get(syllables(part), []))


def _near_sound(part: str, vocabulary: Vocabulary) -> str | None:
    return _other(part, vocabulary.by_near_sound.get(tuple(nearly(s) for s in syllables(part)), []))


def _one_character(part: str, vocabulary: Vocabulary) -> str | None:
    if len(part) < 3:
        return None
    close = [w for w in vocabulary.words if len(w) == len(part) and _differences(w, part) == 1]
    return _other(part, sorted(close))


def _other(part: str, candidates: list[str]) -> str | None:
    return next((word for word in candidates if word != part), None)


def _differences(a: str, b: str) -> int:
    return sum(x != y for x, y in zip(a, b, strict=True))


def _letters(run: str, vocabulary: Vocabulary) -> str:
    if len(run) < LEAST_LETTERS or not run.isalpha() or run in vocabulary.keys:
        return run
    close = [key for key in vocabulary.keys if abs(len(key) - len(run)) <= 1 and one_slip(run, key)]
    return min(close, key=lambda key: (abs(len(key) - len(run)), key[0] != run[0], key), default=run)


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
