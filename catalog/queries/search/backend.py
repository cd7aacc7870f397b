"""What a search engine must do for us, and which one this process uses. It answers with ids and scores, no rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from catalog.queries.search.documents import Document
from catalog.queries.search.lexicon import Lexicon


@dataclass(frozen=True)
class Term:
    """One word in one field, with its weight."""

    field: str
    word: str
    weight: float


class NoIndex(Exception):
    """There is no index that can be read: serve from the database and rebuild."""


@dataclass(frozen=True)
class Health:
    """Whether the index can be read, how many products it holds, and by which dictionary it was cut."""

    is_ready: bool
    documents: int = 0
    lexicon: str = ""
    directory: str = ""
    fault: str = ""


class Backend(Protocol):
    """An engine. Reads raise NoIndex; there is one writer at a time (the caller holds the lock)."""

    def lexicon(self) -> Lexicon:
        """The words that the index was cut with."""

    def any_of(self, terms: Iterable[Term]) -> Mapping[int, float]:
        """Products with at least one of the terms: the sum of their scores."""

    def words(self, field: str) -> frozenset[str]:
        """All words of a field."""

    def versions(self) -> dict[int, int]:
        """The indexed version of each product."""

    def apply(self, upserts: Iterable[Document], deletes: Iterable[int]) -> None:
        """Bring the index up to date, in one commit."""

    def rebuild(self, documents: Iterable[Document], lexicon: Lexicon) -> int:
        """A new index beside the old one, then the switch. The number of documents."""

    def health(self) -> Health:
        """How the index is; never raises."""


_current: list[Backend] = []


def use(backend: Backend) -> None:
    """Make it this process's engine."""
    _current[:] = [backend]


def current() -> Backend:
    """This process's engine. Raises NoIndex when none was chosen."""
    if not _current:
        raise NoIndex("no backend")
    return _current[0]
