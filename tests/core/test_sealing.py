"""Secrets at rest."""

import pytest
from flask import Flask

from core import sealing


def test_a_sealed_value_opens_for_its_purpose_only(app: Flask) -> None:
    sealed = sealing.seal("token-示例", "merchant_account.token")

    assert b"token" not in sealed
    assert sealing.unseal(sealed, "merchant_account.token") == "token-示例"
    with pytest.raises(sealing.KeyProblem):
        sealing.unseal(sealed, "household.phone")
    with pytest.raises(sealing.KeyProblem):
        sealing.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), "merchant_account.token")


def test_the_same_text_is_never_sealed_alike(app: Flask) -> None:
    assert sealing.seal("a", "x") != sealing.seal("a", "x")
