from enum import StrEnum

import pytest

from core.errors import Refused
from core.states import StateTable, advance, step


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    WALLED_UP = "walled-up"


class Do(StrEnum):
    PUSH = "push"
    WALL = "wall"


TABLE = StateTable(
    "door",
    Door.OPEN,
    {
        (Door.OPEN, Do.PUSH): step(Door.SHUT, "guest", "host"),
        (Door.SHUT, Do.PUSH): step(Door.OPEN, "host"),
        (Door.SHUT, Do.WALL): step(Door.WALLED_UP, "mason"),
    },
)


def test_an_act_in_the_table_leads_on():
    assert advance(TABLE, Door.OPEN, Do.PUSH) is Door.SHUT
    assert advance(TABLE, Door.SHUT, Do.WALL, by="mason") is Door.WALLED_UP


def test_any_other_act_is_refused_and_says_where_it_stood():
    with pytest.raises(Refused, match="state-forbids-act") as refusal:
        advance(TABLE, Door.WALLED_UP, Do.PUSH)

    assert refusal.value.facts == {"noun": "door", "state": "walled-up", "act": "push"}


def test_an_act_of_somebody_else_is_refused():
    with pytest.raises(Refused, match="state-forbids-party"):
        advance(TABLE, Door.SHUT, Do.WALL, by="guest")


def test_the_table_draws_itself():
    assert TABLE.acts_in(Door.WALLED_UP) == []
    assert TABLE.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> open",
        "    open --> shut: push (guest, host)",
        "    shut --> open: push (host)",
        "    shut --> walled_up: wall (mason)",
        "    walled_up --> [*]",
    ]
