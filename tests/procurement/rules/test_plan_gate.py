"""A plan at the gate: the ways out are exact to the fen."""

from hypothesis import given
from hypothesis import strategies as st

from core.money import ceil_share
from procurement.rules.envelope import Envelope
from procurement.rules.gate import Gate, Passage
from procurement.rules.plan_gate import AtGate, GateLine, meet

FEN = st.integers(0, 10**9)
LINES = st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10_000)), min_size=1, max_size=6)
ENVELOPE = st.builds(
    lambda total, general, eligible, bp: Envelope(total, ceil_share(total, bp), general, eligible, bp),
    FEN, FEN, st.integers(0, 10**8), st.integers(1, 9_999),
)  # fmt: skip


def at(envelope: Envelope, *lines: tuple[int, int]) -> AtGate:
    return meet(envelope, [GateLine(i, fen, bp) for i, (fen, bp) in enumerate(lines)], Gate.STOP)


def test_eligible_lines_of_the_same_plan_make_room() -> None:
    empty = Envelope(100_000_00, 10_000_00, 90_000_00, 0, 1000)

    assert at(empty, (9_000_00, 0)).passage is Passage.STOPPED
    assert at(empty, (9_000_00, 0), (11_000_00, 10_000)).passage is Passage.FREE


def test_a_line_that_counts_in_part_eats_only_with_the_rest() -> None:
    full = Envelope(1_000_00, 100_00, 900_00, 0, 1000)

    found = at(full, (10_00, 4_000))

    assert (found.eating_ids, found.eating_fen, found.over_fen) == ((0,), 6_00, 6_00)


@given(ENVELOPE, LINES)
def test_the_proposed_total_releases_the_plan_and_one_fen_less_does_not(
    envelope: Envelope, lines: list[tuple[int, int]]
) -> None:
    found = at(envelope, *lines)
    if found.passage is Passage.FREE:
        return
    assert found.raise_to_fen is not None
    raised = envelope.raised_to(found.raise_to_fen)
    assert at(raised, *lines).passage is Passage.FREE
    assert at(envelope.raised_to(found.raise_to_fen - 1), *lines).passage is not Passage.FREE


@given(ENVELOPE, LINES)
def test_the_basket_releases_the_plan(envelope: Envelope, lines: list[tuple[int, int]]) -> None:
    found = at(envelope, *lines)
    if found.passage is Passage.FREE:
        return
    assert found.basket_fen
    assert at(envelope, *lines, (found.basket_fen, 10_000)).passage is Passage.FREE
