"""The register of certificates: kept by the offices, open to everybody one sheet at a time."""

from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import certificate_register, papers
from catalog.queries.certificate_register import Narrowed
from catalog.rules.certificates import CertificateKind, CertificateLife
from catalog.services import certificates, certified_output
from catalog.web import life
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.quantity import UNITS
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, public, requires
from core.web.forms import Form, QuantityField, ShortText, clean

bp = Blueprint("certificates", __name__)
menu.add(
    "catalogue", "certificate-register", icon="patch-check", endpoint="certificates.register",
    right=Right.CERTIFICATE_KEEP, counter=lambda _who: papers.to_verify_count(), order=30,
)  # fmt: skip

Word = TypeVar("Word", bound=StrEnum)


class OutputForm(Form):
    approved = QuantityField(unit=UNITS["kg"])
    reason = ShortText(most=200)


def _asked(kind: type[Word], name: str) -> Word | None:
    typed = request.args.get(name, "")
    return kind(typed) if typed in set(kind) else None


def _reason() -> str:
    return clean(request.form.get("reason", ""))[:200]


@bp.get("/certificates/<code>")
@public
def show(code: str) -> ResponseReturnValue:
    found = certificate_register.open_sheet(code[:20])
    if found is None:
        raise Missing("no-such-certificate")
    return render_template("catalog/certificates/show.html", sheet=found.sheet, goods=found.goods)


@bp.get("/register/certificates")
@requires(Right.CERTIFICATE_KEEP)
def register() -> ResponseReturnValue:
    words, page = clean(request.args.get("q", ""))[:64], request.args.get("page", "1")
    narrowed = Narrowed(_asked(CertificateLife, "life"), _asked(CertificateKind, "kind"), words)
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    found = certificate_register.register(narrowed, number)
    return render_template(
        "catalog/certificates/register.html", found=found, narrowed=narrowed, lives=CertificateLife,
        kinds=CertificateKind,
    )  # fmt: skip


@bp.get("/register/certificates/<id:certificate_id>")
@requires(Right.CERTIFICATE_KEEP)
def sheet(certificate_id: int) -> ResponseReturnValue:
    found = papers.sheet(certificate_id, actor())
    return render_template(
        "catalog/certificates/sheet.html",
        sheet=found,
        steps=life.shown(papers.life_line(certificate_id)),
        form=OutputForm(),
    )


@bp.post("/register/certificates/<id:certificate_id>/verify")
@requires(Right.CERTIFICATE_KEEP)
@again(sheet)
def verify(certificate_id: int) -> ResponseReturnValue:
    with transaction():
        certificates.verify(certificate_id, opens_scan=bool(request.form.get("opens_scan")), by=actor())
    return _told("certificate-verified", certificate_id)


@bp.post("/register/certificates/<id:certificate_id>/suspend")
@requires(Right.CERTIFICATE_KEEP)
@again(sheet)
def suspend(certificate_id: int) -> ResponseReturnValue:
    with transaction():
        certificates.suspend(certificate_id, _reason(), by=actor())
    return _told("certificate-suspended", certificate_id)


@bp.post("/register/certificates/<id:certificate_id>/revoke")
@requires(Right.CERTIFICATE_KEEP)
@again(sheet)
def revoke(certificate_id: int) -> ResponseReturnValue:
    with transaction():
        certificates.revoke(certificate_id, _reason(), by=actor())
    return _told("certificate-revoked", certificate_id)


@bp.post("/register/certificates/<id:certificate_id>/output")
@requires(Right.CERTIFICATE_KEEP)
@again(sheet)
def approve_output(certificate_id: int) -> ResponseReturnValue:
    form = OutputForm()
    form.require()
    with transaction():
        certified_output.approve_output(certificate_id, form.approved.data, form.reason.data, by=actor())
    return _told("certificate-output-approved", certificate_id)


def _told(code: str, certificate_id: int) -> ResponseReturnValue:
    flash(sentence("message", code))
    return redirect(url_for("certificates.sheet", certificate_id=certificate_id), 303)
