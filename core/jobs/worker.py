"""Celery beneath the outbox: one task that runs a row, one that sweeps, one per scheduled job."""

from datetime import timedelta
from typing import Any

from celery import Celery, Task
from flask import Flask

from core import clock, jobs
from core.db import db


def make_celery(app: Flask) -> Celery:
    """The Celery application of `app`; each task runs in an app context with a fresh session."""

    class InContext(Task):  # type: ignore[misc]
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context():
                try:
                    return self.run(*args, **kwargs)
                finally:
                    db.session.remove()

    celery = Celery("xingcun", task_cls=InContext, broker=str(app.config["REDIS_URL"]) or "memory://")
    celery.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_time_limit=300,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"socket_connect_timeout": 3, "socket_timeout": 5},
        timezone="Asia/Shanghai",
        task_default_queue="default",
    )

    @celery.task(name="core.run_job")  # type: ignore[untyped-decorator]
    def run_job(outbox_id: int) -> None:
        jobs.run(outbox_id)

    @celery.task(name="core.sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        for outbox_id in jobs.due():
            run_job.delay(outbox_id)

    @celery.task(name="core.tick")  # type: ignore[untyped-decorator]
    def tick(name: str) -> None:
        jobs.run_scheduled(name)

    beat: dict[str, dict[str, Any]] = {"sweep": {"task": "core.sweep", "schedule": timedelta(seconds=20)}}
    for name, seconds in jobs.SCHEDULE.items():
        beat[name] = {"task": "core.tick", "schedule": timedelta(seconds=seconds), "args": (name,)}
    celery.conf.beat_schedule = beat
    celery.set_default()
    app.extensions["celery"] = celery

    def hand_over(outbox_id: int) -> None:
        run_job.apply_async((outbox_id,), retry=False)

    if app.config["REDIS_URL"]:
        jobs.sender[:] = [hand_over]
    return celery


def oldest_open_seconds() -> int:
    """Age of the oldest due job, for `/readyz` and the operator's page."""
    first = jobs.due(1)
    if not first:
        return 0
    row = db.session.get(jobs.Outbox, first[0])
    return 0 if row is None else int((clock.now() - row.due_at).total_seconds())
