"""Bank files as banks write them, and the people who bring them."""

from collections.abc import Sequence
from datetime import date

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.organisations.models import Organisation
from market.models.bank import BankStatement
from market.services import bank_statements
from procurement.services import bank_files
from tests.make.core import organisation, writing
from tests.make.market import Line, Party, party

TITLES = "交易日期,交易流水号,借贷标志,交易金额,账户余额,对方账号,对方户名,摘要,附言"


def rows(*lines: tuple[str, int, str, str], on: date | None = None, mark: str = "贷") -> bytes:
    """(serial, fen, party, memo) as the rural bank's CSV in GBK."""
    day = f"{on or clock.today():%Y%m%d}"
    body = [
        f'{day},{serial},{mark},"{fen // 100:,}.{fen % 100:02d}",,,{name},货款,{memo}'
        for serial, fen, name, memo in lines
    ]
    return "\r\n".join(["账户明细", TITLES, *body, f"合计,,{len(body)}笔"]).encode("gbk")


def brought(data: bytes, by: Party, *, name: str = "流水.csv") -> BankStatement:
    """A short file brought and taken in."""
    with writing():
        statement = bank_statements.upload(data, name, by=by.actor)
        bank_files.start(statement, by=by.actor)
    return statement


def second_clerk(of: Line) -> Party:
    """Another person of the supplier."""
    with writing():
        body = db.session.get_one(Organisation, of.supplier.organisation_id)
    return party(body, Role.SUPPLIER_CLERK, "供应庚")


def officer(role: Role = Role.FINANCE_OFFICER) -> Party:
    """A person of the finance bureau."""
    return party(organisation(OrganisationKind.FINANCE), role, "财政辛")


def many(names: Sequence[str], count: int) -> bytes:
    """A long file of small amounts, each with its number."""
    return rows(*((f"N{number:07d}", 1_00 + number % 900, names[number % len(names)], "") for number in range(count)))
