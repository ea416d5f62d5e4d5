"""What rewritten code calls: one object per function, bound to a recorder."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from types import CellType, FunctionType, ModuleType

from ember_mlir.errors import SourceLocation
from ember_mlir.frontend.calls import invoke
from ember_mlir.frontend.check import HOOKS
from ember_mlir.frontend.guards import ClosureName, GlobalName, ModuleAttribute
from ember_mlir.frontend.iterators import is_known_iterable
from ember_mlir.frontend.plain import ATOMS, is_plain
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.rewrite import Place, rewrite
from ember_mlir.frontend.values import (
    Symbolic,
    Text,
    TextList,
    describe,
    holds_symbolic,
    refuse_look,
)

Piece = str | tuple[object, int, object]
"""A literal of an f-string, or a value with its conversion and its format spec."""


def instrument(recorder: Recorder, function: FunctionType) -> FunctionType:
    """`function` with its code rewritten and its hooks bound to `recorder`.

    Globals, closure and defaults are its own. Raises `CaptureError` if its source cannot
    be captured.
    """
    rewritten = rewrite(function)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    hooks = Hooks(recorder, rewritten.places, function.__globals__, cells)
    closure = tuple(
        CellType(hooks) if name == HOOKS else cells[name] for name in rewritten.code.co_freevars
    )
    made = FunctionType(
        rewritten.code,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        closure,
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


class Hooks:
    """The hooks of one function; the first argument of each is the number of its place."""

    __slots__ = ("_cells", "_globals", "_places", "_recorder")

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

    def call(
        self, number: int, function: Callable[..., object], /, *args: object, **kwargs: object
    ) -> object:
        """Call `function` at its site."""
        place = self._places[number]
        with self._recorder.at_site(place.site, place.location):
            return invoke(self._recorder, function, args, kwargs)

    def name(self, number: int, value: object, /) -> object:
        """A name from outside was read: it becomes a guard."""
        location, _, name = self._places[number]
        cell = self._cells.get(name)
        source = GlobalName(self._globals, name) if cell is None else ClosureName(cell, name)
        self._recorder.read(source, value, f"the value of '{name}'", location)
        return value

    def attribute(self, number: int, owner: object, /) -> object:
        """Read an attribute: of a module it becomes a guard, of plain data it is a method."""
        location, _, name = self._places[number]
        if isinstance(owner, ModuleType):
            value: object = getattr(owner, name)
            what = f"the value of '{owner.__name__}.{name}'"
            self._recorder.read(ModuleAttribute(owner, name), value, what, location)
            return value
        if type(owner) not in (*ATOMS, list, tuple, dict):
            self._recorder.refuse(
                f"'.{name}' of {describe(owner)}",
                "use it outside, on the program's result"
                if isinstance(owner, Symbolic)
                else "read it outside and pass the value as an argument",
                location,
            )
        return getattr(owner, name)

    def loop(self, number: int, iterable: Iterable[object], /) -> Iterator[object]:
        """Run through `iterable`, with the index of the round on the stack of indices."""
        location = self._places[number].location
        if isinstance(iterable, Symbolic):
            refuse_look("iteration", iterable, location)
        if type(iterable) is not str and not is_known_iterable(iterable):
            self._recorder.refuse(f"a loop over {describe(iterable)}", "loop over a list", location)
        return self._rounds(iterable)

    def _rounds(self, iterable: Iterable[object]) -> Iterator[object]:
        indices = self._recorder.indices
        depth = len(indices)
        try:
            for index, item in enumerate(iterable):
                indices[depth:] = [index]
                yield item
        finally:
            # Python closes the loop's iterator when it is left by `break`, too.
            del indices[depth:]

    def text(self, number: int, /, *pieces: Piece) -> object:
        """An f-string: a template if a value in it is symbolic, else a plain text."""
        location = self._places[number].location
        parts = [p if isinstance(p, str) else self._formatted(*p, location) for p in pieces]
        for part in parts:
            self._recorder.check_unicode(part, location)
        if all(isinstance(part, str) for part in parts):
            return "".join([part for part in parts if isinstance(part, str)])
        recorder = self._recorder
        outer, recorder.location = recorder.location, location
        try:
            return recorder.template(parts)
        finally:
            recorder.location = outer

    def _formatted(
        self, value: object, conversion: int, spec: object, location: SourceLocation
    ) -> object:
        refuse = self._recorder.refuse
        if isinstance(spec, Symbolic):
            refuse(f"a format spec made from {describe(spec)}", "use a known one", location)
        if isinstance(value, TextList) or (not isinstance(value, Text) and holds_symbolic(value)):
            refuse(
                f"{describe(value)} in an f-string", "join it: ember.join(items, ', ')", location
            )
        if isinstance(value, Text):
            if spec or conversion in (ord("r"), ord("a")):
                refuse(
                    f"a format spec or conversion of {describe(value)}",
                    "write {value} alone",
                    location,
                )
            return value
        if not is_plain(value):
            refuse(f"{describe(value)} in an f-string", "format it outside", location)
        convert = {ord("r"): repr, ord("a"): ascii, ord("s"): str}.get(conversion)
        return format(value if convert is None else convert(value), str(spec or ""))

    def contains(self, number: int, item: object, container: Container[object], /) -> bool:
        """Whether `item in container`."""
        if isinstance(item, Symbolic) and isinstance(container, str):
            refuse_look("search", item, self._places[number].location)
        return item in container

    def unpacked(self, number: int, value: object, /) -> object:
        """A value is taken apart by an assignment."""
        if isinstance(value, Symbolic):
            refuse_look("unpacking", value, self._places[number].location)
        return value

    def made(self, value: list[object], /) -> list[object]:
        """A list was made."""
        self._recorder.made(value)
        return value

    def named(self, number: int, value: object, /) -> object:
        """A value was given a name."""
        self._recorder.named(value, self._places[number].name)
        return value

    def added(self, number: int, current: object, value: object, /) -> object:
        """A value is added to a name in place, which changes a list."""
        if type(current) in (list, dict, set):
            location = self._places[number].location
            self._recorder.check_may_change(current, "a change in place", location)
        return value
