"""What a search engine must do for us, and which one this process uses.

An engine keeps tokens and says which products have which. What a hit is worth is computed here (`score.py`), the same
for every engine: an engine's own scores differ, and whoosh's combinations of them are wrong.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from catalog.queries.search.documents import Document
from catalog.queries.search.lexicon import Lexicon

Tick = Callable[[int], None]


class NoIndex(Exception):
    """There is no index that can be read: serve from the database and rebuild."""


class Unfit(Exception):
    """A new index does not hold what it should; the old one stays."""


@dataclass(frozen=True)
class Health:
    """Whether the index can be read, how many products it holds, and by which dictionary it was cut."""

    is_ready: bool
    documents: int = 0
    lexicon: str = ""
    directory: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Found:
    """Products by token (absent: none), and the number of all documents."""

    having: Mapping[str, Collection[int]]
    total: int


class Backend(Protocol):
    """An engine. Reads raise NoIndex; there is one writer at a time (the caller holds the lock)."""

    name: str
    in_database: bool
    """Whether writing is part of the caller's transaction, so that a change and its entry stand together."""

    def lexicon(self) -> Lexicon:
        """The words that the index was cut with."""

    def find(self, tokens: Collection[str]) -> Found:
        """Which products have which of the tokens."""

    def versions(self) -> dict[int, int]:
        """The indexed version of each product."""

    def apply(self, upserts: Iterable[Document], deletes: Iterable[int]) -> None:
        """Bring the index up to date, in one commit."""

    def rebuild(
        self, documents: Iterable[Document], lexicon: Lexicon, canaries: Mapping[str, int], tick: Tick | None = None
    ) -> int:
        """A new index beside the old one, then the switch. `canaries`: token → a product that must be found by it.

        `tick` is told how many documents are written. The number of documents. Raises: Unfit, the old index stays.
        """

    def health(self) -> Health:
        """How the index is; never raises."""


def check(found: Found, written: int, canaries: Mapping[str, int]) -> None:
    """Whether a new index is fit to be turned to. Raises: Unfit."""
    if found.total != written:
        raise Unfit(f"{found.total} of {written} documents")
    lost = [token for token, product_id in canaries.items() if product_id not in found.having.get(token, ())]
    if lost:
        raise Unfit(f"canaries not found: {' '.join(lost)}")


_current: list[Backend] = []


def use(backend: Backend) -> None:
    """Make it this process's engine."""
    _current[:] = [backend]


def current() -> Backend:
    """This process's engine. Raises NoIndex when none was chosen."""
    if not _current:
        raise NoIndex("no backend")
    return _current[0]
