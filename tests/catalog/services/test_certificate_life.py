"""Rule 71–73: the day a badge ends, whose it is, what it covers, reminders, renewals and the approved output."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.certificate import CertificateEvent, CertificateReminder
from catalog.models.offer import Offer
from catalog.models.product import Certificate, Product
from catalog.queries import certificates as badges
from catalog.queries import goods, papers
from catalog.queries import offers as reading
from catalog.queries.cards import cards_of
from catalog.queries.product_page import product_page
from catalog.rules.certificates import CertificateAct, CertificateKind, CertificateLife, CertificateStatus
from catalog.services import certificate_reminders, certificates, certified_output, offers
from catalog.services.certificates import Paper
from core import clock, codes
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.files.models import Audience, StoredFile
from core.people.models import SentMessage
from tests import make
from tests.make import catalogue_staff as staff
from tests.make.core import writing

LAST = date(2026, 11, 23)
LAST_SECOND = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
"""23:59:59 of the expiry day on the county's clock."""
MIDNIGHT = LAST_SECOND + timedelta(seconds=1)


def green(number: str = "LB-20-2611071234A", **rest: object) -> Paper:
    given: dict[str, object] = {"kind": CertificateKind.GREEN, "number": number, "issuer": "示例中心"}
    return Paper(**{**given, "valid_from": date(2023, 11, 24), "valid_to": LAST, **rest})  # type: ignore[arg-type]


@contextmanager
def county_midnight() -> Iterator[None]:
    with clock.frozen(MIDNIGHT):
        yield


def at(moment: datetime, product: Product) -> tuple[bool, bool, bool]:
    """(badge on the card, found by the badge's filter, badge text for an order line) at a moment."""
    with clock.frozen(moment):
        today = clock.today()
        cards = cards_of([product.id], today)
        listed = goods.visible_goods(today)
        narrowed = goods.conditions(listed, goods.Filters(certificate=CertificateKind.GREEN)).values()
        found = db.session.scalars(sa.select(listed.c.id).where(*narrowed)).all()
        texts = badges.texts_of([product.id], today)
    return bool(cards and cards[0].badges), product.id in found, product.id in texts


def test_the_badge_its_filter_and_its_price_end_at_midnight_county_time(app: Flask) -> None:
    of = staff.staff()
    make.village_is_exited()
    product = staff.brought_to_shelf(of)
    make.certificate(of.supplier, CertificateKind.GREEN, product.id, valid_to=LAST)
    with clock.frozen(LAST_SECOND), transaction():
        plain = offers.add_pack(product.id, staff.pack(pack_name="散装"), by=of.clerk, packs_on_hand=9)
        badge = offers.add_pack(
            product.id,
            staff.pack(badge=CertificateKind.GREEN, terms=staff.terms(500_000)),
            by=of.clerk,
            packs_on_hand=9,
        )
    assert at(LAST_SECOND, product) == (True, True, True)
    with clock.frozen(LAST_SECOND):
        assert set(reading.sellable([plain.id, badge.id], for_units=False)) == {plain.id, badge.id}
    assert at(MIDNIGHT, product) == (False, False, False)
    with clock.frozen(MIDNIGHT):
        assert set(reading.sellable([plain.id, badge.id], for_units=False)) == {plain.id}
        page = product_page(product.sku)
        assert page is not None and badge.id not in {pack.offer_id for pack in page.packs}
    assert db.session.get_one(Offer, badge.id).is_active  # what a new certificate brings back


def test_a_badge_price_needs_its_badge(app: Flask) -> None:
    of = staff.staff()
    make.village_is_exited()
    product = staff.brought_to_shelf(of)
    with pytest.raises(Refused, match="badge-price-without-badge"), transaction():
        offers.add_pack(product.id, staff.pack(badge=CertificateKind.GREEN), by=of.clerk)
    assert db.session.scalar(sa.select(sa.func.count(Offer.id)).where(Offer.product_id == product.id)) == 1


