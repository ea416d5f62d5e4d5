"""What is found: a shape, the operations that have it, and a line of text that says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from xdsl.dialects.builtin import SymbolRefAttr
from xdsl.ir import Operation

from ember_mlir.dialects.locations import location_of
from ember_mlir.errors import SourceLocation

Kind = Literal["ensemble", "map", "reduce", "chain"]
"""What calls have to do with one another."""

How = Literal["straight", "loop", "operation"]
"""Whether a shape is written call by call, as a loop, or as one operation."""

MAX_MODELS = 3
"""How many models a line names."""


@dataclass(frozen=True)
class Calls:
    """Calls that belong together: how many (0 if that is not known), of which models, and where."""

    count: int
    models: tuple[str, ...]
    places: tuple[SourceLocation, ...]

    @classmethod
    def of(cls, ops: Sequence[Operation], count: int | None = None) -> Calls:
        """The calls that `ops` are; as many as they are, unless it is said."""
        places = [place for op in ops if (place := location_of(op)) is not None]
        found = [model for op in ops if (model := model_of(op)) is not None]
        number = len(ops) if count is None else count
        return cls(number, first_of(found), (min(places), max(places)) if places else ())

    def and_those(self, other: Calls) -> Calls:
        """These calls and others, as many as they may be."""
        places = (*self.places, *other.places)
        models = first_of((*self.models, *other.models))
        return Calls(0, models, (min(places), max(places)) if places else ())

    def __str__(self) -> str:
        named = [f"@{model}" for model in self.models[:MAX_MODELS]]
        more = ["others"] if len(self.models) > MAX_MODELS else []
        *before, last = [*named, *more] or ["models"]
        models = f"{', '.join(before)} and {last}" if before else last
        number = {0: "calls", 1: "1 call"}.get(self.count, f"{self.count} calls")
        return f"{number} of {models}{self._where()}"

    def _where(self) -> str:
        if not self.places:
            return ""
        first, last = self.places[0], self.places[-1]
        if first.file != last.file:
            return f", {first.file}:{first.line} and {last.file}:{last.line}"
        return f", {_lines(first.line, last.line)}"


def _lines(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"


def model_of(op: Operation) -> str | None:
    """The model that a request asks."""
    model = op.properties.get("model")
    return model.string_value() if isinstance(model, SymbolRefAttr) else None


def first_of(models: Iterable[str]) -> tuple[str, ...]:
    """The models without repetition, as many as a line needs to know."""
    return tuple(dict.fromkeys(models))[: MAX_MODELS + 1]


@dataclass(frozen=True)
class Shape:
    """Calls that are an ensemble, a map, a reduction or a chain, or an operation or loop of them.

    `ops` are the calls, or else the one loop or operation. It prints as one line.
    """

    kind: Kind
    how: How
    ops: tuple[Operation, ...]
    calls: Calls
    detail: str

    @property
    def places(self) -> tuple[SourceLocation, ...]:
        """The first and the last place in the source that it stands on, if any is known."""
        return self.calls.places

    def __str__(self) -> str:
        return f"{self.kind} of {self.calls}: {self.detail}"
