"""Households from a file: read into memory, each row with its verdict, taken over or dropped; never stored in the open.

The uploaded bytes are not kept. What was read stands sealed until somebody decides, at most a day, and is wiped then.
One row is one person; rows of a household stand together, its head first. A household that is known (by its head's
number or its code) is the same one: the same file twice adds nothing.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from catalog.models.household import HouseholdIntake
from catalog.queries.household_scope import places_of
from catalog.rules import intake as rules
from catalog.rules.households import INTAKE, IntakeAct, IntakeState, IntakeVerdict
from catalog.rules.intake import Fields, Row
from catalog.services import households
from catalog.services.households import HouseholdDraft, PersonDraft
from catalog.services.intake_known import Known, read_known
from core import clock, sealing, sheets, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.states import advance
from core.text import sentence
from core.trail.models import Stream

MOST_ROWS = 2_000
KEPT = timedelta(hours=24)


@dataclass
class Line:
    """A row of the file as the preview shows it. `errors`: field → sentence."""

    number: int
    cells: dict[str, str]
    verdict: IntakeVerdict = IntakeVerdict.NEW
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Home:
    """The rows of one household. `household_id` when it is known already."""

    lines: list[Line]
    household_id: int | None = None
    parsed: list[PersonDraft] = field(default_factory=list)

    @property
    def is_wrong(self) -> bool:
        """Whether one of its rows cannot be taken."""
        return any(line.errors for line in self.lines)

    def blame(self, line: Line, name: str, code: str, **facts: object) -> None:
        """Say what is wrong with a cell, once."""
        line.errors.setdefault(name, sentence("refused", code, **facts))


def read(data: bytes, *, name: str, by: Actor) -> HouseholdIntake:
    """Read a file and look at every row; nothing is registered yet.

    Raises: Refused of `core.sheets`, "intake-columns", "intake-empty".
    """
    [sheet, *_] = sheets.read(data, name=name, most_rows=MOST_ROWS)
    rows = rules.rows_of(sheet.rows, rules.headers())
    if not rows:
        raise Refused("intake-empty")
    homes = judged([Home(list(map(_line, group))) for group in rules.grouped(rows)], by)
    made = HouseholdIntake(
        token=secrets.token_urlsafe(16), person_id=by.person_id, organisation_id=by.office_id,
        state=IntakeState.PREVIEW, rows=len(rows), content_sealed=b"\0", created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    text = json.dumps([_stored(home) for home in homes], ensure_ascii=False)
    made.content_sealed = sealing.seal(text, _place(made.id))
    trail.record(
        Stream.PERSONAL, "household-intake-read", "household_intake", made.id, by=by, right=Right.HOUSEHOLD_EDIT,
        rows=len(rows),
    )  # fmt: skip
    return made


def _line(row: Row) -> Line:
    return Line(row.number, dict(row.cells))


def _place(intake_id: int) -> str:
    return sealing.cell("household_intake", "content_sealed", intake_id)


def _stored(home: Home) -> dict[str, Any]:
    return {"household_id": home.household_id, "lines": [asdict(line) for line in home.lines]}


def judged(homes: list[Home], by: Actor) -> list[Home]:
    """Each household with what is wrong in it, and what each of its rows would do."""
    prefixes = places_of(by)
    own = prefixes[0] if prefixes and len(prefixes[0]) == 12 else ""
    for home in homes:
        _parse(home, own)
    known = read_known([p.id_no for home in homes for p in home.parsed], [h.lines[0].cells["code"] for h in homes], by)
    seen: dict[str, int] = {}
    for home in homes:
        for line, person in zip(home.lines, home.parsed, strict=True):
            if person.id_no and seen.setdefault(person.id_no, line.number) != line.number:
                home.blame(line, "id_no", "intake-twice", row=seen[person.id_no])
        _compare(home, known, prefixes)
    return homes


def _parse(home: Home, own_village: str) -> None:
    """Numbers and words of each row into their one form; the head's row also tells of the household."""
    for place, line in enumerate(home.lines):
        checks: Mapping[str, rules.Check] = rules.HEAD if place == 0 else rules.PERSON
        if place == 0:
            line.cells["village"] = line.cells["village"] or own_village
        for name, check in checks.items():
            try:
                line.cells[name] = check(line.cells[name])
            except Refused as refusal:
                home.blame(line, name, refusal.code, **refusal.facts)
        if (line.cells["relation"] == rules.HEAD_CODE) is not (place == 0):
            home.blame(line, "relation", "intake-relation-first")
        cells = line.cells
        home.parsed.append(PersonDraft(cells["name"], cells["id_no"], cells["phone"], cells["account"]))
    members = home.lines[0].cells["members"]
    if members.isdecimal() and len(home.lines) > int(members):
        home.blame(home.lines[0], "members", "household-too-many", people=len(home.lines), members=int(members))


