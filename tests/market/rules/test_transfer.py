from datetime import date

import pytest

from core.errors import Refused
from core.states import advance
from core.workdays import WorkCalendar
from market.rules.transfer import (
    TRANSFER,
    BankLine,
    Match,
    TransferAct,
    TransferState,
    check_confirmer,
    confirmation_due,
    match,
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


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (BankLine(100_00, "示例一中", "货款 lj2345 6789a"), Match.EXACT),
        (BankLine(100_00, "国库支付中心", "LJ23456789A"), Match.EXACT),
        (BankLine(100_01, "示例一中", "LJ23456789A"), Match.CANDIDATE),
        (BankLine(100_00, "别人", "LJ23456789A"), Match.CANDIDATE),
        (BankLine(100_00, "示例一中", ""), Match.CANDIDATE),
        (BankLine(100_01, "示例一中", "货款"), Match.NONE),
        (BankLine(100_00, "别人", "货款"), Match.NONE),
    ],
)
def test_only_code_amount_and_payer_together_book_themselves(line, expected):
    """Rule 51: an overpayment never does."""
    payers = {"示例一中", "国库支付中心"}

    assert match(line, remittance_code="LJ23456789A", amount_fen=100_00, payer_names=payers) is expected
