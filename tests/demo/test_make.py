"""The demo tells a true story from any start date: its books agree, every verdict is there, everybody has work."""

from datetime import datetime

import pytest
from flask import Flask

from core import clock
from core.clock import COUNTY
from core.db import db
from core.trail.verify import verify as verify_trail
from demo import make as maker
from demo import state
from demo.state import State
from procurement.queries.ledger_check import verify as verify_ledger
from procurement.services import postings

STARTS = ("2027-01-02 08:30", "2026-06-30 08:30", "2026-12-31 21:00")


@pytest.mark.parametrize("start", STARTS)
def test_the_books_of_the_demo_agree(app: Flask, start: str):
    with clock.frozen(datetime.fromisoformat(start).replace(tzinfo=COUNTY)):
        maker.make(lambda what, percent: None, scale=2)

        assert state.current() is State.MADE
        assert verify_ledger(postings.open_book()).faults == []
        assert not verify_trail().broken
        db.session.rollback()
