"""Sample files of 832 orders as people have them: a workbook, a CSV of older spreadsheets, a CSV of newer ones."""

import csv
import io
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from core import sheets
from core.sheets import Column
from core.text import sentence
from procurement.queries import vocabulary
from procurement.rules import p832_sample
from procurement.rules.p832_cells import FIELDS

_WORDS = Path(__file__).resolve().parents[2] / "data" / "p832-sample.toml"


def files(units: Sequence[str], today: date, *, seed: int = 832, orders: int = 150) -> tuple[dict[str, bytes], int]:
    """File name → bytes, and the number of rows in each. Without `units` the table's own invented ones."""
    words = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    rows = p832_sample.rows(words, units or words["units"], today, seed=seed, orders=orders)
    titles = [vocabulary.titles()[field] for field in FIELDS]
    cells = [[row.get(field, "") for field in FIELDS] for row in rows]
    out = io.StringIO()
    csv.writer(out).writerows([titles, *cells])
    workbook = sheets.write([(sentence("word", "p832-orders-sheet"), [Column(t, width=18) for t in titles], cells)])
    return {
        "p832-sample.xlsx": workbook,
        "p832-sample-gb18030.csv": out.getvalue().encode("gb18030"),
        "p832-sample-utf8.csv": out.getvalue().encode("utf-8-sig"),
    }, len(rows)
