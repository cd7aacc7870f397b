"""R17: after everything that is done with households, a dump, the files and the logs hold none of their numbers."""

import io
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.services import households
from catalog.services.households import PersonDraft
from core.db import transaction
from tests import make
from tests.catalog.services.test_household_intake import csv_of, row
from tests.make import households as homes
from tests.support.bed import Place

REVEAL = {"what": "identity", "purpose": "visit", "reason": "核对走访时间"}


def told(place: Place) -> str:
    """Every row of every table as text, binary as hex, and every file the application keeps."""
    with psycopg.connect(place.owner_url.replace("+psycopg", "")) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN "
            "('pg_catalog', 'information_schema', 'pristine')"
        ).fetchall()
        parts = []
        for (name,) in tables:
            with connection.cursor().copy(f"COPY {name} TO STDOUT") as copied:
                parts += [bytes(chunk).decode() for chunk in copied]
    files = [p.read_bytes().decode("latin-1") for p in Path(place.var_dir).rglob("*") if p.is_file()]
    return "\n".join([*parts, *files])


def test_no_number_and_no_name_stands_anywhere(
    client: FlaskClient, app: Flask, place: Place, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    worker, by = homes.village_worker()
    person = homes.household_person("欧阳测试甲", account="6217000099998888777")
    other = homes.household_person("司徒测试乙", account="6217000055556666777")
    home = homes.registered(by, person).id
    make.log_in(client, worker)
    form = {
        "village": homes.VILLAGE, "category": "exited", "members": "2", "valid_from": "2021-01-01", "document": "文件",
        "name": other.name, "id_no": other.id_no, "phone": other.phone, "account": other.account, "_key": "a" * 20,
    }  # fmt: skip
    assert client.post("/households/new", data=form).status_code == 303
    assert client.post("/households/new", data={**form, "_key": "b" * 20}).status_code == 409
    assert (
        client.post("/households/new", data={**form, "id_no": other.id_no[:17] + "*", "_key": "e" * 20}).status_code
        == 409
    )
    assert client.post("/households/find", data={"number": person.id_no, "_key": "c" * 20}).status_code == 303
    assert client.post("/households/find", data={"number": person.phone}).status_code == 303
    assert client.post(f"/households/{home}/reveal", data={**REVEAL, "_key": "d" * 20}).status_code == 200
    assert client.post(f"/households/{home}/reveal", data={**REVEAL, "reason": person.id_no}).status_code == 409
    upload = row(name="上官测试丙", phone="13911112222", account="6217000011112222333")
    with transaction():
        assert households.send(home, "one-time-code", code="1", minutes=5)
    for _ in range(2):
        sent = {"file": (io.BytesIO(csv_of(upload, row(id_no=upload["id_no"]))), "名单.csv")}
        kept = client.post("/households/intake", data=sent, content_type="multipart/form-data")
        assert client.get(kept.location).status_code == 200
    assert client.post(f"{kept.location}/take").status_code == 303

    captured = capfd.readouterr()
    everything = told(place) + captured.out + captured.err + caplog.text
    secrets = [
        getattr(p, field) for p in (person, other, PersonDraft(**{f: upload[f] for f in FIELDS})) for field in FIELDS
    ]
    assert len(secrets) == 12
    found = [text for text in secrets for form_of in (text, text.encode().hex()) if form_of in everything]
    assert found == []
    assert "H1032000001" in everything and "核对走访时间" in everything  # the search itself can find things


FIELDS = ("name", "id_no", "phone", "account")


def test_the_grep_would_find_a_plain_number(app: Flask, place: Place) -> None:
    with transaction():
        make.household(code="H9999999")
    assert "H9999999" in told(place)