def _compare(home: Home, known: Known, prefixes: list[str] | None) -> None:
    """Which household it is, and whether each of its people is there, new, changed, or somewhere else."""
    head, first = home.parsed[0], home.lines[0]
    village = first.cells["village"]
    if not known.is_village(village) or (prefixes is not None and not any(village.startswith(p) for p in prefixes)):
        home.blame(first, "village", "intake-other-village")
    found = known.by_person(head.id_no) or known.by_code(first.cells["code"])
    home.household_id = found.household_id if found else None
    if found and (not found.is_mine or found.village_code != village):
        home.blame(first, "code" if not known.by_person(head.id_no) else "id_no", "intake-village-differs")
    if found and found.category != first.cells["category"]:
        home.blame(first, "category", "intake-category-differs")
    for line, person in zip(home.lines, home.parsed, strict=True):
        elsewhere = known.by_person(person.id_no)
        if elsewhere and elsewhere.household_id != home.household_id:
            home.blame(line, "id_no", "person-in-household")
        line.verdict = known.verdict(home.household_id, person)
    for line in home.lines:
        if home.is_wrong:
            line.verdict = IntakeVerdict.WRONG


# --- afterwards ------------------------------------------------------------------------------------


def get(token: str, by: Actor) -> HouseholdIntake:
    """The actor's own file that waits. Raises: Missing "no-such-intake"."""
    found = db.session.scalars(
        sa.select(HouseholdIntake).where(HouseholdIntake.token == token, HouseholdIntake.person_id == by.person_id)
    ).one_or_none()
    if found is None or found.organisation_id != by.organisation_id:
        raise Missing("no-such-intake")
    return found


def opened(intake: HouseholdIntake) -> list[Home]:
    """What was read, while it waits; [] afterwards."""
    if intake.content_sealed is None:
        return []
    stored = json.loads(sealing.unseal(intake.content_sealed, _place(intake.id)))
    return [
        Home(
            [Line(**{**line, "verdict": IntakeVerdict(line["verdict"])}) for line in home["lines"]],
            home["household_id"],
        )
        for home in stored
    ]


def take(token: str, *, by: Actor) -> HouseholdIntake:
    """Register what is new and change what has changed; wrong households stay out. Whole or nothing.

    Raises: Missing, Refused "intake-gone", "intake-nothing", "intake-stale".
    """
    intake = _waiting(token, by)
    homes = opened(intake)
    good = [home for home in homes if not home.is_wrong]
    if all(line.verdict is IntakeVerdict.SAME for home in good for line in home.lines):
        raise Refused("intake-nothing")
    before = [_stored(home) for home in homes]
    again = judged([Home([Line(line.number, dict(line.cells)) for line in home.lines]) for home in homes], by)
    if [_stored(home) for home in again] != before:
        raise Refused("intake-stale")
    for home in again:
        if not home.is_wrong:
            _take_home(home, intake, by)
    _end(intake, IntakeAct.TAKE)
    trail.record(
        Stream.PERSONAL, "household-intake-taken", "household_intake", intake.id, by=by, right=Right.HOUSEHOLD_EDIT,
        added=intake.added, changed=intake.changed,
    )  # fmt: skip
    return intake


def _take_home(home: Home, intake: HouseholdIntake, by: Actor) -> None:
    cells, verdicts = home.lines[0].cells, {line.verdict for line in home.lines}
    if home.household_id is None:
        fields: Fields = rules.fields(cells)
        households.take_in(HouseholdDraft(people=tuple(home.parsed), **fields), by=by)
        intake.added += 1
    elif verdicts != {IntakeVerdict.SAME}:
        for line, person in zip(home.lines, home.parsed, strict=True):
            if line.verdict is IntakeVerdict.NEW:
                households.add_person(home.household_id, person, by=by)
            elif line.verdict is IntakeVerdict.CHANGED:
                households.update_person(home.household_id, person, by=by)
        intake.changed += 1


def discard(token: str, *, by: Actor) -> None:
    """Drop the file; what was read is wiped. Raises: Missing, Refused "intake-gone"."""
    intake = _waiting(token, by)
    _end(intake, IntakeAct.DISCARD)
    trail.record(
        Stream.PERSONAL, "household-intake-discarded", "household_intake", intake.id, by=by,
        right=Right.HOUSEHOLD_EDIT,
    )  # fmt: skip


def _waiting(token: str, by: Actor) -> HouseholdIntake:
    intake = get(token, by)
    db.session.refresh(intake, with_for_update=True)
    if intake.state is not IntakeState.PREVIEW or intake.created_at < clock.now() - KEPT:
        raise Refused("intake-gone")
    return intake


def _end(intake: HouseholdIntake, act: IntakeAct) -> None:
    intake.state = advance(INTAKE, intake.state, act)
    intake.content_sealed, intake.ended_at = None, clock.now()


def drop_old() -> int:
    """Wipe what nobody decided on within a day (a job). The number dropped."""
    old = db.session.scalars(
        sa.select(HouseholdIntake)
        .where(HouseholdIntake.state == IntakeState.PREVIEW, HouseholdIntake.created_at < clock.now() - KEPT)
        .with_for_update(skip_locked=True)
    ).all()
    for intake in old:
        _end(intake, IntakeAct.DISCARD)
    return len(old)


def count(homes: Iterable[Home]) -> dict[IntakeVerdict, int]:
    """Rows by verdict."""
    found = dict.fromkeys(IntakeVerdict, 0)
    for home in homes:
        for line in home.lines:
            found[line.verdict] += 1
    return found
