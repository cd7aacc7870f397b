"""Papers that let goods of a protected species be sold: where they were bred or grown (rule 70)."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.product import Product, ProductProof
from catalog.services import shelving
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.files.services import let_read
from core.organisations.models import Organisation


@dataclass(frozen=True)
class Proof:
    """What the paper says of itself; valid to the end of its last day."""

    title: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date


def add(product_id: int, proof: Proof, *, by: Actor, file_id: int | None = None) -> ProductProof:
    """Keep a paper with one's product; a reviewer sees it beside the goods.

    Raises: Missing; Refused "certificate-ends-before-start", "proof-known".
    """
    product = shelving.own(product_id, by=by)
    if proof.valid_to < proof.valid_from:
        raise Refused("certificate-ends-before-start")
    same = sa.exists().where(ProductProof.product_id == product.id, ProductProof.number == proof.number)
    if db.session.scalar(sa.select(same)):
        raise Refused("proof-known", number=proof.number)
    made = ProductProof(
        product_id=product.id, title=proof.title, number=proof.number, issuer=proof.issuer,
        valid_from=proof.valid_from, valid_to=proof.valid_to, file_id=file_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    if file_id is not None:
        platforms = sa.select(Organisation.id).where(Organisation.kind == OrganisationKind.PLATFORM)
        let_read(file_id, *db.session.scalars(platforms))
    shelving.changed("proof-added", product, Right.SELL, by, title=proof.title, number=proof.number)
    return made


def withdraw(proof_id: int, *, by: Actor) -> Product:
    """The paper stands no more: the operator found it wrong, or its supplier takes it back. Raises: Missing."""
    found = db.session.get(ProductProof, proof_id)
    if found is None:
        raise Missing("no-such-proof")
    if by.may(Right.CONTENT_APPROVE):
        product, right = shelving.locked(found.product_id), Right.CONTENT_APPROVE
    else:
        product, right = shelving.own(found.product_id, by=by), Right.SELL
    found.is_withdrawn = True
    shelving.changed("proof-withdrawn", product, right, by, number=found.number)
    return product
