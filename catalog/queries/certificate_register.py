"""The register of certificates for the offices, and what everybody may see of one."""

from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from catalog.models.product import Category, Certificate, Product
from catalog.models.supplier import Supplier
from catalog.queries import certified, papers
from catalog.queries.papers import Sheet
from catalog.queries.visibility import visible
from catalog.rules.certificates import CertificateKind, CertificateLife, CertificateStatus
from core import clock
from core.db import any_of, db
from core.organisations.models import Organisation

PAGE = 50
OPEN_TO_ALL = (CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED, CertificateStatus.REVOKED)
"""What was verified once may be looked up by everybody, also after the issuer took it back."""


@dataclass(frozen=True)
class Narrowed:
    """What the register is narrowed to; None or "" is everything."""

    life: CertificateLife | None = None
    kind: CertificateKind | None = None
    words: str = ""


@dataclass(frozen=True)
class RegisterPage:
    """One page of the register. `counts`: how many certificates of each word there are, whatever page is shown."""

    sheets: list[Sheet]
    total: int
    page: int
    pages: int
    counts: dict[CertificateLife, int] = field(default_factory=dict)


def register(narrowed: Narrowed, page: int = 1) -> RegisterPage:
    """Certificates by their end, waiting ones by their age. Four statements, however many rows there are."""
    life = certified.life_on(clock.today())
    conditions = _conditions(narrowed, life)
    joined = (
        sa.select(sa.func.count(Certificate.id))
        .join(Supplier, Supplier.id == Certificate.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
    )
    total = db.session.scalar(joined.where(*conditions)) or 0
    pages = max(1, -(-total // PAGE))
    at = min(max(page, 1), pages)
    query = papers.select_sheets().where(*conditions)
    if narrowed.life is CertificateLife.WAITING:
        query = query.order_by(None).order_by(Certificate.created_at, Certificate.id)
    return RegisterPage(papers.read(query.offset((at - 1) * PAGE).limit(PAGE)), total, at, pages, counts())


def _conditions(narrowed: Narrowed, life: sa.ColumnElement[str]) -> list[sa.ColumnElement[bool]]:
    out: list[sa.ColumnElement[bool]] = []
    if narrowed.life is not None:
        out.append(life == narrowed.life.value)
    if narrowed.kind is not None:
        out.append(Certificate.kind == narrowed.kind)
    for word in narrowed.words.split()[:4]:
        fields = (Certificate.number, Certificate.holder_name, Organisation.name)
        out.append(sa.or_(*(column.icontains(word[:40], autoescape=True) for column in fields)))
    return out


def counts() -> dict[CertificateLife, int]:
    """How many certificates stand as each word says today."""
    word = certified.life_on(clock.today()).label("word")
    rows = db.session.execute(sa.select(word, sa.func.count()).select_from(Certificate).group_by(word))
    return {CertificateLife(row[0]): row[1] for row in rows}


@dataclass(frozen=True)
class Goods:
    """A product in the certificate's scope that is in the shop today."""

    sku: str
    name: str


@dataclass(frozen=True)
class OpenSheet:
    """A certificate as everybody may see it: what stands on the paper, how it stands today, what it covers."""

    sheet: Sheet
    goods: list[Goods]


def open_sheet(code: str) -> OpenSheet | None:
    """The certificate of that public code; None for one that was never verified."""
    found = papers.read(papers.select_sheets().where(Certificate.code == code, Certificate.status.in_(OPEN_TO_ALL)))
    return OpenSheet(found[0], _goods(found[0], clock.today())) if found else None


def _goods(sheet: Sheet, on: date) -> list[Goods]:
    rows = db.session.execute(
        sa.select(Product.sku, Product.name)
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .where(any_of(Product.id, sheet.covered_ids), visible(on))
        .order_by(Product.name, Product.id)
    )
    return [Goods(*row) for row in rows]
