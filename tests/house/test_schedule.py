"""Every job that the clock asks for runs on an empty system: a county's first night has no broken job."""

import pytest
from flask import Flask

import wsgi  # noqa: F401 (its floors register their jobs)
from core import jobs

SCHEDULED = sorted(jobs.SCHEDULE)


@pytest.mark.parametrize("name", SCHEDULED)
def test_it_runs_with_nothing_there(app: Flask, name: str) -> None:
    assert jobs.run_scheduled(name)
    jobs.run_due()
