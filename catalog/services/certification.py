"""The applicant's side: write an application, give its papers, hand it in, answer, take it back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from catalog.models.certification import (
    Certification,
    CertificationMaterial,
    CertificationPaper,
    CertificationProduct,
    CertificationVillage,
)
from catalog.models.product import Certificate, CertificateProduct, Product
from catalog.queries import suppliers
from catalog.rules.certificates import CertificateKind
from catalog.rules.certification import (
    KINDS,
    OPEN,
    CertificationAct,
    CertificationState,
    Ground,
    MaterialState,
    ScaleUnit,
    check_grounds,
    lacking,
    renews_late,
)
from catalog.services.certification_moves import locked, move
from core import clock, numbers, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.files.services import let_read
from core.organisations.models import Organisation
from core.places.models import Place, PlaceLevel
from core.trail.models import Stream

_MOST_NOTE = 1000


@dataclass(frozen=True)
class Draft:
    """What an applicant writes. `expected_output_g`: a year's output in grams; `renews_id`: an own certificate."""

    kind: CertificateKind
    goods: str
    scale_unit: ScaleUnit
    expected_output_g: int
    grounds: tuple[Ground, ...]
    product_ids: frozenset[int] = frozenset()
    note: str = ""
    renews_id: int | None = None


def start(draft: Draft, *, by: Actor) -> Certification:
    """A draft with the list of papers of its kind, all missing.

    Raises: Refused of `check_grounds`, "certification-kind", "certification-output-missing",
    "certification-renews-another-kind"; Missing for another's product or certificate, or a village that is none.
    """
    seller = suppliers.own(by)
    _check(draft, seller.id)
    row_id, number = numbers.take(Certification, "SB")
    made = Certification(
        id=row_id,
        application_no=number,
        supplier_id=seller.id,
        kind=draft.kind,
        state=CertificationState.DRAFT,
        renews_id=draft.renews_id,
        entered_at=clock.now(),
        created_at=clock.now(),
        **_columns(draft),
    )
    db.session.add(made)
    db.session.flush()
    _write_parts(made.id, draft)
    materials = db.session.scalars(sa.select(CertificationMaterial.id).where(CertificationMaterial.kind == draft.kind))
    db.session.add_all(
        CertificationPaper(
            certification_id=made.id, material_id=material, state=MaterialState.MISSING, updated_at=clock.now()
        )
        for material in materials
    )
    db.session.flush()
    _record("certification-drafted", made, by)
    return made


def revise(certification_id: int, draft: Draft, *, by: Actor) -> Certification:
    """Write a draft anew; its kind stays. Raises: as `start`, Refused "certification-handed-in"; Missing."""
    found = locked(certification_id, by)
    if found.state is not CertificationState.DRAFT:
        raise Refused("certification-handed-in", application_no=found.application_no)
    if draft.kind is not found.kind:
        raise Refused("certification-kind")
    _check(draft, found.supplier_id)
    for name, value in _columns(draft).items():
        setattr(found, name, value)
    found.renews_id = draft.renews_id
    for part in (CertificationProduct, CertificationVillage):
        db.session.execute(sa.delete(part).where(part.certification_id == found.id))
    _write_parts(found.id, draft)
    found.version += 1
    _record("certification-revised", found, by)
    return found


def give_paper(certification_id: int, material_id: int, file_id: int, *, by: Actor) -> CertificationPaper:
    """A paper's file. An accepted paper stays as it is; any other may be given (again) until the application is sent.

    Raises: Refused "certification-paper-accepted", "certification-paper-late"; Missing.
    """
    found = locked(certification_id, by)
    suppliers.own(by)
    if found.state not in {CertificationState.DRAFT, *OPEN} or found.state is CertificationState.SENT:
        raise Refused("certification-paper-late", application_no=found.application_no)
    paper = db.session.get(CertificationPaper, (found.id, material_id), with_for_update=True)
    if paper is None:
        raise Missing("no-such-paper")
    if paper.state is MaterialState.ACCEPTED:
        raise Refused("certification-paper-accepted")
    paper.state, paper.file_id, paper.reason, paper.updated_at = MaterialState.GIVEN, file_id, "", clock.now()
    let_read(file_id, *offices())
    db.session.flush()
    _record("certification-paper-given", found, by, material_id=material_id)
    return paper


def hand_in(certification_id: int, *, by: Actor) -> Certification:
    """To the office. A renewal of a green certificate with less than three months left is marked (rule 72).

    Raises: Refused "certification-papers-lacking", "state-forbids-act"; Missing.
    """
    found = locked(certification_id, by)
    _check_papers(found)
    is_late = False
    if found.renews_id is not None:
        old = db.session.get_one(Certificate, found.renews_id)
        is_late = renews_late(found.kind, clock.today(), old.valid_to)
    move(found, CertificationAct.APPLY, party="supplier", by=by, right=Right.SELL, is_late=is_late)
    return found


def answer(certification_id: int, note: str, *, by: Actor) -> Certification:
    """What was asked for is there: the office's clock goes on.

    Raises: Refused "certification-papers-lacking" (a returned paper was not given anew), "certification-not-waiting".
    """
    found = locked(certification_id, by)
    _check_papers(found)
    move(found, CertificationAct.ANSWER, party="supplier", by=by, right=Right.SELL, reason=note)
    return found


