"""The audit trail: every act writes one event in its own transaction, chained to the one before.

`record` collects; just before the commit the streams' heads are locked in a fixed order and the
events appended, so that an act and its event stand or fall together and heads are held briefly.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core import clock, text
from core.access.actor import Actor
from core.access.rights import Right
from core.db import before_commit_hooks, db
from core.trail import canonical
from core.trail.models import AuditEvent, AuditHead, Stream

LABEL = "xc-audit-1"


@dataclass(frozen=True)
class Act:
    """One act as its service names it. `facts` feed the sentence; no personal data belongs in them."""

    stream: Stream
    action: str
    object_type: str
    object_id: str
    actor_id: int | None
    role: str
    organisation_id: int | None
    request_id: str
    at: datetime
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def record(
    stream: Stream,
    action: str,
    object_type: str,
    object_id: int | str,
    *,
    by: Actor | None,
    right: Right | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **facts: Any,
) -> None:
    """Write down an act. `by` None is the clock (jobs). `action` has its sentence in `[act]` of the texts.

    `right` names the right used, so that the event says by which role.
    """
    role = "system" if by is None else (by.role_for(right) if right else min(by.roles)).value
    act = Act(
        stream=stream,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        actor_id=by.person_id if by else None,
        role=role,
        organisation_id=by.organisation_id if by else None,
        request_id=by.request_id if by else "",
        at=clock.now(),
        before=before or {},
        after=after or {},
        facts=facts,
    )
    db.session().info.setdefault("acts", []).append(act)


def _body(act: Act) -> str:
    return canonical.text(
        {
            "action": act.action,
            "actor_id": act.actor_id,
            "after": act.after,
            "at": act.at,
            "before": act.before,
            "facts": act.facts,
            "object_id": act.object_id,
            "object_type": act.object_type,
            "organisation_id": act.organisation_id,
            "request_id": act.request_id,
            "role": act.role,
            "sentence": text.sentence("act", act.action, **act.facts),
        }
    )


def append_collected() -> None:
    """Chain the acts collected in this transaction. Called once, just before the commit."""
    acts: list[Act] = db.session().info.pop("acts", [])
    if not acts:
        return
    order = list(Stream)
    for stream in sorted({act.stream for act in acts}, key=order.index):
        head = db.session.execute(sa.select(AuditHead).where(AuditHead.stream == stream).with_for_update()).scalar_one()
        rows: list[dict[str, Any]] = []
        seq, prev = head.seq, head.hash
        for act in (a for a in acts if a.stream is stream):
            seq, body = seq + 1, _body(act)
            digest = canonical.link(f"{LABEL}\n{stream.value}", seq, prev, body)
            rows.append(
                {
                    "stream": stream,
                    "seq": seq,
                    "at": act.at,
                    "actor_id": act.actor_id,
                    "role": act.role,
                    "organisation_id": act.organisation_id,
                    "action": act.action,
                    "object_type": act.object_type,
                    "object_id": act.object_id,
                    "request_id": act.request_id,
                    "body": body,
                    "prev": prev,
                    "hash": digest,
                }
            )
            prev = digest
        db.session.execute(sa.insert(AuditEvent), rows)
        head.seq, head.hash = seq, prev


before_commit_hooks.append(append_collected)