@pytest.mark.parametrize(("is_exited", "is_there"), [(True, True), (False, False)])
def test_an_expiry_unlists_only_what_was_listed_for_its_badge(app: Flask, is_exited: bool, is_there: bool) -> None:
    of = make.supplier()
    make.village_is_exited(exited=is_exited)
    offer = make.product(of, exited=False)
    make.certificate(of, CertificateKind.GREEN, offer.product_id, valid_to=LAST)
    with clock.frozen(LAST_SECOND):
        assert offer.id in reading.sellable([offer.id], for_units=True)
    with clock.frozen(MIDNIGHT):
        assert (offer.id in reading.sellable([offer.id], for_units=True)) is is_there


@pytest.mark.parametrize(
    ("category", "kind"), [("grain-rice", CertificateKind.SC), ("meat-pork", CertificateKind.QUARANTINE)]
)
def test_the_end_of_a_selling_licence_unlists_at_midnight(app: Flask, category: str, kind: CertificateKind) -> None:
    of = make.supplier()
    offer = make.product(of, category=category)
    make.certificate(of, kind, valid_to=LAST)
    with clock.frozen(LAST_SECOND):
        assert reading.sellable([offer.id], for_units=True)
    with clock.frozen(MIDNIGHT):
        assert not reading.sellable([offer.id], for_units=True)


def test_a_lot_keeps_the_label_of_its_harvest_day_until_the_issuer_takes_it_back(app: Flask) -> None:
    of = staff.staff()
    offer = make.product(of.supplier)
    made = make.certificate(of.supplier, CertificateKind.GREEN, offer.product_id, valid_to=LAST)
    with county_midnight():
        (label,) = badges.badges_of([offer.product_id], LAST)[offer.product_id]
        assert label.valid_to == LAST
        assert badges.badges_of([offer.product_id], clock.today()) == {}
    with transaction():
        certificates.revoke(made.id, "抽检不合格", by=of.operator)
    assert badges.badges_of([offer.product_id], LAST) == {}


def test_anothers_certificate_needs_a_written_authorisation_and_ends_with_it(app: Flask) -> None:
    of = staff.staff()
    make.village_is_exited()
    product = staff.brought_to_shelf(of)
    with clock.frozen(LAST_SECOND):
        with pytest.raises(Refused, match="certificate-needs-authorisation"), transaction():
            certificates.add(green(holder_name="示例邻村合作社"), [product.id], by=of.clerk)
        assert db.session.scalar(sa.select(sa.func.count(Certificate.id))) == 0
        borrowed = green(
            holder_name="示例邻村合作社", authorisation_file_id=a_file(), authorised_to=LAST, valid_to=date(2027, 1, 1)
        )
        with transaction():
            made = certificates.add(borrowed, [product.id], by=of.clerk)
            certificates.verify(made.id, by=of.operator)
    assert at(LAST_SECOND, product)[0]
    assert not at(MIDNIGHT, product)[0]
    with county_midnight():
        assert papers.own(of.clerk)[0].life is CertificateLife.UNAUTHORISED
        with transaction():
            certificates.authorise(made.id, a_file(), date(2026, 12, 31), by=of.clerk)
            certificates.verify(made.id, by=of.operator)
    assert at(MIDNIGHT, product)[0]


