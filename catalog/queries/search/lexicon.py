"""Cutting Chinese into words with the county's own dictionary, the same for the index and for a query.

A lexicon is a set of words; its hash names the index that was cut with it. Index and query must be cut alike, else
words are silently missed, so a reader takes the lexicon that lies beside the index.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

import opencc
import rjieba
from pypinyin import Style, lazy_pinyin

_PART = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]+|[a-z0-9]+")
_HAN = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]+")
LONGEST_SPAN = 6


@lru_cache(maxsize=1)
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def normal(text: str) -> str:
    """One form of a text: NFKC, lower case, simplified characters."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return str(_to_simplified().convert(folded))


def is_han(text: str) -> bool:
    """Whether the text is Chinese characters only."""
    return bool(_HAN.fullmatch(text))


class Lexicon:
    """A cutter that knows `words` beside the common dictionary."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted({normal(word) for word in words if len(word) > 1})

    @cached_property
    def digest(self) -> str:
        """Twelve characters that name these words."""
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()[:12]

    @cached_property
    def _jieba(self) -> rjieba.Jieba:
        made = rjieba.Jieba()
        for word in self.words:
            if is_han(word):
                made.add_word(word, 1_000_000, "n")
        return made

    def for_index(self, text: str) -> list[str]:
        """Every word of a text, long ones with the words inside them."""
        return [word for part in parts(text) for word in self._cut(part, fine=True)]

    def for_query(self, text: str) -> list[str]:
        """The words of a query, each once, in order."""
        return list(dict.fromkeys(word for part in parts(text) for word in self._cut(part, fine=False)))

    def inside(self, word: str) -> list[str]:
        """Words inside a word: what a longer name shares with a shorter one."""
        return [w for w in self._cut(word, fine=True) if w != word and len(w) > 1] if is_han(word) else []

    def _cut(self, part: str, *, fine: bool) -> list[str]:
        if not is_han(part):
            return [part]
        return list(self._jieba.cut_for_search(part) if fine else self._jieba.cut(part))


def parts(text: str) -> Iterator[str]:
    """Runs of Chinese and of letters and digits in a text, normalised; everything else separates."""
    return iter(_PART.findall(normal(text)))


def spans(text: str) -> list[str]:
    """Every piece of 1–6 characters of a text's Chinese runs, and its runs of letters and digits: whoever types a part
    of a name finds it, whether a dictionary knows the part or not.
    """
    out: dict[str, None] = {}
    for run in parts(text):
        if not is_han(run):
            out[run] = None
            continue
        for start in range(len(run)):
            for end in range(start + 1, min(len(run), start + LONGEST_SPAN) + 1):
                out[run[start:end]] = None
    return list(out)


def han_runs(text: str) -> list[str]:
    """The Chinese runs of a text."""
    return _HAN.findall(normal(text))


@lru_cache(maxsize=20_000)
def syllables(word: str) -> tuple[str, ...]:
    """Pinyin of each character, without tones: 木耳 → mu, er."""
    return tuple(lazy_pinyin(word, style=Style.NORMAL))


def pinyin_of(word: str) -> str:
    """Pinyin in one piece: muer."""
    return "".join(syllables(word))


_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))


def nearly(word: str) -> tuple[str, ...]:
    """One form for sounds that dialects mix up: n/ng, z/zh, c/ch, s/sh, l/n."""
    out = []
    for sound in syllables(word):
        wide, narrow = next((pair for pair in _NEAR if sound.startswith(pair[0])), ("", ""))
        out.append(re.sub(r"ng$", "n", narrow + sound[len(wide) :]))
    return tuple(out)


def pinyin_keys(text: str) -> list[str]:
    """Pinyin and initials of every span of 2–6 characters of a name, for people who type letters."""
    out: set[str] = set()
    for run in _HAN.findall(normal(text)):
        sounds = syllables(run)
        for start in range(len(run)):
            for end in range(start + 2, min(len(run), start + LONGEST_SPAN) + 1):
                out.add("".join(sounds[start:end]))
                out.add("".join(sound[0] for sound in sounds[start:end] if sound))
    return sorted(out)
