"""Python functions that programs apply: how they are asked for, and what they return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from xdsl.ir import Attribute

from ember_mlir.dialects.values.checking import check_value
from ember_mlir.errors import EmberError, FunctionError, SourceLocation, failure_again
from ember_mlir.runtime.calls import Call, Spec
from ember_mlir.runtime.frames import Slot
from ember_mlir.runtime.lists import slot_maker
from ember_mlir.runtime.tables import LaneTable
from ember_mlir.runtime.trace import Origin

Function = Callable[..., Slot]
Functions = Mapping[str, Function]
"""The Python functions that a program applies, by name."""

MOST_THREADS = 32
"""How many blocking functions of a process run at once."""


class Application(NamedTuple):
    """The name of a function, and what it is applied to."""

    function: str
    arguments: tuple[Slot, ...]


class Returned(NamedTuple):
    """What a function has returned."""

    value: Slot


class FunctionSpec(Spec):
    """All of the application of a function but its arguments."""

    __slots__ = ("_make", "_name", "_type")

    def __init__(
        self,
        lane: int,
        name: str,
        result_type: Attribute,
        origin: Origin,
        location: SourceLocation | None,
    ) -> None:
        super().__init__(lane, origin, 0, location)
        self._name = name
        self._type = result_type
        self._make = slot_maker(result_type)

    def request(self, call: Call, tape: bytes) -> Application:
        return Application(self._name, tuple(call.asked))

    def read(self, call: Call, answer: object) -> Slot:
        assert isinstance(answer, Returned)
        what = f"the result of the function '{self._name}'"
        check_value(answer.value, self._type, what, FunctionError)
        return answer.value if self._make is None else self._make(answer.value)

    def failure(self, call: Call, error: BaseException) -> EmberError:
        if (again := failure_again(error)) is not None:
            return again
        if isinstance(error, UnknownFunction):
            return FunctionError(
                f"the function '{self._name}' must be given to the run, but is not"
            )
        known = FunctionError(
            f"the function '{self._name}' must return a value, but raised "
            f"{type(error).__name__}: {error}"
        )
        known.__cause__ = error
        return known


class UnknownFunction(Exception):
    """A run has not been given a function of that name."""


def function_lane(number: int) -> LaneTable:
    """The lane of Python functions: as many at once as there are threads."""
    return LaneTable(
        number=number, symbol="functions", model="", provider="", concurrency=MOST_THREADS
    )
