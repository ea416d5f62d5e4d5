"""Where hooks stand, and the calls, names and attributes of a function."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Awaitable, Callable
from types import CellType
from typing import Any

from ember_mlir.frontend.attributes import attribute
from ember_mlir.frontend.calls import call_spread, check_tries, invoke, is_spread
from ember_mlir.frontend.guards import ClosureName, GlobalName
from ember_mlir.frontend.narrowing import (
    is_awaitable,
)
from ember_mlir.frontend.ready_values import Ready
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.regions.choices import Choices
from ember_mlir.frontend.regions.collections import Collections
from ember_mlir.frontend.regions.raising import PathRaises, emit_check, emit_raise, unbound
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.selections import called, looked_up
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import (
    UNBOUND,
    Selection,
    Unknown,
    describe,
)


class BaseHooks:
    """The hooks of one function: calls, names and attributes."""

    __slots__ = ("_cells", "_choices", "_collections", "_globals", "_places", "_recorder")

    locals = staticmethod(builtins.locals)

    def __init__(
        self,
        recorder: Recorder,
        places: tuple[Place, ...],
        namespace: dict[str, object],
        cells: dict[str, CellType],
    ) -> None:
        self._recorder = recorder
        self._places = places
        self._globals = namespace
        self._cells = cells
        self._choices = Choices(recorder)
        self._collections = Collections(recorder)

    def _at(self, number: int) -> Recorder:
        """The recorder, at a place."""
        self._recorder.location = self._places[number].location
        return self._recorder

    def _capture(self, number: int) -> Trace:
        """The capture that a symbolic value belongs to, at a place."""
        recorder = self._at(number)
        assert isinstance(recorder, Trace)
        return recorder

    # Calls and names

    def call(
        self, number: int, function: Callable[..., object], /, *args: object, **kwargs: object
    ) -> object:
        """Call `function` at its site."""
        place = self._places[number]
        recorder = self._recorder
        with recorder.at_site(place.site, place.location):
            if isinstance(recorder, Trace):
                if isinstance(function, Selection):
                    return called(
                        recorder, function, lambda one: _called(recorder, one, args, kwargs)
                    )
                found = None if kwargs else looked_up(function, args)
                if found is not None:
                    return found
                return _called(recorder, function, args, kwargs)
            return invoke(recorder, function, args, kwargs)

    def name(self, number: int, value: object, /) -> object:
        """A name from outside was read: it becomes a guard."""
        place = self._places[number]
        cell = self._cells.get(place.name)
        source = (
            GlobalName(self._globals, place.name) if cell is None else ClosureName(cell, place.name)
        )
        self._recorder.read(source, value, f"the value of '{place.name}'", place.location)
        return value

    def local(self, number: int, value: object, /) -> object:
        """A name was read that may have no value, or none that is known."""
        kind = type(value)
        if value is UNBOUND:
            raise unbound(self._places[number].name, is_own=True)
        if kind is Unknown:
            assert isinstance(value, Unknown)
            self._at(number).refuse(
                f"the value of {describe(value)}", "give it one value and type before"
            )
        return value

    def if_bound(self, number: int, value: object, has_value: object, is_own: bool, /) -> object:
        """A name was read, of this function's own or not, that has a value if its flag says so."""
        name = self._places[number].name
        if isinstance(has_value, Unknown):
            # A user knows of the name, and of no flag.
            return self.local(number, Unknown(name, has_value.why))
        error = unbound(name, is_own)
        if has_value is False or value is UNBOUND:
            if is_own or not self._recorder.is_capture:
                raise error
            # Other free variables may get a value before the next call, but this one is ours.
            emit_raise(self._capture(number), error)
            raise PathRaises
        if isinstance(has_value, Unknown):
            what = f"the value of '{self._places[number].name}', which may have no value here,"
            self._at(number).refuse(what, "give it one value and type before")
        if has_value is not True:
            emit_check(self._capture(number), error, has_value)
        return self.local(number, value)

    def attribute(self, number: int, owner: object, /) -> object:
        """Read an attribute."""
        return attribute(self._at(number), owner, self._places[number].name)

    def awaitable(self, number: int, value: Any, /) -> Awaitable[object]:
        """What is awaited, where nothing has to be waited for."""
        if not is_awaitable(value):
            self._at(number).refuse(f"'await' of {describe(value)}", "call it without 'await'")
        recorder = self._recorder
        if isinstance(value, Ready):
            check_tries(self._at(number), value)
        if recorder.is_capture and isinstance(value, asyncio.Future):
            self._at(number).refuse("'await' of a future", "await the call itself")
        return value

    def place(self, number: int) -> Place:
        """Where a hook stands."""
        return self._places[number]

    def recorder(self) -> Recorder:
        """What the hooks talk to."""
        return self._recorder


def _called(
    trace: Trace, function: object, args: tuple[object, ...], kwargs: dict[str, object]
) -> object:
    """The result of a call in a capture, with all that may be spread in it."""
    how = call_spread if is_spread(args, kwargs) else invoke
    return how(trace, function, args, kwargs)
