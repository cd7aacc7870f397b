from datetime import date

import pytest

from core.errors import Refused
from core.states import advance
from core.workdays import WorkCalendar
from market.rules.transfer import (
    TRANSFER,
    TransferAct,
    TransferState,
    check_confirmer,
    confirmation_due,
)


def test_declared_by_one_and_confirmed_by_another():
    """Rule 25."""
    declared = advance(TRANSFER, TransferState.PREPARED, TransferAct.DECLARE, "payer")

    assert advance(TRANSFER, declared, TransferAct.CONFIRM, "supplier") is TransferState.CONFIRMED
    with pytest.raises(Refused, match="state-forbids-party"):
        advance(TRANSFER, declared, TransferAct.CONFIRM, "payer")
    check_confirmer(1, 2)
    with pytest.raises(Refused, match="transfer-same-person"):
        check_confirmer(1, 1)


def test_a_confirmed_transfer_is_final():
    for end in (TransferState.CONFIRMED, TransferState.REFUSED, TransferState.WITHDRAWN):
        assert TRANSFER.acts_in(end) == []


def test_five_working_days_without_an_answer_make_a_task():
    assert confirmation_due(date(2026, 11, 20), WorkCalendar()) == date(2026, 11, 27)
