"""Applications for certificates at every step, and the first commitment certificates of this morning."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

import sqlalchemy as sa
from PIL import Image

from catalog.models.product import Certificate, Product
from catalog.queries import certification_case, inspections
from catalog.rules.certificates import CertificateKind
from catalog.rules.certification import (
    CertificationState,
    FeePayer,
    Ground,
    InspectionConclusion,
    MonitoringResult,
    ScaleUnit,
    SiteVerdict,
)
from catalog.rules.commitment import CommitmentBasis
from catalog.services import certificates, certification, certification_office, commitments, harvests
from catalog.services import inspections as visits
from catalog.services.certification_office import Measurement
from catalog.services.commitments import Promise
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.files import services as files
from core.files.models import Audience
from core.organisations.models import Organisation
from core.quantity import KG
from demo import cast
from demo.cast import word
from demo.line import morning
from demo.world import World

S = CertificationState
_STANDARD_FEN = 800_000
_INSPECTORS = ("certification_inspector", "certification_inspector2")


@dataclass(frozen=True)
class Wish:
    """One application of the table. `days_ago`: handed in, then each step that was left; `then`: what else happened."""

    supplier: str
    kind: CertificateKind
    goods: str
    product: str
    unit: ScaleUnit
    scale_x100: int
    output_g: int
    village: str
    days_ago: tuple[int, ...]
    then: str


def wishes() -> list[Wish]:
    """The table of applications."""
    return [
        Wish(
            row["supplier"], CertificateKind(row["kind"]), row["goods"], row["product"], ScaleUnit(row["unit"]),
            _x100(row["scale"]), int(row["output_kg"]) * 1000, row["village"],
            tuple(int(days) for days in row["days_ago"].split("|")), row["then"],
        )
        for row in cast.rows("certifications")
    ]  # fmt: skip


def _x100(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def tell(world: World) -> None:
    """Each application as far as it came; then two lots with their promises."""
    for number, wish in enumerate(wishes(), start=1):
        _Way(world, wish, number).go()
    _promises(world)


@contextmanager
def _days_ago(world: World, days: int, hour: int) -> Iterator[None]:
    with clock.frozen(world.days.at(world.days.today - timedelta(days=days), hour)), transaction():
        yield


class _Way:
    """One application from its draft to where it stands."""

    def __init__(self, world: World, wish: Wish, number: int) -> None:
        self.world, self.wish, self.number = world, wish, number
        self.clerk = world.actor(wish.supplier, Role.SUPPLIER_CLERK)
        self.officer = world.actor("agri", Role.AGRICULTURE_OFFICER)
        self.id = 0

    def go(self) -> None:
        steps = (self._hand_in, self._intake, self._visit, self._measure, self._review, self._send, self._grant)
        for step, days in zip(steps, self.wish.days_ago, strict=False):
            step(days)
        then = {
            "returned": self._return_paper, "planned": self._plan, "half_signed": self._half_signed,
            "failed": self._fail, "fee": self._fee, "waived": self._fee,
        }.get(self.wish.then)  # fmt: skip
        if then is not None:
            then()

    def _hand_in(self, days: int) -> None:
        wish = self.wish
        with _days_ago(self.world, days, 9):
            found = certification.start(self._draft(), by=self.clerk)
            self.id, paper = found.id, _paper(self.clerk)
            given = [one for one in certification_case.papers_of(self.id) if one.is_required]
            for one in given[: 4 if wish.then == "draft" else None]:
                certification.give_paper(self.id, one.material_id, paper, by=self.clerk)
        if wish.then != "draft":
            with _days_ago(self.world, days, 10):
                certification.hand_in(self.id, by=self.clerk)

    def _draft(self) -> certification.Draft:
        wish, supplier_id = self.wish, self.world.suppliers[self.wish.supplier]
        own = sa.select(Product.id).where(Product.supplier_id == supplier_id, Product.name == wish.product)
        old = sa.select(Certificate.id).where(
            Certificate.supplier_id == supplier_id, Certificate.kind == wish.kind
        ).order_by(Certificate.valid_to)  # fmt: skip
        renews = db.session.scalars(old.limit(1)).one_or_none() if wish.then == "renewal" else None
        return certification.Draft(
            wish.kind, wish.goods, wish.unit, wish.output_g, (Ground(wish.village, wish.scale_x100),),
            frozenset(db.session.scalars(own)), renews_id=renews,
        )  # fmt: skip

    def _intake(self, days: int) -> None:
        with _days_ago(self.world, days, 11):
            for one in certification_case.papers_of(self.id):
                if one.file_token:
                    certification_office.judge_paper(self.id, one.material_id, accepted=True, by=self.officer)
            certification_office.pass_step(self.id, at=S.INTAKE, by=self.officer)

    def _visit(self, days: int) -> None:
        with _days_ago(self.world, days, 8):
            visit_id = self._plan_visit()
        with _days_ago(self.world, days, 14):
            self._note(visit_id)
        for hour, role in enumerate(_INSPECTORS, start=15):
            with _days_ago(self.world, days, hour):
                by = self.world.actor("agri", role)
                said = word("certification", "opinion") if hour == 15 else ""
                visits.sign(visit_id, InspectionConclusion.PASSED, said, by=by)

    def _plan_visit(self) -> int:
        lead, second = (self.world.actor("agri", role).person_id for role in _INSPECTORS)
        visit = visits.plan(self.id, planned_on=clock.today(), lead_id=lead, second_id=second, by=self.officer)
        return visit.id

    def _note(self, visit_id: int) -> None:
        lead = self.world.actor("agri", _INSPECTORS[0])
        items = inspections.sheet(visit_id, lead).items
        found = [visits.Found(item.check_id, SiteVerdict.FIT) for item in items]
        found[0] = visits.Found(items[0].check_id, SiteVerdict.FIT, word("certification", "note"))
        visits.note(visit_id, found, [(_paper(lead, picture=True), items[1].check_id)], by=lead)

    def _measure(self, days: int) -> None:
        with _days_ago(self.world, days, 10):
            report = Measurement(
                MonitoringResult.PASSED, word("certification", "agency"),
                word("certification", "report", number=self.number), clock.today() - timedelta(days=7),
            )  # fmt: skip
            certification_office.measure(self.id, report, by=self.officer)
            certification_office.pass_step(self.id, at=S.MONITORING, by=self.officer)

    def _review(self, days: int) -> None:
        with _days_ago(self.world, days, 10):
            certification_office.pass_step(self.id, at=S.REVIEW, by=self.officer)

    def _send(self, days: int) -> None:
        with _days_ago(self.world, days, 10):
            document = word("certification", "sent_document", year=clock.today().year, number=self.number)
            certification_office.send(self.id, word("certification", "sent_to"), document, by=self.officer)

    def _grant(self, days: int) -> None:
        with _days_ago(self.world, days, 10):
            first = clock.today()
            number = f"LB-21-{first:%y%m}07{90 - self.number:04d}A"
            paper = certificates.Paper(
                self.wish.kind, number, word("paper", "issuer"), first, date(first.year + 3, first.month, 1),
                approved_output_g=self.wish.output_g,
            )  # fmt: skip
            done = certification_office.grant(self.id, paper, by=self.officer)
            operator = self.world.actor("platform", Role.PLATFORM_OPERATOR)
            certificates.verify(done.certificate_id or 0, by=operator)

    def _return_paper(self) -> None:
        with _days_ago(self.world, 4, 15):
            first = certification_case.papers_of(self.id)[0]
            certification_office.judge_paper(
                self.id, first.material_id, accepted=False, reason=word("certification", "returned"), by=self.officer
            )
            asked = word("certification", "asked")
            certification_office.ask(self.id, asked, at=S.INTAKE, by=self.officer)

    def _plan(self) -> None:
        with morning(self.world, 7, 58):
            self._plan_visit()

    def _half_signed(self) -> None:
        with morning(self.world, 7, 40):
            visit_id = self._plan_visit()
        with morning(self.world, 7, 50):
            self._note(visit_id)
        with morning(self.world, 7, 55):
            visits.sign(visit_id, InspectionConclusion.PASSED, by=self.world.actor("agri", _INSPECTORS[1]))

    def _fail(self) -> None:
        with _days_ago(self.world, 40, 10):
            certification_office.fail(self.id, word("certification", "failed"), at=S.INSPECTION, by=self.officer)

    def _fee(self) -> None:
        """What the list says, a letter, and what came of it."""
        waived = self.wish.then == "waived"
        cut = _STANDARD_FEN if waived else _STANDARD_FEN // 2
        days = self.wish.days_ago[1]
        with _days_ago(self.world, days, 16):
            certification_office.put_fee(
                self.id, standard_fen=_STANDARD_FEN, reduction_fen=0, payer=FeePayer.NOBODY, document="",
                by=self.officer,
            )  # fmt: skip
            to, because = word("certification", "sent_to"), word("certification", "because")
            certification_office.write_letter(self.id, to, cut, because, by=self.officer)
        with _days_ago(self.world, max(days - 12, 0), 16):
            document = word("certification", "fee_document", year=clock.today().year, number=self.number)
            payer = FeePayer.WAIVED if waived else FeePayer.SHARED
            certification_office.put_fee(
                self.id, standard_fen=_STANDARD_FEN, reduction_fen=cut, payer=payer, document=document,
                by=self.officer,
            )  # fmt: skip


def _paper(by: Actor, *, picture: bool = False) -> int:
    """A blank sheet, or a green field: the demo shows no real document."""
    sheet = BytesIO()
    Image.new("RGB", (800, 600) if picture else (600, 840), "#4c8b5a" if picture else "white").save(sheet, "PNG")
    sheet.seek(0)
    take = files.take_picture if picture else files.take_paper
    kept = take(
        sheet, name="demo.png", purpose="certification", by=by, audience=Audience.PARTIES, owner_id=by.office_id
    )
    return kept.id


def _promises(world: World) -> None:
    """Three lots of own harvest with their certificates, one of them made anew."""
    for place, (supplier, kg) in enumerate((("veg", 600), ("veg", 400), ("fungi", 120))):
        clerk = world.actor(supplier, Role.SUPPLIER_CLERK)
        pack = [one for one in world.packs if one.supplier == supplier and one.needs_commitment and one.unit == "g"]
        with morning(world, 5, 30 + place):
            harvest = harvests.Harvest(
                f"demo-harvest-{place}", pack[place].product_id, str(kg), KG, world.days.today,
                word("certification", "plot"),
            )  # fmt: skip
            lot_id = harvests.write(harvest, by=clerk).lot_id
            phone = db.session.get_one(Organisation, clerk.office_id).phone
            promise = Promise(lot_id, kg * 500, frozenset({CommitmentBasis.CONTROL}), phone)
            made = commitments.issue(promise, by=clerk)
        if place == 1:
            both = frozenset({CommitmentBasis.CONTROL, CommitmentBasis.OWN_TEST})
            with morning(world, 5, 50):
                commitments.replace(made.id, Promise(lot_id, kg * 1000, both, phone), by=clerk)
