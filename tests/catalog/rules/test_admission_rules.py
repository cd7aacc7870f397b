"""Admission as arithmetic: completeness, the desk's clock, the publication, the order of the queue."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules import admission as rules
from catalog.rules.admission import (
    AdmissionAct,
    AdmissionState,
    ApplicantKind,
    Dossier,
    FoodLicence,
    Lack,
    PaperKind,
    Voices,
)
from catalog.rules.admission_order import Effect, Rank, rank, reasons
from catalog.rules.supplier import EntityType
from core.errors import Refused
from core.workdays import WorkCalendar

DAYS = st.dates(date(2024, 1, 1), date(2030, 1, 1))
CALENDARS = st.builds(
    WorkCalendar,
    st.frozensets(st.dates(date(2026, 1, 1), date(2026, 3, 1)), max_size=20),
    st.frozensets(st.dates(date(2026, 3, 2), date(2026, 5, 1)), max_size=10),
)
TODAY = date(2026, 11, 23)
COMPLETE = Dossier(
    EntityType.COOPERATIVE, "示例", "示例", sells_processed=False, sc=FoodLicence(), jy=FoodLicence(), agreements=1,
    recognition_no="",
    has_producer=False,
    papers=frozenset({PaperKind.LICENCE, PaperKind.BANK, PaperKind.ORIGIN, PaperKind.AGREEMENTS}),
)  # fmt: skip
DOSSIERS = st.builds(
    Dossier,
    st.sampled_from(EntityType),
    st.just("示例"),
    st.sampled_from(["示例", "别人"]),
    sells_processed=st.booleans(),
    sc=st.sampled_from([FoodLicence(), FoodLicence("SC"), FoodLicence("SC", "局", date(2026, 1, 1), date(2030, 1, 1))]),
    jy=st.sampled_from([FoodLicence(), FoodLicence("JY"), FoodLicence("JY", "局", date(2026, 1, 1), date(2030, 1, 1))]),
    agreements=st.integers(0, 9),
    recognition_no=st.sampled_from(["", "认定"]),
    has_producer=st.booleans(),
    papers=st.frozensets(st.sampled_from(PaperKind)),
)
EFFECTS = st.builds(
    Effect, st.booleans(), st.booleans(), st.booleans(), st.integers(0, 10**9), st.integers(0, 50), st.integers(0, 9)
)


def test_a_complete_application_lacks_nothing() -> None:
    assert rules.lacking(COMPLETE, TODAY) == ([], [])


def test_a_food_licence_is_named_whole_and_holds() -> None:
    licence = FoodLicence("SC", "局", date(2026, 1, 1), TODAY)
    assert rules.lacking(replace(COMPLETE, sc=licence), TODAY) == ([], [])
    for less in (replace(licence, issuer=""), replace(licence, valid_from=None), replace(licence, valid_to=None)):
        assert rules.lacking(replace(COMPLETE, sc=less), TODAY)[0] == [Lack.SC_TERM]
    assert rules.lacking(replace(COMPLETE, jy=licence), TODAY + timedelta(days=1))[0] == [Lack.JY_TERM]


@given(DOSSIERS)
def test_a_paper_more_never_makes_an_application_lack_more(dossier: Dossier) -> None:
    before = rules.lacking(dossier, TODAY)[1]
    for kind in PaperKind:
        assert set(rules.lacking(replace(dossier, papers=dossier.papers | {kind}), TODAY)[1]) <= set(before)


@given(DOSSIERS)
def test_every_application_brings_licence_bank_and_origin_and_nobody_sells_without_a_link(dossier: Dossier) -> None:
    needed, lacks = rules.papers_needed(dossier), rules.lacking(dossier, TODAY)[0]
    assert {PaperKind.LICENCE, PaperKind.BANK, PaperKind.ORIGIN} <= needed
    linked = dossier.agreements or dossier.recognition_no or dossier.has_producer
    if not linked:
        assert lacks and {Lack.LINKAGE, Lack.PRODUCER} & set(lacks)
    if dossier.sells_processed:
        assert {PaperKind.SC, PaperKind.JY} & needed
    if dossier.bank_account_name != dossier.name:
        assert Lack.BANK_NAME in lacks


@given(st.sampled_from([k for k in ApplicantKind if k is not ApplicantKind.GROWER]))
def test_every_kind_but_a_person_has_a_legal_form(kind: ApplicantKind) -> None:
    assert rules.entity_of(kind).value == kind.value


def test_a_grower_is_sent_to_an_aggregator() -> None:
    with pytest.raises(Refused, match="grower-needs-aggregator"):
        rules.entity_of(ApplicantKind.GROWER)


@given(CALENDARS, DAYS, st.integers(1, 20), st.integers(0, 30))
def test_a_desk_always_has_a_day_and_never_more_than_its_limit(
    days: WorkCalendar, since: date, limit: int, spent: int
) -> None:
    due = rules.due_on(days, since, limit, spent)
    assert days.is_workday(due)
    assert days.after(since, 1) <= due <= days.after(since, limit)


@given(CALENDARS, DAYS, st.integers(0, 40), st.integers(0, 40), st.integers(5, 20))
def test_a_return_neither_gives_nor_takes_days(
    days: WorkCalendar, since: date, worked: int, away: int, limit: int
) -> None:
    """Whenever it goes and comes back, the days at the desk are the limit (or one more for a desk that was late)."""
    left = since + timedelta(days=worked)
    used = rules.spent(days, since, left)
    back = left + timedelta(days=away)
    due = rules.due_on(days, back, limit, used)
    assert used + rules.spent(days, back, due) == max(limit, used + 1)


@given(DAYS, st.integers(1, 30))
def test_the_public_has_whole_days(on: date, length: int) -> None:
    last = rules.publication_last(on, length)
    with pytest.raises(Refused, match="publication-runs"):
        rules.check_activation(last, last, Voices())
    rules.check_activation(last + timedelta(days=1), last, Voices())


@given(st.integers(0, 5), st.integers(0, 5))
def test_nobody_sells_past_an_open_or_upheld_objection(waiting: int, upheld: int) -> None:
    over = date(2026, 12, 9), date(2026, 12, 1)
    if waiting or upheld:
        with pytest.raises(Refused, match="objection"):
            rules.check_activation(*over, Voices(waiting, upheld))
    else:
        rules.check_activation(*over, Voices())


@given(
    st.sampled_from(
        [AdmissionState.TOWNSHIP, AdmissionState.AGRICULTURE, AdmissionState.LINKAGE, AdmissionState.PUBLICATION]
    ),
    st.frozensets(st.sampled_from(["goods", "phone", "name", "village_code", "agreements"])),
)
def test_what_the_first_desk_judged_goes_back_to_it(returned: AdmissionState, changed: frozenset[str]) -> None:
    act = rules.way_back(returned, changed)
    target = rules.ADMISSION.steps[AdmissionState.RETURNED, act].next
    if rules.IDENTITY & changed:
        assert target is AdmissionState.TOWNSHIP
    else:
        assert target is (AdmissionState.LINKAGE if returned is AdmissionState.PUBLICATION else returned)
    assert act is not AdmissionAct.SUBMIT


@given(EFFECTS, EFFECTS)
def test_more_effect_never_waits_longer(one: Effect, other: Effect) -> None:
    better = Effect(
        one.is_lead or other.is_lead, one.is_preferred or other.is_preferred,
        one.is_provisional or other.is_provisional,
        max(one.verified_fen, other.verified_fen), max(one.households, other.households),
        max(one.agreements, other.agreements),
    )  # fmt: skip
    assert rank(better) <= min(rank(one), rank(other))


@given(EFFECTS)
def test_the_first_yes_explains_the_rank(effect: Effect) -> None:
    answers = [holds for _, holds in reasons(effect)]
    expected = [Rank.CLEAR, Rank.CLEAR, Rank.PROVISIONAL, Rank.SOME]
    assert rank(effect) == (expected[answers.index(True)] if any(answers) else Rank.NONE)