def a_file() -> int:
    """The id of a stored paper."""
    with writing():
        row = StoredFile(
            token=codes.token()[:32], audience=Audience.PARTIES, purpose="authorisation", name="a.pdf",
            content_type="application/pdf", size=1, sha256="0" * 64, created_at=clock.now(),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
    return row.id


def test_only_covered_products_have_the_badge(app: Flask) -> None:
    of = make.supplier()
    first, second = make.product(of), make.product(of, name="示例萝卜")
    make.certificate(of, CertificateKind.GREEN, first.product_id, valid_to=LAST)
    assert set(badges.badges_of([first.product_id, second.product_id], LAST)) == {first.product_id}


def test_a_renewal_is_a_row_of_its_own_and_a_number_has_one_holder(app: Flask) -> None:
    of, other = staff.staff(), staff.staff(make.supplier())
    licence = {"kind": CertificateKind.SC, "number": staff.SC_NUMBER}
    with transaction():
        old = certificates.add(green(**licence), by=of.clerk)
    with pytest.raises(Refused, match="certificate-number-taken"), transaction():
        certificates.add(green(**licence, valid_from=LAST, valid_to=date(2031, 1, 1)), by=of.clerk)
    after = {"valid_from": LAST + timedelta(days=1), "valid_to": date(2031, 11, 23)}
    with pytest.raises(Refused, match="certificate-number-taken"), transaction():
        certificates.add(green(**licence, **after), by=other.clerk)
    with pytest.raises(Missing), transaction():
        certificates.add(green(**after, renews_id=old.id), by=of.clerk)
    with transaction():
        certificates.add(green(**licence, **after, renews_id=old.id), by=of.clerk)
    before = next(sheet for sheet in papers.own(of.clerk) if sheet.certificate_id == old.id)
    assert before.is_renewed and before.valid_to == LAST
    assert [step.act for step in papers.life_line(old.id)] == [CertificateAct.RENEW, CertificateAct.ADD]


# --- reminders and renewal -----------------------------------------------------------------------------


def reminded(of: staff.Staff) -> list[str]:
    return list(
        db.session.scalars(
            sa.select(SentMessage.text).where(SentMessage.phone == of.clerk_person.phone).order_by(SentMessage.id)
        )
    )


def remind_on(day: date) -> int:
    with clock.frozen(clock.day_start(day) + timedelta(hours=8)), transaction():
        return certificate_reminders.remind()


def test_each_reminder_is_sent_once_on_its_day(app: Flask) -> None:
    of = staff.staff()
    make.certificate(of.supplier, CertificateKind.GREEN, valid_to=LAST)
    lefts = range(182, -3, -1)
    sent_on = [left for left in lefts for _ in range(2) if remind_on(LAST - timedelta(days=left))]
    assert sent_on == [180, 120, 90, 30, 7]
    assert len(reminded(of)) == 5
    assert "还有 7 天" in reminded(of)[-1]


def test_days_that_the_job_missed_give_one_reminder_not_five(app: Flask) -> None:
    of = staff.staff()
    made = make.certificate(of.supplier, CertificateKind.GREEN, valid_to=LAST)
    assert remind_on(LAST - timedelta(days=100)) == 1
    assert remind_on(LAST - timedelta(days=5)) == 1
    assert remind_on(LAST - timedelta(days=4)) == 0
    rows = db.session.execute(sa.select(CertificateReminder.days, CertificateReminder.is_sent))
    assert dict(rows.all()) == {180: False, 120: True, 90: False, 30: False, 7: True}
    assert len(reminded(of)) == 2
    assert [step.facts["days"] for step in papers.life_line(made.id)] == [7, 120]


def test_what_ended_or_is_renewed_is_left_alone(app: Flask) -> None:
    of = staff.staff()
    ended = make.certificate(of.supplier, CertificateKind.GREEN, valid_to=LAST)
    assert remind_on(LAST + timedelta(days=1)) == 0
    newer = make.certificate(of.supplier, CertificateKind.GREEN, valid_to=date(2029, 1, 1))
    with transaction():
        db.session.get_one(Certificate, newer.id).renews_id = ended.id
    assert remind_on(LAST - timedelta(days=7)) == 0
    assert reminded(of) == []


@pytest.mark.parametrize(("applied_on", "is_late"), [(date(2026, 8, 23), False), (date(2026, 8, 24), True)])
def test_a_late_renewal_is_marked(app: Flask, applied_on: date, is_late: bool) -> None:
    of = staff.staff()
    made = make.certificate(of.supplier, CertificateKind.GREEN, valid_to=LAST)
    with clock.frozen(LAST_SECOND):
        with transaction():
            assert certificates.apply_renewal(made.id, applied_on, by=of.clerk) is is_late
        assert papers.sheet(made.id, of.clerk).is_late is is_late
        for day, code in ((applied_on, "renewal-known"), (LAST + timedelta(days=1), "renewal-ahead")):
            with pytest.raises(Refused, match=code), transaction():
                certificates.apply_renewal(made.id, day, by=of.clerk)
    assert db.session.scalar(sa.select(sa.func.count(CertificateEvent.id))) == 1


# --- approved output -------------------------------------------------------------------------------------


def test_more_sold_than_approved_freezes_the_badge_until_the_output_fits(app: Flask) -> None:
    of = staff.staff()
    make.village_is_exited()
    product = staff.brought_to_shelf(of)
    made = make.certificate(
        of.supplier, CertificateKind.GREEN, product.id, valid_from=date(2024, 11, 24), valid_to=LAST
    )
    with transaction():
        db.session.get_one(Certificate, made.id).approved_output_g = 5_000
    year = date(2025, 11, 24)
    with clock.frozen(LAST_SECOND):
        sold(made, year, 5_000)
        assert at(LAST_SECOND, product)[0]
        sold(made, year, 5_001)
        sold(made, year, 5_001)
        assert not at(LAST_SECOND, product)[0]
        sheet = papers.sheet(made.id, of.clerk)
        assert (sheet.life, sheet.sold_g, sheet.sold_bp) == (CertificateLife.FROZEN, 5_001, 10_002)
        with transaction():
            certified_output.approve_output(made.id, 6_000, "示例文 1 号", by=of.operator)
        assert at(LAST_SECOND, product)[0]
    acts = [step.act for step in papers.life_line(made.id)]
    assert acts == [CertificateAct.THAW, CertificateAct.APPROVE_OUTPUT, CertificateAct.FREEZE]


def sold(made: Certificate, year_from: date, grams: int) -> None:
    with transaction():
        certified_output.note_sold(made.id, year_from, grams)


def test_a_new_certificate_year_lets_the_badge_stand_again(app: Flask) -> None:
    of = staff.staff()
    made = make.certificate(of.supplier, CertificateKind.GREEN, valid_from=date(2023, 11, 24), valid_to=LAST)
    with transaction():
        db.session.get_one(Certificate, made.id).approved_output_g = 5_000
    sold(made, date(2024, 11, 24), 9_000)
    assert db.session.get_one(Certificate, made.id).frozen_on is not None
    sold(made, date(2025, 11, 24), 0)
    assert db.session.get_one(Certificate, made.id).frozen_on is None


def test_an_office_says_why_and_only_badges_have_an_output(app: Flask) -> None:
    of = staff.staff()
    licence = make.certificate(of.supplier, CertificateKind.SC)
    for grams, reason, code in ((1, "", "reason-missing"), (0, "文", "certificate-output"), (1, "文", "not-badge")):
        with pytest.raises(Refused, match=code), transaction():
            certified_output.approve_output(licence.id, grams, reason, by=of.operator)
    with pytest.raises(Refused, match="certificate-reason-missing"), transaction():
        certificates.revoke(licence.id, "", by=of.operator)
    assert db.session.get_one(Certificate, licence.id).status is CertificateStatus.ACTIVE
    assert db.session.scalar(sa.select(sa.func.count(CertificateEvent.id))) == 0


def test_the_agriculture_officer_keeps_the_register_too(app: Flask) -> None:
    of = staff.staff()
    office = make.organisation(OrganisationKind.AGRICULTURE)
    officer = make.actor(make.seat(office, Role.AGRICULTURE_OFFICER), office, Role.AGRICULTURE_OFFICER)
    with transaction():
        made = certificates.add_granted(green(), (), supplier_id=of.supplier.id, by=officer)
        certificates.verify(made.id, by=officer)
    assert papers.sheet(made.id, officer).supplier_id == of.supplier.id
