"""whoosh in a directory: versioned indexes, a pointer file, one searcher per thread that is refreshed each second.

Of the engine only the posting lists are used, one for each token: its `DisjunctionMax` and nested `Or` score wrongly.
Nothing is synced to disk by the engine, so the pointer is, and `flask search rebuild` mends the rest; several writers
lock each other out, so the caller holds a lock.
"""

import json
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from whoosh import index
from whoosh.analysis.tokenizers import RegexTokenizer
from whoosh.fields import ID, NUMERIC, Schema
from whoosh.reading import TermNotFound
from whoosh.searching import Searcher
from whoosh.writing import IndexWriter

from catalog.queries.search.backend import Found, Health, NoIndex, Tick, check
from catalog.queries.search.documents import Document
from catalog.queries.search.lexicon import Lexicon

SCHEMA_VERSION = 2
KEEP_SECONDS = 600
REFRESH_SECONDS = 1.0
TICK = 500
MOST_KEPT = 200_000
"""Ids of posting lists that a thread keeps, about 15 MB."""
POINTER, DICTIONARY = "current", "lexicon.json"


def _schema() -> Schema:
    tokens = ID(analyzer=RegexTokenizer(r"\S+"))
    return Schema(product=ID(unique=True, stored=True), version=NUMERIC(stored=True), tokens=tokens)


class WhooshBackend:
    """The index under `root()`: `v<schema>-<lexicon>-<random>/` and the file `current` that names one of them."""

    name = "whoosh"
    in_database = False

    def __init__(self, root: Callable[[], Path]) -> None:
        self._root = root
        self._mine = threading.local()
        self._lexicons: dict[str, Lexicon] = {}

    # --- reading ---------------------------------------------------------------------------------

    def lexicon(self) -> Lexicon:
        """The words beside the index. Raises: NoIndex."""
        return self._lexicon_of(self._directory())

    def find(self, tokens: Collection[str]) -> Found:
        """The posting list of each token. Raises: NoIndex."""
        searcher = self._searcher()
        known = self._kept(searcher)
        missing = [token for token in tokens if token not in known]
        if missing:
            if sum(map(len, known.values())) > MOST_KEPT:
                known.clear()
            fresh = _postings(searcher, missing, self._products(searcher)).having
            known.update({token: fresh.get(token, ()) for token in missing})
        return Found({token: known[token] for token in tokens if known.get(token)}, searcher.doc_count())

    def _kept(self, searcher: Searcher) -> dict[str, Collection[int]]:
        """Posting lists of this state of the index that were asked for before: reading one is a walk in Python."""
        if self._mine.postings is None or self._mine.postings[0] is not searcher:
            self._mine.postings = (searcher, {})
        known: dict[str, Collection[int]] = self._mine.postings[1]
        return known

    def _products(self, searcher: Searcher) -> dict[int, int]:
        """Product by document number: read once for each state of the index, not once for each hit."""
        if self._mine.products is None:
            self._mine.products = _products(searcher)
        known: dict[int, int] = self._mine.products
        return known

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
                searcher = opened.searcher()
                mine.directory, mine.index, mine.searcher = directory, opened, searcher
                mine.products = mine.postings = None
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

    def rebuild(
        self, documents: Iterable[Document], lexicon: Lexicon, canaries: Mapping[str, int], tick: Tick | None = None
    ) -> int:
        """A whole new index, checked before the pointer turns to it; the old one stays ten minutes for readers.

        Raises: Unfit.
        """
        root = self._root()
        root.mkdir(parents=True, exist_ok=True)
        directory = root / f"v{SCHEMA_VERSION}-{lexicon.digest}-{secrets.token_hex(4)}"
        directory.mkdir()
        try:
            (directory / DICTIONARY).write_text(json.dumps(lexicon.words, ensure_ascii=False), "utf-8")
            count = _fill(index.create_in(str(directory), _schema()).writer(limitmb=64), documents, tick)
            with index.open_dir(str(directory)).searcher() as searcher:
                check(_postings(searcher, canaries, _products(searcher)), count, canaries)
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


def _products(searcher: Searcher) -> dict[int, int]:
    return {number: int(stored["product"]) for number, stored in searcher.reader().iter_docs()}


def _postings(searcher: Searcher, tokens: Collection[str], products: Mapping[int, int]) -> Found:
    reader, having = searcher.reader(), dict[str, Collection[int]]()
    for token in tokens:
        try:
            having[token] = frozenset(products[number] for number in reader.postings("tokens", token).all_ids())
        except TermNotFound:
            continue
    return Found(having, searcher.doc_count())


def _row(document: Document) -> dict[str, object]:
    tokens = " ".join(sorted(document.tokens))
    return {"product": str(document.product_id), "version": document.version, "tokens": tokens}


def _fill(writer: IndexWriter, documents: Iterable[Document], tick: Tick | None) -> int:
    count = 0
    try:
        for document in documents:
            writer.add_document(**_row(document))
            count += 1
            if tick and count % TICK == 0:
                tick(count)
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
