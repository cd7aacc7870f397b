"""What other programs hold and are told: tokens of an organisation, its web hooks, and what its scales said."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core import resealing
from core.db import Base, BaseQty, JsonDict, Line, Pk, Ref
from market.rules.partners import HookState

SECRET_PURPOSE, OLD_SECRET_PURPOSE = "web_hook.secret", "web_hook.old_secret"


class ApiToken(Base):
    """An organisation's key. Only its SHA-256 is kept; by `hint`, its first characters, people tell keys apart."""

    __tablename__ = "api_token"

    id: Mapped[Pk]
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[Line]
    hint: Mapped[str] = mapped_column(sa.String(12))
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scopes: Mapped[list[Any]]
    created_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (sa.CheckConstraint("expires_at > created_at", name="expires_later"),)


class ApiRequestKey(Base):
    """A request's own key: the same request sent twice has one effect and the same answer; another body is refused."""

    __tablename__ = "api_request_key"

    token_id: Mapped[Ref] = mapped_column(sa.ForeignKey("api_token.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[JsonDict | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class WebHook(Base):
    """An address that is told of an organisation's orders and deliveries. Secrets are sealed.

    After a rotation both secrets sign until `old_until`.
    """

    __tablename__ = "web_hook"

    id: Mapped[Pk]
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    url: Mapped[str] = mapped_column(sa.String(300))
    events: Mapped[list[Any]]
    secret_sealed: Mapped[bytes]
    old_secret_sealed: Mapped[bytes | None]
    old_until: Mapped[datetime | None]
    created_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


resealing.register("web_hook", "secret_sealed", "id", purpose=lambda *_row: SECRET_PURPOSE)
resealing.register("web_hook", "old_secret_sealed", "id", purpose=lambda *_row: OLD_SECRET_PURPOSE)


class HookDelivery(Base):
    """One message to one address: what was said, how often it was tried, what came back."""

    __tablename__ = "hook_delivery"

    id: Mapped[Pk]
    hook_id: Mapped[Ref] = mapped_column(sa.ForeignKey("web_hook.id"))
    event: Mapped[str] = mapped_column(sa.String(40))
    message_no: Mapped[str] = mapped_column(sa.String(32))
    body: Mapped[JsonDict]
    state: Mapped[HookState]
    attempts: Mapped[int] = mapped_column(default=0)
    last_status: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[Line] = mapped_column(default="")
    created_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_hook_delivery_hook", "hook_id", "id"),
        sa.CheckConstraint("(state = 'waiting') = (done_at IS NULL)", name="done_has_moment"),
    )


class ScaleReading(Base):
    """What a scale said about a delivery line, in grams. It signs nothing: people do (rule 57).

    Readings of the line's highest round are those that hold.
    """

    __tablename__ = "scale_reading"
    __append_only__ = True

    id: Mapped[Pk]
    delivery_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("delivery_line.id"), index=True)
    token_id: Mapped[Ref] = mapped_column(sa.ForeignKey("api_token.id"))
    scale: Mapped[str] = mapped_column(sa.String(40), default="")
    weight: Mapped[BaseQty]
    round: Mapped[int]
    read_at: Mapped[datetime]
    at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("weight > 0", name="weight"), sa.CheckConstraint("round > 0", name="round"))