def withdraw(certification_id: int, reason: str, *, by: Actor) -> Certification:
    """The applicant takes it back, for good. Raises: Refused "reason-needed", "state-forbids-act"; Missing."""
    found = locked(certification_id, by)
    move(found, CertificationAct.WITHDRAW, party="supplier", by=by, right=Right.SELL, reason=reason)
    return found


def from_certificate(certificate_id: int, by: Actor) -> Draft:
    """A renewal filled in from one's certificate and the last application for it, if there was one.

    Raises: Missing for another's, or one that is no badge.
    """
    old = _own_certificate(certificate_id, suppliers.own(by).id)
    last = db.session.scalars(sa.select(Certification).where(Certification.certificate_id == old.id)).one_or_none()
    products = db.session.execute(
        sa.select(Product.id, Product.name, Product.origin_code)
        .where(Product.id.in_(_covered(old.id)))
        .order_by(Product.id)
    ).all()
    if last is not None:
        grounds = db.session.execute(
            sa.select(CertificationVillage.village_code, CertificationVillage.scale_x100).where(
                CertificationVillage.certification_id == last.id
            )
        )
        parts = tuple(Ground(*row) for row in grounds)
    else:
        parts = tuple(Ground(code, 0) for code in dict.fromkeys(row.origin_code for row in products))
    return Draft(
        kind=old.kind,
        goods=last.goods if last else " ".join(row.name for row in products)[:200],
        scale_unit=last.scale_unit if last else ScaleUnit.MU,
        expected_output_g=old.approved_output_g or (last.expected_output_g if last else 0),
        grounds=parts,
        product_ids=frozenset(row.id for row in products),
        renews_id=old.id,
    )


def offices() -> list[int]:
    """The agriculture offices: they may read what an applicant hands in."""
    return list(db.session.scalars(sa.select(Organisation.id).where(Organisation.kind == OrganisationKind.AGRICULTURE)))


def _check(draft: Draft, supplier_id: int) -> None:
    if draft.kind not in KINDS:
        raise Refused("certification-kind")
    if draft.expected_output_g <= 0:
        raise Refused("certification-output-missing")
    check_grounds(draft.grounds)
    _check_villages({ground.village_code for ground in draft.grounds})
    own = sa.select(sa.func.count()).where(Product.id.in_(draft.product_ids), Product.supplier_id == supplier_id)
    if db.session.scalar(own) != len(draft.product_ids):
        raise Missing("no-such-product")
    if draft.renews_id is not None and _own_certificate(draft.renews_id, supplier_id).kind is not draft.kind:
        raise Refused("certification-renews-another-kind")


def _check_villages(codes: set[str]) -> None:
    levels = (PlaceLevel.VILLAGE, PlaceLevel.COMMUNITY)
    known = set(db.session.scalars(sa.select(Place.code).where(Place.code.in_(codes), Place.level.in_(levels))))
    if known != codes:
        raise Missing("no-such-village")


def _own_certificate(certificate_id: int, supplier_id: int) -> Certificate:
    found = db.session.get(Certificate, certificate_id)
    if found is None or found.supplier_id != supplier_id or found.kind not in KINDS:
        raise Missing("no-such-certificate")
    return found


def _covered(certificate_id: int) -> sa.Select[int]:
    return sa.select(CertificateProduct.product_id).where(CertificateProduct.certificate_id == certificate_id)


def _columns(draft: Draft) -> dict[str, object]:
    return {
        "goods": draft.goods.strip()[:200],
        "scale_unit": draft.scale_unit,
        "expected_output_g": draft.expected_output_g,
        "note": draft.note.strip()[:_MOST_NOTE],
    }


def _write_parts(certification_id: int, draft: Draft) -> None:
    db.session.add_all(
        CertificationVillage(
            certification_id=certification_id, village_code=one.village_code, scale_x100=one.scale_x100
        )
        for one in draft.grounds
    )
    db.session.add_all(
        CertificationProduct(certification_id=certification_id, product_id=one) for one in sorted(draft.product_ids)
    )
    db.session.flush()


def _check_papers(found: Certification) -> None:
    left = lacking(paper_states(found.id))
    if left:
        raise Refused("certification-papers-lacking", left=left)


def paper_states(certification_id: int) -> Iterable[tuple[bool, MaterialState]]:
    """(required, state) of every paper of an application."""
    rows = db.session.execute(
        sa.select(CertificationMaterial.is_required, CertificationPaper.state)
        .join(CertificationPaper, CertificationPaper.material_id == CertificationMaterial.id)
        .where(CertificationPaper.certification_id == certification_id)
    )
    return [(row[0], row[1]) for row in rows]


def _record(action: str, found: Certification, by: Actor, **facts: Any) -> None:
    trail.record(
        *(Stream.CATALOGUE, action, "certification", found.id),
        by=by,
        right=Right.SELL,
        after={"state": found.state.value, "version": found.version},
        application_no=found.application_no,
        **facts,
    )
