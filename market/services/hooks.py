"""Web hooks: who is told of what, in which words, and trying again until somebody answers."""

import json
import secrets
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects.postgresql import JSONB

from catalog.models.supplier import Supplier
from core import clock, codes, sealing, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.jobs import enqueue
from core.trail.models import Stream
from market.gateways import hooks as gateway
from market.models.api import OLD_SECRET_PURPOSE as _OLD
from market.models.api import SECRET_PURPOSE as _SECRET
from market.models.api import HookDelivery, WebHook
from market.models.delivery import Delivery
from market.models.order import Order
from market.rules import partners
from market.rules.partners import HookEvent, HookState


def is_loopback_only() -> bool:
    """A demo and the tests call this machine and nobody else."""
    return bool(current_app.config["XINGCUN_MODE"] != "production")


def register(url: str, *, events: list[str], by: Actor) -> tuple[WebHook, str]:
    """An address to be told, and its secret, shown once.

    Raises: Refused "hook-without-event", "too-many-hooks" (most), "url-…".
    """
    wanted = [event.value for event in HookEvent if event.value in events]
    if not wanted:
        raise Refused("hook-without-event")
    if len(listed(by)) >= partners.MOST_HOOKS:
        raise Refused("too-many-hooks", most=partners.MOST_HOOKS)
    try:
        gateway.check(url, loopback=is_loopback_only())
    except gateway.NotAllowed as refusal:
        raise Refused(str(refusal)) from None
    secret = _new_secret()
    made = WebHook(
        organisation_id=by.office_id,
        url=url,
        events=wanted,
        secret_sealed=sealing.seal(secret, _SECRET),
        created_by_id=by.person_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    _record("web-hook-registered", made, by)
    return made, secret


def rotate(hook_id: int, *, by: Actor) -> str:
    """A new secret, shown once; the old one signs beside it for a day. Raises: Missing."""
    hook = _own(hook_id, by)
    secret = _new_secret()
    hook.old_secret_sealed = sealing.seal(sealing.unseal(hook.secret_sealed, _SECRET), _OLD)
    hook.old_until = clock.now() + partners.OLD_SECRET_WORKS
    hook.secret_sealed = sealing.seal(secret, _SECRET)
    _record("web-hook-rotated", hook, by)
    return secret


def end(hook_id: int, *, by: Actor) -> None:
    """The address is told nothing more, also not what waits. Raises: Missing."""
    hook = _own(hook_id, by)
    hook.ended_at = clock.now()
    _record("web-hook-ended", hook, by)


def try_again(message_id: int, *, by: Actor) -> None:
    """Send a message once more that was given up. Raises: Missing."""
    found = db.session.execute(
        sa.select(HookDelivery)
        .join(WebHook, WebHook.id == HookDelivery.hook_id)
        .where(HookDelivery.id == message_id, WebHook.organisation_id == by.office_id, WebHook.ended_at.is_(None))
        .where(HookDelivery.state == HookState.GIVEN_UP)
        .with_for_update(of=HookDelivery)
    ).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-message")
    found.state, found.done_at, found.attempts = HookState.WAITING, None, 0
    enqueue("market.send_hook", message_id=found.id)


def listed(by: Actor) -> list[WebHook]:
    """The organisation's addresses."""
    return list(
        db.session.scalars(
            sa.select(WebHook)
            .where(WebHook.organisation_id == by.office_id, WebHook.ended_at.is_(None))
            .order_by(WebHook.id)
        )
    )


def messages(by: Actor, *, limit: int = 50) -> list[tuple[HookDelivery, str]]:
    """The newest messages of the organisation, each with its address."""
    rows = db.session.execute(
        sa.select(HookDelivery, WebHook.url)
        .join(WebHook, WebHook.id == HookDelivery.hook_id)
        .where(WebHook.organisation_id == by.office_id)
        .order_by(HookDelivery.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def tell_order(order: Order, event: HookEvent) -> None:
    """Tell both sides of an order where it stands now."""
    _tell(order, event, {"order_no": order.order_no, "state": order.state.value, "total_fen": order.total_fen})


def tell_delivery(order: Order, delivery: Delivery, event: HookEvent) -> None:
    """Tell both sides of a delivery where it stands now."""
    facts = {"delivery_no": delivery.delivery_no, "order_no": order.order_no, "state": delivery.state.value}
    _tell(order, event, facts)


def _tell(order: Order, event: HookEvent, facts: dict[str, Any]) -> None:
    """Write one message for each address that listens; they leave after the commit. No person stands in them."""
    seller = sa.select(Supplier.organisation_id).where(Supplier.id == order.supplier_id).scalar_subquery()
    ours = [WebHook.organisation_id == seller]
    ours += [WebHook.organisation_id.in_([i for i in (order.buyer_id, order.canteen_id) if i is not None])]
    hooks = sa.select(WebHook.id).where(
        sa.or_(*ours), WebHook.ended_at.is_(None), WebHook.events.op("@>")(sa.cast([event.value], JSONB))
    )
    for hook_id in db.session.scalars(hooks).all():
        now, message_no = clock.now(), codes.token()
        body = {"message_no": message_no, "event": event.value, "at": now.isoformat(), "data": facts}
        row = HookDelivery(
            hook_id=hook_id,
            event=event.value,
            message_no=message_no,
            body=body,
            state=HookState.WAITING,
            created_at=now,
        )
        db.session.add(row)
        db.session.flush()
        enqueue("market.send_hook", message_id=row.id)


def to_send(message_id: int) -> tuple[str, bytes, dict[str, str]] | None:
    """(URL, body, headers) of a message that waits; None if there is nothing to send any more."""
    row = db.session.execute(
        sa.select(HookDelivery, WebHook)
        .join(WebHook, WebHook.id == HookDelivery.hook_id)
        .where(HookDelivery.id == message_id, HookDelivery.state == HookState.WAITING, WebHook.ended_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    message, hook = row[0], row[1]
    now = clock.now()
    secrets_now = [sealing.unseal(hook.secret_sealed, _SECRET)]
    if hook.old_secret_sealed is not None and hook.old_until is not None and now < hook.old_until:
        secrets_now.append(sealing.unseal(hook.old_secret_sealed, _OLD))
    body = json.dumps(message.body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    headers = {
        "X-Xingcun-Event": message.event,
        "X-Xingcun-Message": message.message_no,
        "X-Xingcun-Signature": partners.signature(secrets_now, body, int(now.timestamp())),
        "User-Agent": "xingcun-hooks/1",
    }
    return hook.url, body, headers


def heard(message_id: int, *, status: int, error: str = "") -> None:
    """What an attempt came to: 2xx is delivered, anything else is tried again later, six times."""
    row = db.session.execute(
        sa.select(HookDelivery).where(HookDelivery.id == message_id).with_for_update()
    ).scalar_one()
    if row.state is not HookState.WAITING:
        return
    row.attempts, row.last_status, row.last_error = row.attempts + 1, status, error[:200]
    wait = partners.next_wait(row.attempts)
    row.next_at = None
    if 200 <= status < 300:
        row.state, row.done_at = HookState.DELIVERED, clock.now()
    elif wait is None:
        row.state, row.done_at = HookState.GIVEN_UP, clock.now()
    else:
        row.next_at = clock.now() + wait
        enqueue("market.send_hook", delay=wait, message_id=message_id)


def _own(hook_id: int, by: Actor) -> WebHook:
    found = db.session.execute(
        sa.select(WebHook)
        .where(WebHook.id == hook_id, WebHook.organisation_id == by.office_id, WebHook.ended_at.is_(None))
        .with_for_update()
    ).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-hook")
    return found


def _new_secret() -> str:
    return "whs_" + secrets.token_urlsafe(32)


def _record(act: str, of: WebHook, by: Actor) -> None:
    host = gateway.check(of.url, loopback=is_loopback_only())[0]
    trail.record(
        *(Stream.ADMINISTRATION, act, "web_hook", of.id),
        by=by,
        right=Right.API_MANAGE,
        after={"events": of.events},
        host=host,
    )
