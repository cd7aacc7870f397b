"""One description of the API: doors read their parameters by it, `openapi.json` and the page print it.

A parameter says what it takes; `Asked.read` refuses everything else, `Param.schema` writes the same down for others.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

TEXT = r"^[^\u0000-\u001f\u007f\ufffd]*$"
"""Printable text: no NUL, no line breaks, nothing that was no UTF-8."""
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")


class Unfit(Exception):
    """A request that the description does not allow: parameter → (code, facts) of its sentence in `[api_unfit]`."""

    def __init__(self, faults: Mapping[str, tuple[str, dict[str, Any]]]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Param:
    """One parameter. `least` and `most` bound a number, or the length of a text; `choices` are all values allowed."""

    name: str
    kind: str = "string"
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    pattern: str = TEXT
    default: Any = None
    in_path: bool = False

    def schema(self) -> dict[str, Any]:
        """The parameter as a JSON schema."""
        out: dict[str, Any] = {"type": self.kind}
        if self.choices:
            out["enum"] = list(self.choices)
        elif self.kind == "string":
            out |= {"pattern": self.pattern, "maxLength": self.most}
            out |= {"minLength": self.least} if self.least else {}
        elif self.kind == "integer":
            out |= {"minimum": self.least, "maximum": self.most}
        if self.default is not None:
            out["default"] = self.default
        return out

    def read(self, typed: str) -> Any:
        """The value. Raises: Unfit."""
        if self.choices and typed not in self.choices:
            raise self._unfit("choice", choices=", ".join(self.choices))
        if self.kind == "boolean":
            if typed not in {"true", "false"}:
                raise self._unfit("boolean")
            return typed == "true"
        return self._number(typed) if self.kind == "integer" else self._text(typed)

    def _number(self, typed: str) -> int:
        if not _WHOLE.fullmatch(typed):
            raise self._unfit("integer")
        value = int(typed)
        if not (self.least or 0) <= value <= (self.most or 0):
            raise self._unfit("bounds", least=self.least, most=self.most)
        return value

    def _text(self, typed: str) -> str:
        if not self.choices and not (self.least or 0) <= len(typed) <= (self.most or 0):
            raise self._unfit("length", least=self.least or 0, most=self.most)
        if not re.search(self.pattern, typed) or typed.endswith("\n"):
            raise self._unfit("pattern", pattern=self.pattern)
        return typed

    def _unfit(self, code: str, **facts: Any) -> Unfit:
        return Unfit({self.name: (code, facts)})


@dataclass(frozen=True)
class Operation:
    """One thing to ask for: its path in OpenAPI's form, its parameters, the name of what it answers.

    `scope`: what a token must allow; empty for everybody. `body`: the schema of what a POST brings; it needs an
    Idempotency-Key and answers 201.
    """

    name: str
    path: str
    answer: str
    params: tuple[Param, ...] = ()
    is_single: bool = field(default=False)
    scope: str = ""
    body: str = ""

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return re.sub(r"\{(\w+)\}", r"<\1>", self.path)

    def asked(self, path_values: Mapping[str, str]) -> dict[str, Any]:
        """The request's parameters by name, defaults filled in. Raises: Unfit with every fault found."""
        given: MultiDict[str, str] = MultiDict(request.args)
        for name, value in path_values.items():
            given[name] = value
        faults: dict[str, tuple[str, dict[str, Any]]] = {}
        known = {param.name: param for param in self.params}
        for name in request.args:
            if name not in known or known[name].in_path:
                faults[name[:40]] = ("unknown", {})
        values: dict[str, Any] = {}
        for param in self.params:
            try:
                values[param.name] = _one(param, given)
            except Unfit as unfit:
                faults.update(unfit.faults)
        if faults:
            raise Unfit(faults)
        return values


def _one(param: Param, given: "MultiDict[str, str]") -> Any:
    typed = given.getlist(param.name)
    if not typed:
        return param.default
    if len(typed) > 1:
        raise Unfit({param.name: ("twice", {})})
    return param.read(typed[0])


View = Callable[[dict[str, Any]], Any]
OPERATIONS: list[Operation] = []
SHAPES: dict[str, dict[str, Any]] = {}
"""JSON schemas by name: what operations answer and take. Each API adds its own."""
KEY_HEADER, KEY_SHAPE = "Idempotency-Key", r"^[A-Za-z0-9_-]{8,64}$"

MOST_PAGE, MOST_SIZE = 10_000, 100
PAGING = (
    Param("page", "integer", least=1, most=MOST_PAGE, default=1),
    Param("size", "integer", least=1, most=MOST_SIZE, default=20),
)


def words() -> Param:
    """Words to search for."""
    return Param("q", most=80)


def code(name: str, pattern: str, most: int, *, in_path: bool = False) -> Param:
    """A code by its shape."""
    return Param(name, least=1, most=most, pattern=pattern, in_path=in_path)


SKU, CODE = r"^[A-Za-z0-9-]{1,16}$", r"^[2-9A-Z]{3,12}$"
TOWN, VILLAGE = r"^[0-9]{9}$", r"^[0-9]{12}$"
CATEGORY = r"^[a-z0-9-]{1,20}$"
"""Shapes of the catalogue's public codes."""
