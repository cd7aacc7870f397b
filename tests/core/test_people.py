"""Who may bring in whom: invitations, deputies, clashes, and access that ends the same minute."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.organisations import services
from core.organisations.models import Membership
from core.people.models import Person, SentMessage
from tests import make


def memberships() -> int:
    return db.session.scalar(select(func.count()).select_from(Membership)) or 0


def test_an_admin_invites_by_phone_and_the_new_person_gets_in_by_code(client: FlaskClient, app: Flask) -> None:
    unit = make.unit("示例一中")
    admin = make.seat(unit, Role.ORGANISATION_ADMIN)
    make.log_in(client, admin)

    form = {"organisation": unit.id, "name": "李四", "phone": "13911112222", "role": "receiver"}
    assert client.post("/people", data=form).status_code == 303

    texts = db.session.scalars(select(SentMessage.text)).all()
    assert texts == ["示例一中邀请您担任收货验收员，请用本手机号验证码登录消费帮扶平台。"]
    client.post("/logout")
    client.post("/login/code/send", data={"phone": "13911112222"})
    db.session.rollback()
    code = "".join(c for c in (db.session.scalars(select(SentMessage.text)).all()[-1]) if c.isdigit())[:6]
    assert client.post("/login/code", data={"phone": "13911112222", "code": code}).status_code == 303
    assert "示例一中" in client.get("/desk").text


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (Role.CANTEEN_ORDERER, Role.UNIT_PAYER),
        (Role.RECEIVER, Role.UNIT_PAYER),
        (Role.UNIT_APPROVER, Role.CANTEEN_ORDERER),
    ],
)
def test_clashing_roles_are_refused_and_nothing_is_written(app: Flask, held: Role, wanted: Role) -> None:
    unit = make.unit()
    admin = make.actor(make.seat(unit, Role.ORGANISATION_ADMIN), unit, Role.ORGANISATION_ADMIN)
    cook = make.seat(unit, held)
    before = memberships()

    with pytest.raises(Refused, match="roles-clash"), transaction():
        services.invite(unit.id, name="x", phone=str(cook.phone), role=wanted, by=admin)

    assert memberships() == before


def test_a_suppliers_clerk_gets_no_role_in_a_unit(app: Flask) -> None:
    supplier = make.supplier()
    body = db.session.get_one(services.Organisation, supplier.organisation_id)
    clerk = make.seat(body, Role.SUPPLIER_CLERK)
    unit = make.unit()
    admin = make.actor(make.seat(unit, Role.ORGANISATION_ADMIN), unit, Role.ORGANISATION_ADMIN)

    with pytest.raises(Refused, match="roles-clash"), transaction():
        services.invite(unit.id, name="x", phone=str(clerk.phone), role=Role.RECEIVER, by=admin)


def test_a_role_of_another_kind_of_body_is_refused(app: Flask) -> None:
    unit = make.unit()
    admin = make.actor(make.seat(unit, Role.ORGANISATION_ADMIN), unit, Role.ORGANISATION_ADMIN)

    with pytest.raises(Refused, match="role-not-of-kind"), transaction():
        services.invite(unit.id, name="x", phone="13911112222", role=Role.FINANCE_OFFICER, by=admin)


def test_ended_access_is_gone_at_the_next_request(client: FlaskClient, app: Flask) -> None:
    unit = make.unit()
    admin_person = make.seat(unit, Role.ORGANISATION_ADMIN)
    cook = make.seat(unit, Role.CANTEEN_ORDERER)
    admin = make.actor(admin_person, unit, Role.ORGANISATION_ADMIN)
    make.log_in(client, cook)
    seat_id = db.session.scalar(select(Membership.id).where(Membership.person_id == cook.id)) or 0
    db.session.rollback()

    with transaction():
        services.end_access(seat_id, by=admin)

    assert client.get("/desk").status_code == 302


def test_a_deputy_holds_the_role_until_its_last_day(app: Flask) -> None:
    unit = make.unit()
    admin = make.actor(make.seat(unit, Role.ORGANISATION_ADMIN), unit, Role.ORGANISATION_ADMIN)
    head = make.seat(unit, Role.UNIT_HEAD)
    stand_in = make.person("代理")
    seat_id = db.session.scalar(select(Membership.id).where(Membership.person_id == head.id)) or 0
    until = clock.today() + timedelta(days=3)

    with transaction():
        services.deputise(seat_id, phone=str(stand_in.phone), until=until, by=admin)

    assert services.queries.seats_of(stand_in.id)[0].roles == {Role.UNIT_HEAD}
    with clock.shifted(timedelta(days=4)):
        assert services.queries.seats_of(stand_in.id) == []


def test_a_foreign_organisation_is_not_there(client: FlaskClient, app: Flask) -> None:
    unit, other = make.unit(), make.unit()
    admin = make.actor(make.seat(unit, Role.ORGANISATION_ADMIN), unit, Role.ORGANISATION_ADMIN)
    their_cook = make.seat(other, Role.CANTEEN_ORDERER)
    seat_id = db.session.scalar(select(Membership.id).where(Membership.person_id == their_cook.id)) or 0

    with pytest.raises(Missing), transaction():
        services.invite(other.id, name="x", phone="13911112222", role=Role.RECEIVER, by=admin)
    with pytest.raises(Missing), transaction():
        services.end_access(seat_id, by=admin)


def test_a_guest_auditor_is_given_by_the_register_for_a_time_and_sees_that_unit_only(
    client: FlaskClient, app: Flask
) -> None:
    looked_into, other = make.unit("示例一中"), make.unit("示例二中")
    make.canteen(looked_into)
    platform = make.organisation(OrganisationKind.PLATFORM)
    make.log_in(client, make.seat(platform, Role.PLATFORM_OPERATOR))
    form = {"organisation": looked_into.id, "name": "外审", "phone": "13911113333", "role": "guest_auditor"}
    before = memberships()

    assert client.post("/people", data=form).status_code == 409
    assert memberships() == before
    until = (clock.today() + timedelta(days=30)).isoformat()
    assert client.post("/people", data={**form, "until": until}).status_code == 303

    guest = db.session.scalars(select(Person).where(Person.phone == "13911113333")).one()
    (seat,) = services.queries.seats_of(guest.id)
    assert other.id not in seat.scope_ids
    assert looked_into.id in seat.scope_ids
    theirs, guest_id = app.test_client(), guest.id
    db.session.rollback()
    theirs.post("/login/code/send", data={"phone": "13911113333"})
    code = "".join(c for c in db.session.scalars(select(SentMessage.text)).all()[-1] if c.isdigit())[:6]
    theirs.post("/login/code", data={"phone": "13911113333", "code": code})
    assert theirs.get("/quota").status_code == 200
    for path in ("/finance", "/finance/export", f"/finance/units/{other.id}", f"/finance/units/{looked_into.id}"):
        assert theirs.get(path).status_code == 403
    with clock.shifted(timedelta(days=31)):
        assert services.queries.seats_of(guest_id) == []


def test_a_unit_neither_chooses_nor_dismisses_who_looks_into_it(app: Flask) -> None:
    unit = make.unit()
    admin = make.actor(make.seat(unit, Role.ORGANISATION_ADMIN), unit, Role.ORGANISATION_ADMIN)
    guest = make.seat(unit, Role.GUEST_AUDITOR)
    seat_id = db.session.scalar(select(Membership.id).where(Membership.person_id == guest.id)) or 0
    until = clock.today() + timedelta(days=3)

    with pytest.raises(Refused, match="guest-by-finance"), transaction():
        services.invite(unit.id, name="x", phone="13911114444", role=Role.GUEST_AUDITOR, valid_to=until, by=admin)
    with pytest.raises(Refused, match="guest-by-finance"), transaction():
        services.end_access(seat_id, by=admin)
    assert db.session.get_one(Membership, seat_id).ended_at is None
