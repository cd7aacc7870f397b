"""State machines as data: one table says which act leads where and who may do it; everything else is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from core.errors import Refused

State = TypeVar("State", bound=StrEnum)
Act = TypeVar("Act", bound=StrEnum)


@dataclass(frozen=True)
class Step(Generic[State]):
    """Where an act leads and whose act it is: names of parties ("supplier", "unit", "clock"), not of user roles."""

    next: State
    by: frozenset[str]


def step(next_state: State, *by: str) -> Step[State]:
    """One row's right-hand side."""
    return Step(next_state, frozenset(by))


@dataclass(frozen=True)
class StateTable(Generic[State, Act]):
    """A noun's life: (state, act) → step. `noun` is its kebab name in refusals and in the documents."""

    noun: str
    start: State
    steps: Mapping[tuple[State, Act], Step[State]]

    def acts_in(self, state: State) -> list[Act]:
        """What can still happen in a state; an end has nothing."""
        return [act for (at, act) in self.steps if at == state]

    def states(self) -> list[State]:
        """Every state that the table reaches, the start first."""
        reached = [self.start, *(s.next for s in self.steps.values()), *(at for at, _ in self.steps)]
        return list(dict.fromkeys(reached))

    def mermaid(self) -> str:
        """The graph as a mermaid state diagram, for the documents."""
        name = {state: state.value.replace("-", "_") for state in self.states()}
        lines = ["stateDiagram-v2", f"    [*] --> {name[self.start]}"]
        for (at, act), to in self.steps.items():
            lines.append(f"    {name[at]} --> {name[to.next]}: {act.value} ({', '.join(sorted(to.by))})")
        lines += [f"    {name[state]} --> [*]" for state in self.states() if not self.acts_in(state)]
        return "\n".join(lines)


def advance(table: StateTable[State, Act], state: State, act: Act, by: str | None = None) -> State:
    """The state after the act. `by` names the acting party where the caller knows it.

    Raises: Refused "state-forbids-act" (no such row), "state-forbids-party" (somebody else's act).
    """
    found = table.steps.get((state, act))
    if found is None:
        raise Refused("state-forbids-act", noun=table.noun, state=state.value, act=act.value)
    if by is not None and by not in found.by:
        raise Refused("state-forbids-party", noun=table.noun, state=state.value, act=act.value, by=by)
    return found.next
