"""Files of a form: an empty field is none, what is kept belongs to the office or to the person alone."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from PIL import Image

from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Refused
from core.files import services as files
from core.files.models import Audience, StoredFile
from core.web import uploads
from tests import make


def picture() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(out, "PNG")
    out.seek(0)
    return out, "a.png"


@pytest.fixture
def clerk(app: Flask) -> Actor:
    body = make.organisation(OrganisationKind.SUPPLIER)
    return make.actor(make.seat(body, Role.SUPPLIER_CLERK), body, Role.SUPPLIER_CLERK)


def sent(app: Flask, by: Actor, **data: Any) -> Any:
    context = app.test_request_context(method="POST", data=data, content_type="multipart/form-data")
    context.push()
    g.actor = by
    return context


def test_an_empty_field_is_no_file(app: Flask, clerk: Actor) -> None:
    context = sent(app, clerk, scan=(io.BytesIO(b""), ""), photos=[picture(), (io.BytesIO(b""), ""), picture()])
    with transaction():
        assert uploads.find("scan", "x") is None and uploads.find("other", "x") is None
        with pytest.raises(Refused, match="paper-needed"):
            uploads.needed("scan", "x")
    assert [one.name for one in uploads.photos()] == ["a.png", "a.png"]
    assert len(uploads.chosen("photos", 1)) == 1
    context.pop()
    assert db.session.scalar(sa.select(sa.func.count(StoredFile.id))) == 0


def test_a_file_is_kept_for_the_office_or_the_person_alone(app: Flask, clerk: Actor) -> None:
    context = sent(app, clerk, scan=picture(), mine=picture(), cover=picture())
    with transaction():
        ids = (
            uploads.needed("scan", "paper"),
            uploads.needed("mine", "own", own=True),
            uploads.find("cover", "page", take=files.take_picture, audience=Audience.PUBLIC),
        )
    context.pop()
    kept = [db.session.get_one(StoredFile, one) for one in ids]
    assert [(one.purpose, one.owner_id, one.audience) for one in kept] == [
        ("paper", clerk.office_id, Audience.PARTIES), ("own", None, Audience.PARTIES),
        ("page", clerk.office_id, Audience.PUBLIC),
    ]  # fmt: skip


def test_what_is_no_paper_is_refused_and_nothing_is_kept(app: Flask, clerk: Actor) -> None:
    context = sent(app, clerk, scan=(io.BytesIO(b"MZ\x90"), "a.exe"))
    with pytest.raises(Refused), transaction():
        uploads.needed("scan", "paper")
    context.pop()
    assert db.session.scalar(sa.select(sa.func.count(StoredFile.id))) == 0
