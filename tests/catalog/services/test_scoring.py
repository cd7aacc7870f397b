"""The score from the tables: what weighs, what is barred, once however often it runs, and what a false claim costs."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.benefit import LinkageScore
from catalog.models.linkage import ClaimReview, FalseClaim, RecheckDraw, RecheckItem
from catalog.models.supplier import Supplier
from catalog.queries import income_effect, score_inputs
from catalog.rules.benefit import BenefitKind, BenefitState
from catalog.rules.certificates import CertificateKind
from catalog.rules.claim_checks import Barred, CheckVerdict, ReviewState
from catalog.rules.quarter import Quarter
from catalog.services import claim_checks, linkage_night, margins, scoring
from catalog.services.linkage_night import Turnover
from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Missing, Refused
from tests import make
from tests.make import effects as builders
from tests.make.catalogue_staff import category
from tests.support.threads import at_once

LAST = Quarter(2026, 3)
NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)


def helped(seller: Supplier, count: int = 5, fen: int = 2_000_00, on: date = date(2026, 8, 1)) -> None:
    for _ in range(count):
        builders.benefit(seller, make.household(), fen, on)


def night(revenue_fen: int = 100_000_00, sold_g: dict[int, int] | None = None) -> scoring.Run:
    ids = list(db.session.scalars(sa.select(Supplier.id)))
    db.session.rollback()
    told = [Turnover(q, dict.fromkeys(ids, revenue_fen), sold_g or {}) for q in linkage_night.due()]
    with transaction():
        return linkage_night.run(told)


def versions() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(LinkageScore)) or 0


def weights(seller: Supplier) -> list[tuple[int, Barred | None]]:
    return [(c.net_fen, c.barred) for c in score_inputs.claims(LAST, supplier_id=seller.id)]


def test_a_night_scores_every_active_supplier_once(app: Flask) -> None:
    good, idle = make.supplier(), make.supplier()
    helped(good)
    with clock.frozen(NOW):
        assert night() == scoring.Run(LAST, 2, 2)
        assert night().changed == 0
    found = income_effect.latest([good.id, idle.id])
    assert (found[good.id].verified_fen, found[good.id].households, found[good.id].preferred) == (10_000_00, 5, True)
    # 35·3/4 + 30·3/4 + 20·3/4 + 15·1/4
    assert (found[good.id].score, found[idle.id].score, found[good.id].quarter) == (6_750, 0, "2026Q3")
    row = db.session.scalars(sa.select(LinkageScore).where(LinkageScore.supplier_id == good.id)).one()
    assert row.inputs["ranks"] == {name: [1, 1, 2] for name in ("pass_through", "depth", "breadth")}
    assert row.inputs["revenue_fen"] == 400_000_00
    assert row.inputs["claims"] == {"confirmed": [5, 10_000_00, 10_000_00]}


def test_what_changes_later_is_a_new_version(app: Flask) -> None:
    seller = make.supplier()
    helped(seller)
    with clock.frozen(NOW):
        night()
        builders.benefit(seller, make.household(), 900_00, date(2026, 9, 30))
        assert night().changed == 1
    rows = db.session.execute(sa.select(LinkageScore.version_no, LinkageScore.households).order_by(LinkageScore.id))
    assert [tuple(row) for row in rows] == [(1, 5), (2, 6)]


def test_two_nights_at_once_write_one_version(app: Flask) -> None:
    seller = make.supplier()
    helped(seller)

    def run() -> int:
        with clock.frozen(NOW), transaction():
            return scoring.compute().changed

    assert sorted(at_once(app, run, run)) == [0, 1]  # type: ignore[type-var]
    assert versions() == 1


def test_outside_the_window_nothing_counts(app: Flask) -> None:
    seller = make.supplier()
    for day in (date(2025, 9, 30), date(2026, 10, 1)):
        builders.benefit(seller, make.household(), 900_00, day)
    assert weights(seller) == []


def test_a_purchase_counts_by_the_margin_of_its_day(app: Flask) -> None:
    seller, home, goods = make.supplier(), make.household(), category("fungi-muer")
    body = make.organisation(OrganisationKind.AGRICULTURE)
    officer = make.actor(make.seat(body, Role.AGRICULTURE_OFFICER), body, Role.AGRICULTURE_OFFICER)
    with transaction():
        margins.put(goods, 6_000, valid_from=date(2026, 7, 1), document="示例通知", by=officer)
    with pytest.raises(Refused, match="margin-bounds"), transaction():
        margins.put(goods, 10_001, valid_from=date(2026, 7, 1), document="示例通知", by=officer)
    for day in (date(2026, 6, 30), date(2026, 7, 1)):
        builders.benefit(seller, home, 1_000_00, day, kind=BenefitKind.PURCHASE, category_id=goods)
    builders.benefit(seller, home, 1_000_00, date(2026, 7, 1), state=BenefitState.ATTESTED, paid=False)
    assert weights(seller) == [(500_00, None), (600_00, None), (300_00, None)]


def test_claims_above_the_income_wait_for_a_review(app: Flask) -> None:
    one, other, home = make.supplier(), make.supplier(), make.household()
    builders.income(home, 2026, 3, wage_fen=1_000_00, operating_fen=1_000_00)
    builders.benefit(one, home, 1_200_00, date(2026, 7, 3))
    builders.benefit(other, home, 1_000_00, date(2026, 8, 3))
    with transaction():
        assert claim_checks.open_reviews(LAST) == 0
    builders.benefit(other, home, 1, date(2026, 9, 30))
    with transaction():
        assert claim_checks.open_reviews(LAST) == 1
        assert claim_checks.open_reviews(LAST) == 0
    assert weights(one) == [(0, Barred.REVIEW)]
    review = db.session.scalars(sa.select(ClaimReview)).one()
    assert (review.claimed_fen, review.tracked_fen) == (2_200_01, 2_000_00)
    officer = builders.linkage_officer()
    with transaction():
        claim_checks.decide(review.id, stands=True, note="快照漏记", by=officer)
    assert weights(one) == [(1_200_00, None)]
    with pytest.raises(Refused, match="review-decided"), transaction():
        claim_checks.decide(review.id, stands=False, note="", by=officer)
    builders.benefit(one, home, 100_00, date(2026, 9, 30))
    with transaction():
        assert claim_checks.open_reviews(LAST) == 1
    newest = db.session.scalars(sa.select(ClaimReview).order_by(ClaimReview.id.desc()).limit(1)).one()
    assert (newest.version_no, newest.state) == (2, ReviewState.OPEN)


def test_no_snapshot_is_no_review(app: Flask) -> None:
    builders.benefit(make.supplier(), make.household(), 9_000_00, date(2026, 7, 3))
    with transaction():
        assert claim_checks.open_reviews(LAST) == 0


def test_own_people_and_shared_accounts_do_not_count(app: Flask) -> None:
    seller, own, cousin, first, second = make.supplier(), *(make.household() for _ in range(4))
    builders.account(own, seller.bank_account_no)
    builders.account(first, "6228480000000000018")
    builders.account(second, "6228480000000000018")
    for home in (own, cousin, first, second):
        builders.benefit(seller, home, 800_00, date(2026, 7, 3))
    with transaction():
        claim_checks.relate(seller.id, cousin.code, "法人的兄弟", by=builders.linkage_officer())
    assert weights(seller) == [
        (0, Barred.RELATED),
        (0, Barred.RELATED),
        (800_00, None),
        (0, Barred.SAME_PERSON),
    ]


def test_more_sold_than_approved_bars_its_purchases(app: Flask) -> None:
    seller, home = make.supplier(), make.household()
    offer = make.product(seller)
    paper = make.certificate(seller, CertificateKind.GREEN, offer.product_id)
    with transaction():
        db.session.execute(sa.text(f"UPDATE certificate SET approved_output_g = 1000 WHERE id = {paper.id}"))
    lot = builders.lot(seller, offer.product_id)
    builders.benefit(seller, home, 800_00, date(2026, 7, 3), kind=BenefitKind.PURCHASE, lot_id=lot)
    builders.benefit(seller, home, 800_00, date(2026, 7, 3))
    with clock.frozen(NOW):
        night(sold_g={offer.product_id: 250})
        assert weights(seller) == [(400_00, None), (800_00, None)]
        night(sold_g={offer.product_id: 251})
    assert weights(seller) == [(0, Barred.CAPACITY), (800_00, None)]


def test_the_draw_is_made_once_and_repeats_from_its_seed(app: Flask) -> None:
    for _ in range(2):
        helped(make.supplier(), 4)
    with transaction():
        draw = claim_checks.draw(LAST)
    assert draw is not None
    assert (draw.claims, draw.drawn) == (8, 6)
    with transaction():
        assert claim_checks.draw(LAST) is None
    items = set(db.session.scalars(sa.select(RecheckItem.benefit_id)))
    pot = [claim_checks.Drawable(*row) for row in db.session.execute(claim_checks._pot(LAST))]
    assert items == set(claim_checks.rules.draw(draw.seed, pot))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RecheckDraw)) == 1


def test_a_false_claim_is_voided_and_costs_four_quarters(app: Flask) -> None:
    seller, officer = make.supplier(), builders.linkage_officer()
    helped(seller, 6)
    with clock.frozen(NOW):
        night()
        assert income_effect.latest([seller.id])[seller.id].preferred
        item = db.session.scalars(sa.select(RecheckItem).order_by(RecheckItem.id).limit(1)).one()
        with pytest.raises(Refused, match="recheck-needs-note"), transaction():
            claim_checks.check(item.id, is_true=False, note="", file_id=None, by=officer)
        with transaction():
            claim_checks.check(item.id, is_true=False, note="农户说没有收到", file_id=None, by=officer)
        effect = income_effect.latest([seller.id])[seller.id]
        assert (effect.score, effect.preferred, effect.households) == (0, False, 5)
        with pytest.raises(Refused, match="recheck-done"), transaction():
            claim_checks.check(item.id, is_true=True, note="", file_id=None, by=officer)
        with pytest.raises(Missing), transaction():
            claim_checks.check(999_999, is_true=True, note="", file_id=None, by=officer)
    assert db.session.get_one(RecheckItem, item.id).verdict is CheckVerdict.FALSE
    false = db.session.scalars(sa.select(FalseClaim)).one()
    assert (false.until_quarter, false.benefit_id) == ("2027Q3", item.benefit_id)
    with clock.frozen(datetime(2027, 10, 12, tzinfo=UTC)), transaction():
        assert scoring.compute().quarter == Quarter(2027, 3)
    assert income_effect.latest([seller.id])[seller.id].score == 0
