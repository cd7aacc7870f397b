from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from core import money
from procurement.rules.envelope import Envelope, eating, emergency_allows

fen = st.integers(0, 10**10)


@st.composite
def envelopes(draw):
    """Filed as rule 17 has it: the reserve is at least the minimum, at most the total."""
    total, bp = draw(fen), draw(st.integers(1, 9_999))
    reserve = draw(st.integers(money.ceil_share(total, bp), total))
    return Envelope(total, reserve, draw(fen), draw(fen), bp)


@given(envelopes(), fen)
def test_a_general_line_passes_by_one_of_the_two_ways_only(envelope, line):
    """Rule 96, restated with exact fractions."""
    general = envelope.general_fen + line
    untouched = general <= envelope.total_fen - envelope.reserve_fen
    all_fen = general + envelope.eligible_fen
    there = all_fen == 0 or Fraction(envelope.eligible_fen, all_fen) >= Fraction(envelope.min_bp, 10_000)

    assert envelope.passes(line, eligible=False) == (untouched or there)
    assert envelope.passes(line, eligible=True)
    assert envelope.eats_reserve(line, eligible=False) != envelope.passes(line, eligible=False)


@given(envelopes())
def test_the_room_is_exactly_what_still_passes(envelope):
    room = envelope.room_fen

    assert room is not None
    assert not envelope.passes(room + 1, eligible=False)
    if envelope.is_whole:
        assert envelope.passes(room, eligible=False)
        assert envelope.overdrawn_fen == 0
    else:
        assert room == 0 and envelope.overdrawn_fen > 0


@given(envelopes(), fen)
def test_the_proposed_total_releases_the_line_and_one_fen_less_does_not(envelope, line):
    """Rule 97b."""
    assume(not envelope.passes(line, eligible=False))
    total = envelope.releasing_total(line)

    assert total is not None and total > envelope.total_fen
    assert envelope.raised_to(total).passes(line, eligible=False)
    assert not envelope.raised_to(total - 1).passes(line, eligible=False)


@given(envelopes(), fen)
def test_the_proposal_is_the_formula_of_the_rule_for_a_reserve_at_the_minimum(envelope, line):
    lean = Envelope(envelope.total_fen, 0, envelope.general_fen, envelope.eligible_fen, envelope.min_bp)
    total, general = lean.releasing_total(line), envelope.general_fen + line

    assert total is not None
    assert total - money.ceil_share(total, lean.min_bp) >= general
    assert total == 0 or total - 1 - money.ceil_share(total - 1, lean.min_bp) < general


@given(envelopes(), fen, fen)
def test_an_eligible_line_never_closes_the_gate_for_a_general_one(envelope, eligible, general):
    before = envelope.passes(general, eligible=False)

    assert not before or envelope.with_line(eligible, eligible=True).passes(general, eligible=False)


@given(envelopes(), st.lists(st.tuples(fen, st.booleans()), max_size=8))
def test_what_a_plan_books_without_its_eating_lines_leaves_the_reserve_whole(envelope, lines):
    assume(envelope.is_whole)
    eaters = eating(envelope, lines)
    for position, (upper, eligible) in enumerate(lines):
        if position not in eaters:
            envelope = envelope.with_line(upper, eligible)

    assert envelope.is_whole
    assert all(not lines[i][1] for i in eaters)


def test_a_school_in_october():
    """T 100,000, R 10,000, already 90,000 of general goods and 4,000 eligible: nothing general passes any more."""
    envelope = Envelope(100_000_00, 10_000_00, 90_000_00, 4_000_00, 1000)

    assert envelope.room_fen == 0
    assert not envelope.passes(1, eligible=False)
    assert envelope.releasing_total(500_00) == 100_555_56
    assert eating(envelope, [(1_000_00, False), (7_000_00, True)]) == []
    assert eating(envelope, [(1_000_00, False), (3_000_00, True)]) == [0]


def test_once_the_share_is_there_general_lines_are_free():
    envelope = Envelope(100_000_00, 10_000_00, 90_000_00, 11_000_00, 1000)

    assert envelope.room_fen == 9_000_00
    assert envelope.passes(9_000_00, eligible=False)
    assert not envelope.passes(9_000_01, eligible=False)


def test_an_ordinary_purchase_is_bookable_and_shows_as_overdrawn():
    """Rule 99."""
    booked = Envelope(100_00, 10_00, 90_00, 0, 1000).with_line(25_00, eligible=False)

    assert booked.overdrawn_fen == 25_00
    assert booked.room_fen == 0


def test_without_a_minimum_there_is_no_limit_and_with_all_reserved_no_total_helps():
    free = Envelope(0, 0, 5, 0, 0)
    assert (free.limit_fen, free.room_fen, free.overdrawn_fen) == (None, None, 0)
    assert free.passes(10**9, eligible=False)
    assert Envelope(100, 100, 0, 0, 10_000).releasing_total(1) is None


def test_the_emergency_release_covers_seven_days():
    assert emergency_allows(700_00, 100_00)
    assert not emergency_allows(700_01, 100_00)
