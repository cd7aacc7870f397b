"""A bank file is killed twenty times while it is taken in, and a long one is taken in whole."""

import os
import random
import signal
import time

import sqlalchemy as sa
from flask import Flask

from core import jobs
from core.db import db, transaction
from market.models.bank import BankLanding, BankLine, BankStatement, FileState
from market.models.settlement import Allocation, BookPosting, BookTx, Transfer
from market.rules.transfer import TransferState
from market.services import bank_statements
from procurement.models.ledger import FactEntry, FactKind
from procurement.services import bank_files
from tests import make
from tests.make import bank
from tests.make.core import writing
from tests.procurement.services.test_bank_files import received, slip

KILLS, ROWS, SLIPS, SLICE = 20, 9_000, 5, 40


def brought(line: make.Line, data: bytes) -> int:
    with writing():
        return bank_statements.upload(data, "long.csv", by=line.seller.actor).id


def killed(statement_id: int, line: make.Line, file: bank_statements.Opened) -> None:
    """A child takes the file in, slice after slice as the worker does, and is killed at any instant of one of the next
    slices, however quick the machine is.
    """
    wanted = reached(statement_id) + random.randint(0, 6) * SLICE
    ready, started = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            db.engine.dispose(close=False)  # the parent's connections are the parent's
            os.write(started, b"x")
            take_all(statement_id, line, file)
        finally:
            os._exit(0)
    os.read(ready, 1)
    until = time.monotonic() + 5
    while reached(statement_id) < wanted and time.monotonic() < until:
        time.sleep(0.003)
    time.sleep(random.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(ready)
    os.close(started)


def reached(statement_id: int) -> int:
    """How far the file is taken in, as the database has it now."""
    place = db.session.get_one(BankStatement, statement_id).next_row
    db.session.remove()
    return place


def take_all(statement_id: int, line: make.Line, file: bank_statements.Opened) -> None:
    more = True
    while more:
        with transaction():
            more = bank_files.take_slice(statement_id, file, by=line.seller.actor, most=SLICE)


def test_twenty_kills_leave_every_line_once_and_every_payment_once(app: Flask) -> None:
    line = make.line()
    slips = [slip(line, received(line)) for _ in range(SLIPS)]
    exact = {i * 797: one for i, one in enumerate(slips, 1)}
    rows = [
        (f"K{n}", 520_00, line.unit.name, exact[n].remittance_code) if n in exact else (f"K{n}", 100 + n, "路人", "")
        for n in range(ROWS)
    ]
    statement_id = brought(line, bank.rows(*rows))
    file = bank_statements.opened(statement_id)
    places = []
    for _ in range(KILLS):
        killed(statement_id, line, file)
        places.append(db.session.get_one(BankStatement, statement_id).next_row)
        db.session.remove()

    take_all(statement_id, line, file)

    assert places == sorted(places)
    assert len(set(places)) > 5, places  # the kills came while it worked
    assert places[-1] < ROWS
    done = db.session.get_one(BankStatement, statement_id)
    assert (done.state, done.taken, done.booked, done.known, done.failed) == (FileState.DONE, ROWS, SLIPS, 0, 0)
    assert db.session.scalar(sa.select(sa.func.count(BankLine.id))) == ROWS
    assert db.session.scalars(sa.select(Allocation.amount_fen)).all() == [520_00] * SLIPS
    assert db.session.scalar(sa.select(sa.func.count(BankLanding.id))) == SLIPS
    assert set(db.session.scalars(sa.select(Transfer.state))) == {TransferState.CONFIRMED}
    paid = sa.select(FactEntry.amount_fen).where(FactEntry.kind == FactKind.PAID)
    assert db.session.scalars(paid).all() == [520_00] * SLIPS
    assert db.session.scalar(sa.select(sa.func.sum(BookPosting.amount_fen))) == 0
    once = sa.select(sa.func.count(BookTx.id)).where(BookTx.kind == "transfer-confirmed")
    assert db.session.scalar(once) == SLIPS
    db.session.rollback()
    for words in (["ledger", "verify"], ["audit", "verify"]):
        said = app.test_cli_runner().invoke(args=words)
        assert said.exit_code == 0, said.output


def test_a_hundred_thousand_rows_are_taken_in_by_the_worker(app: Flask) -> None:
    line = make.line()
    one = slip(line, received(line))
    names = ("路人", line.unit.name)
    exact = bank.rows(("EXACT", 520_00, line.unit.name, one.remittance_code)).split(b"\r\n")[2]
    data = bank.many(names, 99_998) + b"\r\n" + exact + "\r\n昨天,BAD,贷,1.00,,,甲,,".encode("gbk")
    with writing():
        statement = bank_statements.upload(data, "long.csv", by=line.seller.actor)
        bank_files.start(statement, by=line.seller.actor)
        statement_id = statement.id
    began = time.monotonic()

    jobs.run_due()

    took = time.monotonic() - began
    done = db.session.get_one(BankStatement, statement_id)
    assert (done.state, done.taken, done.booked, done.failed) == (FileState.DONE, 99_999, 1, 1)
    assert took < 60, took
