"""A batch and who may touch it: the organisation that sent the file, and nobody else."""

import sqlalchemy as sa

from core import clock, codes
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.errors import Forbidden, Missing, Refused
from core.jobs.models import Job
from core.organisations import queries as organisations
from core.states import advance
from procurement.models.external import ImportBatch
from procurement.rules.p832 import ImportSide
from procurement.rules.p832_states import IMPORT, ImportAct

_TURN = 832


def side_of(by: Actor) -> ImportSide:
    """Finance's file checks, everybody else's is the unit's own report."""
    return ImportSide.CHECK if by.organisation_kind is OrganisationKind.FINANCE else ImportSide.SELF


def own_unit(by: Actor) -> int:
    """The budget unit a person reports for: the own one, or that of the canteen or union.

    Raises: Refused "import-no-unit" for an organisation that stands under none.
    """
    if by.organisation_kind is OrganisationKind.UNIT:
        return by.office_id
    parent_id = organisations.get(by.office_id).parent_id
    if parent_id is None:
        raise Refused("import-no-unit")
    return parent_id


def own(token: str, by: Actor) -> ImportBatch:
    """The batch, locked, if the actor's organisation sent it. Raises: Missing otherwise."""
    batch = db.session.scalars(sa.select(ImportBatch).where(ImportBatch.token == token).with_for_update()).one_or_none()
    if batch is None or batch.organisation_id != by.organisation_id:
        raise Missing("no-such-import")
    return batch


def expect(batch: ImportBatch, act: ImportAct) -> None:
    """Go on only where the act is possible. Raises: Refused "state-forbids-act"."""
    advance(IMPORT, batch.state, act)


def step(batch: ImportBatch, act: ImportAct) -> None:
    """Let the act happen. Raises: Refused "state-forbids-act"."""
    batch.state = advance(IMPORT, batch.state, act)


def take_turn() -> None:
    """Whoever changes 832 orders waits here for whoever does so already: two files never judge the same past."""
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))


def start_job(batch: ImportBatch, kind: str, total: int, by: Actor) -> Job:
    """A job whose progress the batch's page shows."""
    job = Job(
        token=codes.token()[:32], kind=kind, person_id=by.person_id, organisation_id=by.organisation_id,
        state="running", done=0, total=total, result={}, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(job)
    db.session.flush()
    batch.job_id = job.id
    return job


def end_job(batch: ImportBatch, state: str = "done", **result: object) -> None:
    """Say that the batch's job has ended, and how."""
    job = db.session.get(Job, batch.job_id) if batch.job_id else None
    if job is not None:
        job.state, job.finished_at, job.result = state, clock.now(), {**job.result, **result}
        job.done = job.total if state == "done" else job.done


def sender(batch: ImportBatch) -> Actor:
    """The person who sent the file, with the roles held there now: jobs act as they. Raises: Forbidden if none is."""
    seat = next(
        (s for s in organisations.seats_of(batch.person_id) if s.organisation_id == batch.organisation_id), None
    )
    if seat is None:
        raise Forbidden("right-missing", right=Right.IMPORT_832)
    actor = Actor(
        person_id=batch.person_id, name="", organisation_id=seat.organisation_id,
        organisation_name=seat.organisation_name, organisation_kind=seat.kind, place_code=seat.place_code,
        roles=seat.roles | {Role.RESIDENT}, scope_ids=seat.scope_ids,
    )  # fmt: skip
    actor.role_for(Right.IMPORT_832)
    return actor
