from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from procurement.rules.posting import (
    Allocated,
    Difference,
    OpenLine,
    Posted,
    Posting,
    allocate,
    attributed,
    differences,
    payable_fen,
    recognised,
)
from procurement.rules.recognition import ALL, Portion
from procurement.rules.scheme import CountBasis

days = st.dates(date(2026, 11, 1), date(2027, 2, 28))
fen = st.integers(0, 10**9)


def test_a_year_end_purchase_counts_when_goods_and_money_are_both_there():
    """Rule 26: accepted 24 Dec and paid 5 Jan → 2027; prepaid 28 Dec and accepted 3 Jan → 2027."""
    paid_later = recognised(1, 100_00, ALL, date(2026, 12, 24), [Allocated(7, 100_00, date(2027, 1, 5))])
    prepaid = recognised(1, 100_00, ALL, date(2027, 1, 3), [Allocated(8, 100_00, date(2026, 12, 28))])

    assert paid_later == [Posting(7, date(2027, 1, 5), 100_00)]
    assert prepaid == [Posting(8, date(2027, 1, 3), 100_00)]
    assert recognised(1, 100_00, ALL, None, [Allocated(8, 100_00, date(2026, 12, 28))]) == []


def test_three_deliveries_two_paid_one_kilo_disputed():
    """Rule 25: exactly the two, less the kilo; a disputed kilo never holds back the rest."""
    one = payable_fen(300_00, disputed_fen=5_20)
    lines = [
        OpenLine(3, date(2026, 5, 20), 400_00),
        OpenLine(1, date(2026, 5, 4), one),
        OpenLine(2, date(2026, 5, 11), 200_00),
    ]
    parts, rest = allocate(one + 200_00, lines)

    assert parts == [(1, 294_80), (2, 200_00)] and rest == 0
    counted = [
        recognised(1, one, ALL, date(2026, 5, 4), [Allocated(10, 294_80, date(2026, 6, 2))]),
        recognised(2, 200_00, ALL, date(2026, 5, 11), [Allocated(11, 200_00, date(2026, 6, 2))]),
        recognised(3, 400_00, ALL, date(2026, 5, 20), []),
    ]
    assert [sum(p.amount_fen for p in postings) for postings in counted] == [294_80, 200_00, 0]


@given(fen, st.lists(st.builds(OpenLine, st.integers(1, 99), days, fen), max_size=8, unique_by=lambda x: x.line_id))
def test_allocation_loses_nothing_and_pays_the_oldest_first(amount, lines):
    """Rule 51: what is too much is left over, never booked."""
    parts, rest = allocate(amount, lines)
    paid = dict(parts)

    assert sum(paid.values()) + rest == amount
    assert all(0 < paid[line.line_id] <= line.open_fen for line in lines if line.line_id in paid)
    ordered = sorted((x for x in lines if x.open_fen), key=lambda x: (x.accepted_on, x.line_id))
    full = [paid.get(line.line_id, 0) == line.open_fen for line in ordered]
    assert full == sorted(full, reverse=True)
    assert rest == 0 or all(full)


allocations = st.lists(
    st.builds(Allocated, st.integers(1, 99), st.integers(-(10**6), 10**7), days),
    max_size=6,
    unique_by=lambda a: a.source_id,
)


@given(fen, st.integers(0, 1000), days, allocations)
def test_a_line_counts_the_floor_of_what_is_payable_and_paid(payable, eligible, goods_on, rows):
    portion = Portion(eligible, 1000)
    postings = recognised(1, payable, portion, goods_on, rows)
    paid = max(0, min(payable, sum(r.amount_fen for r in rows)))

    assert sum(p.amount_fen for p in postings) == portion.of(paid)
    assert all(p.on >= goods_on and p.amount_fen for p in postings)
    assert [p.on for p in postings] == sorted(p.on for p in postings)


def test_a_scheme_may_count_on_acceptance():
    assert recognised(4, 100_01, Portion(1, 2), date(2026, 5, 4), [], CountBasis.ACCEPTED) == [
        Posting(4, date(2026, 5, 4), 50_00)
    ]
    assert recognised(4, 0, ALL, date(2026, 5, 4), [], CountBasis.ACCEPTED) == []


def test_a_return_goes_to_its_own_year_while_that_is_open():
    """Rule 28."""
    bought, january = date(2026, 12, 20), date(2027, 1, 15)

    assert attributed(bought, date(2026, 12, 29), ()) == (date(2026, 12, 29), None)
    assert attributed(bought, january, ()) == (date(2026, 12, 31), None)
    assert attributed(bought, january, {2026}) == (january, 2026)

    posted = [Posted(70, 5, bought, 100_00)]
    back = [Posting(5, bought, 60_00)]
    assert differences(posted, back, january) == [Difference(5, date(2026, 12, 31), -40_00, 70)]
    assert differences(posted, back, january, {2026}) == [Difference(5, january, -40_00, 70, 2026)]


def test_money_found_after_the_closing_is_a_prior_year_adjustment():
    late = [Posting(5, date(2026, 12, 30), 10_00)]

    assert differences([], late, date(2027, 3, 1), {2026}) == [Difference(5, date(2027, 3, 1), 10_00, None, 2026)]
    assert differences([], late, date(2027, 1, 9)) == [Difference(5, date(2026, 12, 30), 10_00)]


postings = st.lists(
    st.builds(Posting, st.integers(1, 4), days, st.integers(1, 10**6)), max_size=4, unique_by=lambda p: p.source_id
)


@given(st.lists(st.tuples(postings, st.booleans()), max_size=5))
def test_differences_bring_the_ledger_to_the_target_and_then_rest(history):
    """Facts change, policy changes, years close in between: nothing is edited and the sums come out right."""
    ledger: list[Posted] = []
    on, closed = date(2027, 1, 1), set()
    for target, close in history:
        on += timedelta(days=20)
        closed |= {2026} if close else set()
        _post(ledger, differences(ledger, target, on, closed))

        for year in (2026, 2027):
            held = sum(row.amount_fen for row in ledger if row.about_year == year)
            assert held == sum(p.amount_fen for p in target if p.on.year == year)
        assert differences(ledger, target, on + timedelta(days=1), closed) == []
        assert not closed or all(row.on.year == 2027 for row in ledger if row.prior_year)


def _post(ledger, found):
    ledger += [
        Posted(len(ledger) + i, d.source_id, d.on, d.amount_fen, d.prior_year) for i, d in enumerate(found, start=1)
    ]
