"""Certificates in every state: scans, an approved output that was outsold, a suspension, a revocation, a late renewal,
another's certificate with its authorisation, and the reminders of this morning.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import sqlalchemy as sa

from catalog.models.product import Certificate, CertificateProduct, Product
from catalog.rules.certificates import CertificateKind, certificate_year
from catalog.services import certificate_reminders, certificates, certified_output
from core import clock
from core.access.roles import Role
from core.db import db, transaction
from core.files import services as files
from core.files.models import Audience
from core.printing import pdf
from core.text import label
from demo.cast import word, words
from demo.line import morning
from demo.world import World
from market.queries import certified_sales as counting
from market.services import certified_sales

OUTSOLD, WITHIN, SUSPENDED, REVOKED, LATE, BORROWS = "rice", "veg", "honey", "potato", "fungi", "wild"
"""Suppliers whose badge tells one story each."""


def scan(world: World, supplier: str, paper: certificates.Paper, goods: Iterable[int]) -> int:
    """A sheet that looks like the certificate and says that it is none; its file's id."""
    by = world.actor(supplier, Role.SUPPLIER_CLERK)
    names = db.session.scalars(sa.select(Product.name).where(Product.id.in_(list(goods))).order_by(Product.id)).all()
    heads = words()["scan"]
    rows = [
        [heads["number"], paper.number],
        [heads["holder"], paper.holder_name or world.supplier_specs[supplier].name],
        [heads["goods"], "、".join(names)],
        [heads["issuer"], paper.issuer],
        [heads["valid"], f"{paper.valid_from.isoformat()} — {paper.valid_to.isoformat()}"],
    ]
    sheet = pdf("certificate_sample", {"kind": label(paper.kind), "note": heads["note"], "rows": rows})
    return files.take_paper(
        BytesIO(sheet), name=f"{paper.number}.pdf", purpose="certificate", by=by, audience=Audience.PARTIES,
        owner_id=by.office_id,
    ).id  # fmt: skip


def tell(world: World) -> None:
    """After the history, which sold the goods, and before the day begins."""
    _outputs(world)
    _late_renewal(world)
    _borrowed(world)
    with morning(world, 6):
        certificate_reminders.remind()


def _badge(world: World, supplier: str) -> Certificate:
    """The supplier's oldest badge."""
    query = sa.select(Certificate).where(
        Certificate.supplier_id == world.suppliers[supplier],
        Certificate.kind.in_([CertificateKind.GREEN, CertificateKind.GI]),
    )
    return db.session.scalars(query.order_by(Certificate.id).limit(1)).one()


def _outputs(world: World) -> None:
    """One certificate far below its approved output, one above it: its badge is off since this morning."""
    operator = world.actor("platform", Role.PLATFORM_OPERATOR)
    with morning(world, 5, 30):
        for supplier, share in ((WITHIN, 160), (OUTSOLD, 90)):
            found = _badge(world, supplier)
            sold_g = _sold_g(found)
            output_g = max(100_000, sold_g * share // 100 // 10_000 * 10_000)
            certified_output.approve_output(found.id, output_g, word("scan", "output"), by=operator)
    with morning(world, 5, 40):
        certified_sales.count_sold()


def _sold_g(found: Certificate) -> int:
    covered = sa.select(CertificateProduct.product_id).where(CertificateProduct.certificate_id == found.id)
    since = certificate_year(found.valid_from, clock.today())
    return counting.sold_g(list(db.session.scalars(covered)), since)


def _late_renewal(world: World) -> None:
    """Applied for a month before the end, two months too late."""
    late = db.session.scalars(
        sa.select(Certificate)
        .where(Certificate.supplier_id == world.suppliers[LATE], Certificate.valid_to < world.days.today)
        .order_by(Certificate.id)
        .limit(1)
    ).one()
    applied_on = late.valid_to - timedelta(days=30)
    with clock.frozen(world.days.at(applied_on, 10)), transaction():
        certificates.apply_renewal(late.id, applied_on, by=world.actor(LATE, Role.SUPPLIER_CLERK))


def _borrowed(world: World) -> None:
    """A geographical indication of the county's association, which lets the co-operative use it until soon."""
    clerk, today = world.actor(BORROWS, Role.SUPPLIER_CLERK), world.days.today
    goods = list(
        db.session.scalars(
            sa.select(Product.id).where(Product.supplier_id == world.suppliers[BORROWS]).order_by(Product.id).limit(1)
        )
    )
    blank = certificates.Paper(
        CertificateKind.GI, "AGI2019-99-00090", word("paper", "issuer"), date(today.year - 5, 3, 1),
        date(today.year + 5, 2, 28), holder_name=word("scan", "association"),
    )  # fmt: skip
    with morning(world, 5, 50):
        file_id = scan(world, BORROWS, blank, goods)
        until = today + timedelta(days=20)
        paper = replace(blank, file_id=file_id, authorisation_file_id=file_id, authorised_to=until)
        made = certificates.add(paper, goods, by=clerk)
        certificates.verify(made.id, opens_scan=True, by=world.actor("agri", Role.AGRICULTURE_OFFICER))


def doubt(world: World) -> None:
    """The last thing before now: one badge suspended, one revoked; those who bought the goods hear of it."""
    officer = world.actor("agri", Role.AGRICULTURE_OFFICER)
    with morning(world, 23, 50):
        certificates.suspend(_badge(world, SUSPENDED).id, word("scan", "suspended"), by=officer)
        certificates.revoke(_badge(world, REVOKED).id, word("scan", "revoked"), by=officer)
    with morning(world, 23, 50):
        certified_sales.tell_buyers()
