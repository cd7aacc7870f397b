"""whoosh in a directory: versioned indexes, a pointer file, one searcher per thread that is refreshed each second.

Known faults of the engine that this room keeps away from: `DisjunctionMax` and nested `Or` score wrongly, so a query is
one flat `Or`; nothing is synced to disk by the engine, so the pointer is, and `flask search rebuild` mends the rest;
several writers lock each other out, so the caller holds a lock.
"""

import json
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from whoosh import index, scoring
from whoosh.analysis.tokenizers import RegexTokenizer
from whoosh.fields import ID, NUMERIC, TEXT, Schema
from whoosh.query.compound import Or
from whoosh.query.terms import Term as IndexTerm
from whoosh.searching import Searcher
from whoosh.writing import IndexWriter

from catalog.queries.search.backend import Health, NoIndex, Term
from catalog.queries.search.documents import FIELDS, Document
from catalog.queries.search.lexicon import Lexicon

SCHEMA_VERSION = 1
KEEP_SECONDS = 600
REFRESH_SECONDS = 1.0
MOST_HITS = 20_000
POINTER, DICTIONARY = "current", "lexicon.json"


def _schema() -> Schema:
    words = {name: TEXT(analyzer=RegexTokenizer(r"\S+"), phrase=False) for name in FIELDS}
    return Schema(product=ID(unique=True, stored=True), version=NUMERIC(stored=True), **words)


