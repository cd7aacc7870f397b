"""The index in PostgreSQL: one tsvector a product, written in the product's own transaction.

Tokens are cast (`::tsvector`, `::tsquery`), never parsed by `to_tsquery`, which would split them. A rebuild writes
a new generation and switches in one transaction; readers see the old one until it commits.
"""

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR, insert
from sqlalchemy.exc import SQLAlchemyError

from catalog.models.search import SearchDocument, SearchGeneration
from catalog.queries.search.backend import Found, Health, NoIndex, Tick, check
from catalog.queries.search.documents import Document
from catalog.queries.search.lexicon import Lexicon
from core import clock
from core.db import any_of, db

BATCH = 500


class PostgresBackend:
    """The current generation of `search_document`."""

    name = "postgres"
    in_database = True

    def __init__(self) -> None:
        self._lexicons: dict[int, Lexicon] = {}

    def lexicon(self) -> Lexicon:
        """The words of the current generation. Raises: NoIndex."""
        generation = self._generation()
        if generation not in self._lexicons:
            words = db.session.scalars(sa.select(SearchGeneration.words).where(SearchGeneration.id == generation)).one()
            self._lexicons = {generation: Lexicon(words)}
        return self._lexicons[generation]

    def find(self, tokens: Collection[str]) -> Found:
        """One scan of the GIN index for each token, in one statement. Raises: NoIndex."""
        return self._find(self._generation(), tokens)

    def _find(self, generation: int, tokens: Collection[str]) -> Found:
        wanted = list(tokens)
        token = (
            sa.func.unnest(
                sa.cast(wanted, ARRAY(sa.Text)), sa.cast(sa.cast([f"'{t}'" for t in wanted], ARRAY(sa.Text)),
                                                         ARRAY(TSQUERY)),
            )
            .table_valued(sa.column("word", sa.Text), sa.column("query", TSQUERY), name="token")
            .render_derived()
        )  # fmt: skip
        # The planner knows nothing of our tokens and would rather read every document of the generation: so the
        # inner select asks for the token alone (OFFSET 0 keeps it apart), and only the index of tokens is left.
        one = (
            sa.select(SearchDocument.product_id, SearchDocument.generation_id)
            .where(SearchDocument.tokens.op("@@")(token.c.query))
            .offset(0)
            .lateral("one")
        )
        having = (
            sa.select(token.c.word, sa.func.array_agg(one.c.product_id, type_=ARRAY(sa.BigInteger)))
            .join(one, one.c.generation_id == generation)
            .group_by(token.c.word)
        )
        total = sa.select(sa.func.count()).where(SearchDocument.generation_id == generation)
        db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        rows = db.session.execute(having).all() if wanted else []
        db.session.execute(sa.text("SET LOCAL enable_seqscan = on"))
        return Found({word: frozenset(ids) for word, ids in rows}, db.session.scalar(total) or 0)

    def versions(self) -> dict[int, int]:
        """Versions of the current generation. Raises: NoIndex."""
        rows = db.session.execute(
            sa.select(SearchDocument.product_id, SearchDocument.version).where(
                SearchDocument.generation_id == self._generation()
            )
        )
        return {row.product_id: row.version for row in rows}

    def health(self) -> Health:
        """The state of the index in words and numbers."""
        try:
            generation = self._generation()
            digest = db.session.scalars(
                sa.select(SearchGeneration.digest).where(SearchGeneration.id == generation)
            ).one()
            count = sa.select(sa.func.count()).where(SearchDocument.generation_id == generation)
            return Health(True, db.session.scalar(count) or 0, digest, f"generation-{generation}")
        except (NoIndex, SQLAlchemyError) as fault:
            return Health(is_ready=False, fault=str(fault)[:200])

    def _generation(self) -> int:
        found = db.session.scalar(sa.select(SearchGeneration.id).where(SearchGeneration.is_current))
        if found is None:
            raise NoIndex("no generation")
        return found

    def apply(self, upserts: Iterable[Document], deletes: Iterable[int]) -> None:
        """All changes, in the caller's transaction. Raises: NoIndex."""
        generation = self._generation()
        gone = list(deletes)
        if gone:
            db.session.execute(
                sa.delete(SearchDocument).where(
                    SearchDocument.generation_id == generation, any_of(SearchDocument.product_id, gone)
                )
            )
        self._write(generation, list(upserts))

    def _write(self, generation: int, batch: list[Document]) -> None:
        if not batch:
            return
        rows = [
            {"generation_id": generation, "product_id": d.product_id, "version": d.version, "tokens": _vector(d)}
            for d in batch
        ]
        statement = insert(SearchDocument).values(rows)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["generation_id", "product_id"],
                set_={"version": statement.excluded.version, "tokens": statement.excluded.tokens},
            )
        )

    def rebuild(
        self, documents: Iterable[Document], lexicon: Lexicon, canaries: Mapping[str, int], tick: Tick | None = None
    ) -> int:
        """A new generation in the caller's transaction, checked before the switch. Raises: Unfit."""
        generation = db.session.execute(
            insert(SearchGeneration)
            .values(digest=lexicon.digest, words=lexicon.words, is_current=False, created_at=clock.now())
            .returning(SearchGeneration.id)
        ).scalar_one()
        count, batch = 0, list[Document]()
        for document in documents:
            batch.append(document)
            count += 1
            if len(batch) == BATCH:
                self._write(generation, batch)
                batch = []
                if tick:
                    tick(count)
        self._write(generation, batch)
        check(self._find(generation, canaries), count, canaries)
        self._turn_to(generation)
        return count

    def _turn_to(self, generation: int) -> None:
        """The one before stays until the next time: whoever still writes to it is not in the way."""
        current = sa.select(SearchGeneration.id).where(SearchGeneration.is_current)
        kept = [generation, *db.session.scalars(current)]
        db.session.execute(sa.update(SearchGeneration).where(SearchGeneration.is_current).values(is_current=False))
        db.session.execute(sa.update(SearchGeneration).where(SearchGeneration.id == generation).values(is_current=True))
        db.session.execute(sa.delete(SearchDocument).where(SearchDocument.generation_id.not_in(kept)))
        db.session.execute(sa.delete(SearchGeneration).where(SearchGeneration.id.not_in(kept)))


def _vector(document: Document) -> sa.ColumnElement[str]:
    """Tokens hold letters, digits and Chinese only, so that quoting them is enough."""
    return sa.cast(" ".join(f"'{token}'" for token in sorted(document.tokens)), TSVECTOR)
