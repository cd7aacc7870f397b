"""The parties' API under a fuzzer with a token: no 5xx, answers conform, nonsense is refused."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode

from core.web.describe import OPERATIONS
from tests.market.api.conftest import Desk

EXAMPLES = {GenerationMode.POSITIVE: 8, GenerationMode.NEGATIVE: 15}


@pytest.mark.parametrize("mode", list(EXAMPLES))
@pytest.mark.parametrize("name", ["orders", "order", "deliveries", "delivery", "readings"])
def test_the_api_keeps_its_word_to_a_token(desk: Desk, name: str, mode: GenerationMode) -> None:
    (one,) = [one for one in OPERATIONS if one.name == name]
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", desk.client.application)
    operation = described[one.path][one.method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES[mode], deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def holds(case: Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {desk.token}"})

    holds()
