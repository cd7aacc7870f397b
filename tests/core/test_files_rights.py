"""Papers of an office stay with the office, whoever uploaded them."""

import io

from flask import Flask

from core.access.roles import Role
from core.db import db, transaction
from core.files import services as files
from core.files.models import Audience
from tests import make

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def test_who_left_the_office_reads_its_papers_no_longer(app: Flask) -> None:
    school = make.unit("示例一中")
    payer = make.seat(school, Role.UNIT_PAYER)
    by = make.actor(payer, school, Role.UNIT_PAYER)
    with transaction():
        token = files.take_paper(
            io.BytesIO(PDF), name="回单.pdf", purpose="bank-voucher", by=by, audience=Audience.PARTIES,
            owner_id=school.id,
        ).token  # fmt: skip

    assert files.readable(token, by, finance=False) is not None
    assert files.readable(token, make.actor(payer), finance=False) is None
    assert files.readable(token, make.actor(make.person(), make.unit("示例二中")), finance=False) is None
    db.session.rollback()
