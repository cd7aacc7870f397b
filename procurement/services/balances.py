"""Running totals: `+=` in the transaction that writes the rows they sum up."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert

from core.db import db
from procurement.models.ledger import QuotaBalance, SpendBalance
from procurement.queries.totals import Totals


def add(model: type[QuotaBalance] | type[SpendBalance], totals: Totals) -> None:
    """Add the totals to the balance rows, made where missing, in key order so that two writers never deadlock."""
    table = model.__table__
    keys = [column.name for column in table.primary_key.columns]  # type: ignore[attr-defined]
    values = [column.name for column in table.columns if column.name not in keys]
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for (key, column), fen in totals.items():
        row = rows.setdefault(key, dict(zip(keys, key, strict=True)) | dict.fromkeys(values, 0))
        row[column] = fen
    if not rows:
        return
    statement = insert(table)  # type: ignore[arg-type]
    more = {name: table.c[name] + statement.excluded[name] for name in values}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=more)
    db.session.execute(statement, [rows[key] for key in sorted(rows)])
