import pickle

from core.errors import Forbidden, Missing, Refused


def test_a_refusal_is_its_code_and_carries_facts():
    refusal = Refused("delivery-already-accepted", delivery_id=7, code="kept")

    assert str(refusal) == refusal.code == "delivery-already-accepted"
    assert refusal.facts == {"delivery_id": 7, "code": "kept"}


def test_missing_and_forbidden_are_refusals():
    assert issubclass(Missing, Refused) and issubclass(Forbidden, Refused)


def test_a_refusal_survives_the_way_between_processes():
    copy = pickle.loads(pickle.dumps(Missing("order-missing", order_no="XC1")))

    assert (type(copy), copy.code, copy.facts) == (Missing, "order-missing", {"order_no": "XC1"})