class WhooshBackend:
    """The index under `root()`: `v<schema>-<lexicon>-<random>/` and the file `current` that names one of them."""

    def __init__(self, root: Callable[[], Path]) -> None:
        self._root = root
        self._mine = threading.local()
        self._lexicons: dict[str, Lexicon] = {}

    # --- reading ---------------------------------------------------------------------------------

    def lexicon(self) -> Lexicon:
        """The words beside the index. Raises: NoIndex."""
        return self._lexicon_of(self._directory())

    def any_of(self, terms: Iterable[Term]) -> Mapping[int, float]:
        """One flat Or, scored by BM25 without length, each product's sum. Raises: NoIndex."""
        flat = Or([IndexTerm(term.field, term.word, boost=term.weight) for term in terms])
        searcher = self._searcher()
        found = searcher.search(flat, limit=MOST_HITS, optimize=False)
        products = self._products(searcher)
        return {products[number]: float(score) for score, number in found.top_n}

    def _products(self, searcher: Searcher) -> dict[int, int]:
        """Product by document number: read once for each state of the index, not once for each hit."""
        if self._mine.products is None:
            rows = searcher.reader().iter_docs()
            self._mine.products = {number: int(stored["product"]) for number, stored in rows}
        known: dict[int, int] = self._mine.products
        return known

    def words(self, field: str) -> frozenset[str]:
        """The field's words, kept until the index changes. Raises: NoIndex."""
        searcher = self._searcher()
        kept: dict[str, frozenset[str]] = self._mine.words
        if field not in kept:
            terms = searcher.reader().field_terms(field)
            kept[field] = frozenset(t if isinstance(t, str) else t.decode() for t in terms)
        return kept[field]

    def versions(self) -> dict[int, int]:
        """Stored versions. Raises: NoIndex."""
        return {int(row["product"]): int(row["version"]) for row in self._searcher().reader().all_stored_fields()}

    def health(self) -> Health:
        """The state of the index in words and numbers."""
        try:
            directory = self._directory()
            count = self._searcher().doc_count()
            return Health(True, count, self._lexicon_of(directory).digest, directory.name)
        except NoIndex as fault:
            return Health(is_ready=False, fault=str(fault))

    def _directory(self) -> Path:
        try:
            name = (self._root() / POINTER).read_text("utf-8").strip()
        except OSError as error:
            raise NoIndex("no pointer") from error
        if not name.startswith(f"v{SCHEMA_VERSION}-") or "/" in name:
            raise NoIndex(f"other schema: {name[:40]}")
        return self._root() / name

    def _lexicon_of(self, directory: Path) -> Lexicon:
        if directory.name not in self._lexicons:
            try:
                words = json.loads((directory / DICTIONARY).read_text("utf-8"))
            except (OSError, ValueError) as error:
                raise NoIndex("no dictionary") from error
            self._lexicons = {directory.name: Lexicon(words)}
        return self._lexicons[directory.name]

    def _searcher(self) -> Searcher:
        """This thread's searcher, at most a second behind the index. Raises: NoIndex."""
        for last in (False, True):
            directory = self._directory()
            try:
                return self._fresh(directory)
            except Exception as error:
                # A writer may have merged a segment away between reading the list and opening the file: once more.
                self._mine.directory = None
                if last:
                    raise NoIndex(f"{type(error).__name__}: {error}"[:200]) from error
        raise NoIndex("unreachable")

    def _fresh(self, directory: Path) -> Searcher:
        mine, now = self._mine, time.monotonic()
        known = getattr(mine, "directory", None) == directory
        if not known or now - mine.at >= REFRESH_SECONDS:
            if not known or mine.index.latest_generation() != mine.searcher.reader().generation():
                # Opened anew, not refreshed: a refreshed searcher keeps segments in which only something was deleted.
                opened = index.open_dir(str(directory))
                searcher = opened.searcher(weighting=scoring.BM25F(B=0.0))
                mine.directory, mine.index, mine.searcher = directory, opened, searcher
                mine.words, mine.products = {}, None
            mine.at = now
        current: Searcher = mine.searcher
        return current

    # --- writing ---------------------------------------------------------------------------------

    def apply(self, upserts: Iterable[Document], deletes: Iterable[int]) -> None:
        """All changes in one commit. Raises: NoIndex, and whoosh's LockError when somebody else writes."""
        directory = self._directory()
        try:
            writer = index.open_dir(str(directory)).writer(timeout=10)
        except (OSError, index.EmptyIndexError) as error:
            raise NoIndex(str(error)[:200]) from error
        try:
            for product_id in deletes:
                writer.delete_by_term("product", str(product_id))
            for document in upserts:
                writer.update_document(**_row(document))
        except BaseException:
            writer.cancel()
            raise
        writer.commit()

    def rebuild(self, documents: Iterable[Document], lexicon: Lexicon) -> int:
        """A whole new index, complete before the pointer turns to it; the old one stays ten minutes for readers."""
        root = self._root()
        root.mkdir(parents=True, exist_ok=True)
        directory = root / f"v{SCHEMA_VERSION}-{lexicon.digest}-{secrets.token_hex(4)}"
        directory.mkdir()
        try:
            (directory / DICTIONARY).write_text(json.dumps(lexicon.words, ensure_ascii=False), "utf-8")
            count = _fill(index.create_in(str(directory), _schema()).writer(limitmb=64), documents)
            _sync(directory)
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        _point(root, directory.name)
        self._tidy(keep=directory)
        return count

    def _tidy(self, *, keep: Path) -> None:
        for old in self._root().glob("v*-*"):
            if old != keep and time.time() - old.stat().st_mtime > KEEP_SECONDS:
                shutil.rmtree(old, ignore_errors=True)


def _row(document: Document) -> dict[str, object]:
    words = {name: getattr(document, name) for name in FIELDS}
    return {"product": str(document.product_id), "version": document.version, **words}


def _fill(writer: IndexWriter, documents: Iterable[Document]) -> int:
    count = 0
    try:
        for document in documents:
            writer.add_document(**_row(document))
            count += 1
    except BaseException:
        writer.cancel()
        raise
    writer.commit(optimize=True)
    return count


def _sync(directory: Path) -> None:
    for path in [*directory.iterdir(), directory]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _point(root: Path, name: str) -> None:
    part = root / f"{POINTER}.{secrets.token_hex(4)}"
    with part.open("w", encoding="utf-8") as out:
        out.write(name)
        out.flush()
        os.fsync(out.fileno())
    part.replace(root / POINTER)
