"""The API under a fuzzer that reads its own description: no 5xx, answers conform, nonsense is refused."""

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema

from catalog.rules.certificates import CertificateKind
from core.web.describe import OPERATIONS
from tests import make

EXAMPLES = {GenerationMode.POSITIVE: 12, GenerationMode.NEGATIVE: 25}


@pytest.fixture
def described(app: Flask) -> BaseSchema:
    """The description as it is served, with a shop behind it."""
    of = make.supplier("示例山货合作社")
    offer = make.product(of)
    make.certificate(of, CertificateKind.GREEN, offer.product_id)
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize("mode", list(EXAMPLES))
@pytest.mark.parametrize("path", [one.path for one in OPERATIONS if not one.scope])
def test_the_api_keeps_its_word(described: BaseSchema, path: str, mode: GenerationMode) -> None:
    operation = described[path]["GET"]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES[mode], deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def holds(case: Case) -> None:
        case.call_and_validate()

    holds()


def test_every_door_is_described(app: Flask) -> None:
    doors = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")}
    assert doors == {f"/api/v1{one.rule}" for one in OPERATIONS} | {"/api/v1/openapi.json"}
