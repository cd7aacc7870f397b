"""Reading a conversation, and its pictures: only for the sides of the case and for who decides it."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.files.models import StoredFile
from market.models.after_sale import AfterSale
from market.models.complaint import Complaint
from market.models.dialogue import ThreadMessage, ThreadPhoto
from market.models.dispute import DisputeCase
from market.rules.parties import Party


@dataclass(frozen=True)
class Said:
    """One message; `photos` are files' tokens."""

    party: Party
    text: str
    at: datetime
    photos: list[str] = field(default_factory=list)


def messages(thread_id: int) -> list[Said]:
    """The conversation, oldest first. Two statements."""
    rows = db.session.execute(
        sa.select(ThreadMessage.id, ThreadMessage.party, ThreadMessage.text, ThreadMessage.at)
        .where(ThreadMessage.thread_id == thread_id)
        .order_by(ThreadMessage.id)
    ).all()
    found = {row.id: Said(row.party, row.text, row.at) for row in rows}
    photos = db.session.execute(
        sa.select(ThreadPhoto.message_id, StoredFile.token)
        .join(StoredFile, StoredFile.id == ThreadPhoto.file_id)
        .where(ThreadPhoto.message_id.in_(found))
        .order_by(ThreadPhoto.file_id)
    )
    for message_id, token in photos:
        found[message_id].photos.append(token)
    return list(found.values())


def photo(token: str, *, for_: Actor) -> StoredFile | None:
    """A picture of a conversation that the actor takes part in, or decides."""
    threads = (
        sa.select(ThreadMessage.thread_id)
        .join(ThreadPhoto, ThreadPhoto.message_id == ThreadMessage.id)
        .where(ThreadPhoto.file_id == StoredFile.id)
    )
    seen = sa.true() if for_.may(Right.ARBITRATE) else sa.or_(*_sides(threads, for_))
    return db.session.scalar(sa.select(StoredFile).where(StoredFile.token == token, threads.exists(), seen))


def files(thread_id: int) -> list[StoredFile]:
    """Every picture of a conversation, in the order in which they came."""
    return list(
        db.session.scalars(
            sa.select(StoredFile)
            .join(ThreadPhoto, ThreadPhoto.file_id == StoredFile.id)
            .join(ThreadMessage, ThreadMessage.id == ThreadPhoto.message_id)
            .where(ThreadMessage.thread_id == thread_id)
            .order_by(ThreadMessage.id, StoredFile.id)
        )
    )


def _sides(threads: sa.Select[int], by: Actor) -> list[sa.ColumnElement[bool]]:
    shops = sa.select(Supplier.id).where(Supplier.organisation_id.in_(by.scope_ids))
    return [
        sa.exists().where(AfterSale.thread_id.in_(threads), AfterSale.person_id == by.person_id),
        sa.exists().where(Complaint.thread_id.in_(threads), Complaint.person_id == by.person_id),
        sa.exists().where(AfterSale.thread_id.in_(threads), AfterSale.supplier_id.in_(shops)),
        sa.exists().where(DisputeCase.thread_id.in_(threads), DisputeCase.supplier_id.in_(shops)),
        sa.exists().where(
            DisputeCase.thread_id.in_(threads),
            sa.or_(DisputeCase.buyer_id.in_(by.scope_ids), DisputeCase.canteen_id.in_(by.scope_ids)),
        ),
    ]
