"""What is locked is what the database holds now, whatever the session saw before."""

import sqlalchemy as sa
from flask import Flask

from core.db import db, transaction
from core.organisations.models import Organisation
from tests import make
from tests.support.threads import at_once


def renamed_elsewhere(app: Flask, organisation_id: int) -> None:
    def rename() -> None:
        with transaction():
            db.session.get_one(Organisation, organisation_id).name = "示例二中"

    assert at_once(app, rename) == [None]


def test_a_lock_by_a_query_reads_the_row_anew(app: Flask) -> None:
    seen = db.session.get_one(Organisation, make.unit("示例一中").id)
    renamed_elsewhere(app, seen.id)

    db.session.scalars(sa.select(Organisation).where(Organisation.id == seen.id).with_for_update()).one()

    assert seen.name == "示例二中"


def test_a_lock_by_key_reads_the_row_anew(app: Flask) -> None:
    seen = db.session.get_one(Organisation, make.unit("示例一中").id)
    renamed_elsewhere(app, seen.id)

    db.session.get_one(Organisation, seen.id, with_for_update=True)

    assert seen.name == "示例二中"
