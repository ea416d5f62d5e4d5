"""What rewritten code calls: one object per function, bound to a recorder.

The first argument of most hooks is the number of their place. Where all is known, a hook
does what the code said; where something is symbolic, a capture writes operations for it.
"""

from __future__ import annotations

import asyncio
import builtins
import operator
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from types import CellType, FunctionType
from typing import Any, TypeVar

from ember_mlir.frontend import operators
from ember_mlir.frontend.attributes import attribute
from ember_mlir.frontend.calls import invoke
from ember_mlir.frontend.changes import (
    as_known,
    become,
    delete,
    list_method,
    note_change,
    store,
)
from ember_mlir.frontend.containers import TrackedDict, TrackedList
from ember_mlir.frontend.guards import ClosureName, GlobalName
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import is_known_iterable, taken
from ember_mlir.frontend.layouts import OBJECT, TEXT_LEAF, ListOf
from ember_mlir.frontend.narrowing import (
    is_any_dict,
    is_any_list,
    is_any_sequence,
    is_any_tuple,
    is_awaitable,
    is_exact_list,
    is_iterable,
    is_mapping,
)
from ember_mlir.frontend.native import effect_of, elements_by, has_known_elements, is_settled
from ember_mlir.frontend.plain import is_list, is_plain
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.regions.attempts import Attempt
from ember_mlir.frontend.regions.branches import Branch
from ember_mlir.frontend.regions.choices import Choices
from ember_mlir.frontend.regions.collections import Collections
from ember_mlir.frontend.regions.loops import Loop, Rounds, steps
from ember_mlir.frontend.regions.raising import SymbolicError, emit_raise
from ember_mlir.frontend.regions.region import PathRaises, Region
from ember_mlir.frontend.rewriting.functions import rewrite
from ember_mlir.frontend.rewriting.places import Place, Shape
from ember_mlir.frontend.rewriting.plain_forms import ASK
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import (
    UNBOUND,
    Symbolic,
    Unknown,
    describe,
    holds_symbolic,
    is_symbolic,
    known_or_symbolic,
    refuse_look,
)

RegionT = TypeVar("RegionT", bound=Region)

Piece = str | tuple[object, int, object]
"""A literal of an f-string, or a value with its conversion and its format spec."""

_CONVERSIONS: Mapping[int, Callable[[object], str]] = {
    ord("r"): repr,
    ord("a"): ascii,
    ord("s"): str,
}


def instrument(recorder: Recorder, function: FunctionType) -> FunctionType:
    """`function` with its code rewritten and its hooks bound to `recorder`.

    Globals, closure and defaults are its own. Raises `CaptureError` if its source cannot
    be captured.
    """
    rewritten = rewrite(function)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    hooks = Hooks(recorder, rewritten.places, function.__globals__, cells)
    closure = tuple(
        CellType(hooks) if name == ASK else cells[name] for name in rewritten.code.co_freevars
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
    """The hooks of one function."""

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
        with self._recorder.at_site(place.site, place.location):
            return invoke(self._recorder, function, args, kwargs)

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
            name = self._places[number].name
            raise UnboundLocalError(
                f"cannot access local variable '{name}' where it is not associated with a value"
            )
        if kind is Unknown:
            assert isinstance(value, Unknown)
            self._at(number).refuse(
                f"the value of {describe(value)}", "give it one value and type before"
            )
        return value

    def attribute(self, number: int, owner: object, /) -> object:
        """Read an attribute."""
        return attribute(self._at(number), owner, self._places[number].name)

    def awaitable(self, number: int, value: Any, /) -> Awaitable[object]:
        """What is awaited, where nothing has to be waited for."""
        if not is_awaitable(value):
            self._at(number).refuse(f"'await' of {describe(value)}", "call it without 'await'")
        recorder = self._recorder
        if recorder.is_capture and isinstance(value, asyncio.Future):
            self._at(number).refuse("'await' of a future", "await the call itself")
        return value

    # Texts

    def text(self, number: int, /, *pieces: Piece) -> object:
        """An f-string: a template if a value in it is symbolic, else a plain text."""
        location = self._places[number].location
        parts = [p if isinstance(p, str) else self._formatted(number, *p) for p in pieces]
        for part in parts:
            self._recorder.check_unicode(part, location)
        if all(isinstance(part, str) for part in parts):
            return "".join([part for part in parts if isinstance(part, str)])
        return self._at(number).template(parts)

    def _formatted(self, number: int, value: object, conversion: int, spec: object) -> object:
        if not holds_symbolic(value) and not holds_symbolic(spec):
            if not self._recorder.is_capture or is_plain(value):
                convert = _CONVERSIONS.get(conversion)
                known = value if convert is None else convert(value)
                return format(known, str(spec or ""))
        value = known_or_symbolic(value)
        has_spec = is_symbolic(spec) or bool(spec)
        if layout_of(value) == TEXT_LEAF and not has_spec and conversion in (-1, ord("s")):
            return value
        trace = self._capture(number)
        if isinstance(value, Unknown):
            refuse_look("format", value, trace.location)
        letter = chr(conversion) if conversion > 0 else ""
        args = [value, spec if has_spec else "", letter] if has_spec or letter else [value]
        effect = effect_of([value], {})
        return trace.apply_python("format", formatted, args, result=TEXT_LEAF, effect=effect)

    # Operators

    def binary(self, number: int, sign: str, left: object, right: object, /) -> object:
        """`left sign right`."""
        if _is_known(left, right):
            if self._is_open(left, right) and not (is_list(left) and is_list(right)):
                return self._applied(number, sign, left, right)
            result = operators.FUNCTIONS[sign](left, right)
            return self._recorder.made(_items(result)) if is_exact_list(result) else result
        return self._binary(number, sign, left, right)

    def _is_open(self, *values: object) -> bool:
        """Whether something in a capture is an object that may be another one when it runs."""
        return self._recorder.is_capture and not all(
            type(value) in _ATOMS or is_settled(value) for value in values
        )

    def _applied(self, number: int, sign: str, left: object, right: object) -> object:
        """What objects do with each other when the program runs."""
        function = _KNOWN_COMPARISONS.get(sign) or operators.FUNCTIONS[sign]
        return self._capture(number).apply_python(
            operators.NAMES.get(sign, sign),
            function,
            [left, right],
            result=OBJECT,
            effect="effectful",
        )

    def _binary(self, number: int, sign: str, left: object, right: object) -> object:
        found = known_or_symbolic(left), known_or_symbolic(right)
        if sign == "+" and _are_lists(*found):
            joined: list[object] = [*_items(found[0]), *_items(found[1])]
            return self._recorder.made(joined)
        if sign == "|" and is_any_dict(found[0]) and is_any_dict(found[1]):
            return self._recorder.made_dict({**found[0], **found[1]})
        if sign == "*" and is_list(found[0]) and type(found[1]) is int:
            repeated: list[object] = [*_items(found[0])] * found[1]
            return self._recorder.made(repeated)
        trace = self._capture(number)
        return _tracked(trace, operators.binary(trace, sign, *found))

    def augmented(self, number: int, sign: str, value: object, other: object, /) -> object:
        """`value sign= other`, which changes a list in place."""
        if isinstance(value, TrackedList) and sign == "+":
            list_method(self._capture(number), value, "extend", [other])
            return value
        if isinstance(value, TrackedList | TrackedDict):
            return self._changed_in_place(number, sign, value, other)
        if isinstance(value, Symbolic) and isinstance(value.layout, ListOf):
            self._at(number).refuse(
                f"a change in place of {describe(value)}", f"write 'x = x {sign} …'"
            )
        if _is_known(value, other):
            if self._recorder.is_capture and type(value) in (list, dict, set):
                self._at(number).refuse(
                    f"a change in place of {describe(value)} from outside",
                    "make one inside, as in list(items)",
                )
            return operators.IN_PLACE[sign](value, other)
        return self._binary(number, sign, value, other)

    def _changed_in_place(
        self, number: int, sign: str, value: TrackedList | TrackedDict, other: object
    ) -> object:
        trace = self._capture(number)
        after = self.binary(number, sign, value, other)
        note_change(trace, value, f"'{sign}='")
        if isinstance(value, TrackedList) and isinstance(after, TrackedList):
            become(value, as_known(after))
        elif isinstance(value, TrackedDict) and is_any_dict(after):
            value.update(after)
        else:
            trace.refuse(f"'{sign}=' of {describe(value)}", f"write 'x = x {sign} …'")
        return value

    def signed(self, number: int, sign: str, value: object, /) -> object:
        """`-value`, `+value` or `~value`."""
        if _is_known(value):
            return operators.SIGNS[sign](value)
        return operators.signed(self._capture(number), sign, value)

    def negated(self, number: int, value: object, /) -> object:
        """`not value`."""
        found = known_or_symbolic(value)
        if not isinstance(found, Symbolic | Unknown):
            return not found
        return operators.negated(self._capture(number), found)

    def compared(self, number: int, sign: str, left: object, right: object, /) -> object:
        """A comparison."""
        if sign in ("is", "is not") and (left is right or not _any_symbolic(left, right)):
            return (left is right) is (sign == "is")
        if _is_known(left, right):
            if self._is_open(left, right) and not (
                sign in ("==", "!=") and _by_identity(left, right)
            ):
                return self._applied(number, sign, left, right)
            return _KNOWN_COMPARISONS.get(sign, operators.FUNCTIONS.get(sign, _never))(left, right)
        found = known_or_symbolic(left), known_or_symbolic(taken(right))
        return operators.compared(self._capture(number), sign, *found)

    def compared_in_turn(self, number: int, signs: tuple[str, ...], /, *operands: object) -> object:
        """A comparison of several operands, all of which are evaluated."""
        result: object = True
        for sign, left, right in zip(signs, operands, operands[1:], strict=False):
            found = self.compared(number, sign, left, right)
            result = self._both(number, result, found)
            if result is False:
                return False
        return result

    def _both(self, number: int, first: object, second: object) -> object:
        if first is True:
            return second
        if not _any_symbolic(first, second):
            return bool(first) and bool(second)
        place = self._places[number]
        token = self._choices.first(place, first, is_and=True)
        return self._choices.joined(token and second)

    def element(self, number: int, owner: object, index: object, /) -> object:
        """`owner[index]`."""
        found = known_or_symbolic(owner)
        special = elements_by(found)
        if special is not None:
            return invoke(self._at(number), special, (found, index), {})
        if not isinstance(found, Symbolic | Unknown) and not holds_symbolic(index):
            return self._element_of_known(number, found, index)
        trace = self._capture(number)
        if isinstance(found, Unknown):
            refuse_look("element", found, trace.location)
        result = operators.element(trace, found, index)
        # A part of a list is a new one, but an element of one stays a part of it.
        return _tracked(trace, result) if isinstance(index, slice) else result

    def _element_of_known(self, number: int, owner: Any, index: object) -> object:
        recorder = self._at(number)
        if isinstance(recorder, Trace) and not has_known_elements(owner):
            args = [owner, index]
            read = operator.getitem
            return recorder.apply_python("element", read, args, result=OBJECT, effect="effectful")
        value: object = owner[index]
        is_slice = isinstance(index, slice) and is_exact_list(value)
        return recorder.made(_items(value)) if is_slice else value

    def slice(self, start: object, stop: object, step: object, /) -> object:
        """What stands in brackets with colons."""
        return builtins.slice(start, stop, step)

    def store(self, number: int, owner: Any, index: object, value: object, /) -> None:
        """`owner[index] = value`."""
        recorder = self._at(number)
        if isinstance(recorder, Trace):
            store(recorder, owner, index, value)
        else:
            owner[index] = value

    def delete(self, number: int, owner: Any, index: object, /) -> None:
        """`del owner[index]`."""
        recorder = self._at(number)
        if isinstance(recorder, Trace):
            delete(recorder, owner, index)
        else:
            del owner[index]

    def store_attribute(self, number: int, owner: object, value: object, /) -> None:
        """`owner.name = value`."""
        recorder = self._at(number)
        name = self._places[number].name
        if isinstance(recorder, Trace):
            note_change(recorder, owner, f"assignment to '.{name}'")
        setattr(owner, name, value)

    # What is made of several values

    def made(self, value: list[object], /) -> list[object]:
        """A list was made."""
        return self._recorder.made(value)

    def made_of(self, number: int, /, *parts: tuple[bool, object]) -> object:
        """A list was made, of elements and of lists that are spread in it."""
        result: object = self._recorder.made([])
        for is_spread, value in parts:
            found = known_or_symbolic(taken(value)) if is_spread else [value]
            if isinstance(found, Unknown):
                refuse_look("iteration", found, self._places[number].location)
            if not isinstance(found, Symbolic):
                assert is_iterable(found)
                found = self._recorder.made([*found])
            result = self.binary(number, "+", result, found)
        return result

    def made_set(self, number: int, value: list[object], /) -> object:
        """A set was made."""
        if holds_symbolic(value):
            self._at(number).refuse("a set of values that are not known", "write a list")
        return {*value}

    def made_dict(self, number: int, /, *pairs: tuple[object, ...]) -> object:
        """A dict was made, of pairs, and of other dicts that are spread in it."""
        made: dict[object, object] = {}
        for pair in pairs:
            if len(pair) == 1:
                (spread,) = pair
                assert is_mapping(spread)
                made.update(spread)
                continue
            key, value = pair
            if holds_symbolic(key):
                self._at(number).refuse(
                    "a key that is known only when the program runs", "use a list of pairs"
                )
            made[key] = value
        return self._recorder.made_dict(made)

    def spread(self, number: int, value: Any, /) -> Iterable[object]:
        """`*value`."""
        found = known_or_symbolic(taken(value))
        if isinstance(found, Symbolic | Unknown):
            refuse_look("iteration", found, self._places[number].location)
        return value

    def unpacked(self, number: int, value: Any, /) -> object:
        """A value is taken apart by an assignment."""
        shape = self._places[number].shape
        value = taken(value)
        return value if shape is None else self._taken_apart(number, value, shape)

    def _taken_apart(self, number: int, value: Any, shape: Shape) -> object:
        found = known_or_symbolic(value)
        if isinstance(found, Symbolic | Unknown):
            return self._parts_of_symbolic(number, found, shape)
        if not any(shape.parts):
            return value
        parts = [*value]
        if len(parts) != len(shape.parts) or shape.star is not None:
            return parts
        return [
            part if inner is None else self._taken_apart(number, part, inner)
            for part, inner in zip(parts, shape.parts, strict=True)
        ]

    def _parts_of_symbolic(
        self, number: int, value: Symbolic | Unknown, shape: Shape
    ) -> list[object]:
        trace = self._capture(number)
        is_list_of = isinstance(value, Symbolic) and isinstance(value.layout, ListOf)
        if not is_list_of or shape.star is not None or any(shape.parts):
            trace.refuse(f"unpacking of {describe(value)}", "take its elements by index")
        size = len(shape.parts)
        assert isinstance(value, Symbolic)
        layout = value.layout
        exact = trace.apply_python("of_size", of_size, [value, size], result=layout)
        return [operators.element(trace, exact, index) for index in range(size)]

    def named(self, number: int, value: object, /) -> object:
        """A value was given a name."""
        self._recorder.named(value, self._places[number].name)
        return value

    def bound(self, number: int, value: object, /) -> object:
        """A value is given a name inside of an expression."""
        if self._choices.is_captured or self._collections.is_captured:
            self._at(number).refuse(
                f"':=' of '{self._places[number].name}' where it may not be evaluated, or more "
                "than once",
                "assign it in a statement before",
            )
        return value

    # Expressions whose operands may not be evaluated

    def unless_false(self, number: int, value: object, /) -> object:
        """The first operand of `and`."""
        return self._choices.first(self._places[number], value, is_and=True)

    def unless_true(self, number: int, value: object, /) -> object:
        """The first operand of `or`."""
        return self._choices.first(self._places[number], value, is_and=False)

    def joined(self, number: int, value: object, /) -> object:
        """The value of `and` or `or`."""
        del number
        return self._choices.joined(value)

    def asked(self, number: int, value: object, /) -> bool:
        """The condition of `x if c else y`."""
        return self._choices.asked(self._places[number], value)

    def then(self, value: object, /) -> object:
        """Its first value, or its second."""
        return self._choices.then(value)

    otherwise = then

    def other(self) -> bool:
        """Whether its second value is evaluated."""
        return self._choices.other()

    def chosen(self, number: int, first: object, second: object, /) -> object:
        """Its value."""
        return self._choices.chosen(self._places[number], first, second)

    # Comprehensions

    def collect(self) -> None:
        """A comprehension begins."""
        self._collections.begin()

    def source(self, number: int, items: Any, /) -> Iterator[object]:
        """What it runs through."""
        place = self._places[number]
        items = taken(items)
        return self._collections.source(place, items, place.shape)

    def kept(self, number: int, value: object, /) -> object:
        """Its condition."""
        return self._collections.kept(self._places[number], value)

    def known(self, number: int, value: object, /) -> object:
        """A condition before another loop of it."""
        if isinstance(known_or_symbolic(value), Symbolic | Unknown):
            self._at(number).refuse(
                "a condition between two 'for' that is not known", "write two comprehensions"
            )
        return value

    def item(self, number: int, value: object, /) -> object:
        """Its element."""
        self._at(number)
        return self._collections.item(value)

    def collected(self, number: int, kind: str, begun: None, known: list[object], /) -> object:
        """Its value."""
        del begun
        value = self._collections.end(known)
        found = known_or_symbolic(value)
        if isinstance(found, Symbolic):
            if kind == "once":
                return self._capture(number).once_of("generator", found)
            if kind != "made":
                self._at(number).refuse(
                    "a set or dict made of a list that is not known", "make a list of pairs"
                )
            return _tracked(self._capture(number), found)
        assert is_any_list(value)
        items = value
        if kind == "made_set":
            return self.made_set(number, items)
        if kind == "dict_of_pairs":
            pairs = [pair for pair in items if is_any_tuple(pair)]
            return self.made_dict(number, *pairs)
        if kind == "once":
            is_symbolic = holds_symbolic(items)
            return self._recorder.once("generator", iter(items), is_symbolic=is_symbolic)
        return self._recorder.made(items)

    # Statements

    def branch(self, number: int, test: object, /) -> Branch:
        """An `if`."""
        found = known_or_symbolic(test)
        if isinstance(found, Symbolic | Unknown):
            found = operators.truth(self._capture(number), found)
        return self._begun(Branch(self._recorder, self._places[number], found))

    def loop(self, number: int, items: Iterable[object], /) -> Loop:
        """A `for`."""
        place = self._places[number]
        found = known_or_symbolic(taken(items))
        if isinstance(found, Symbolic):
            return self._begun(Loop(self._recorder, place, found, items))
        if isinstance(found, Unknown):
            refuse_look("iteration", found, place.location)
        if type(items) is not str and not is_known_iterable(items):
            if self._recorder.is_capture or not is_iterable(items):
                self._at(number).refuse(f"a loop over {describe(items)}", "loop over a list")
        return self._begun(Loop(self._recorder, place, steps(self._recorder, items, place)))

    def rounds(self, number: int, variables: Mapping[str, object], /) -> Rounds:
        """A `while`, with the variables as they are before it."""
        return self._begun(_Rounds(self, number, variables))

    def test(self, number: int, value: object) -> object:
        """The truth of the test of a loop."""
        found = known_or_symbolic(value)
        if isinstance(found, Symbolic | Unknown):
            return operators.truth(self._capture(number), found)
        return bool(found)

    def place(self, number: int) -> Place:
        """Where a hook stands."""
        return self._places[number]

    def recorder(self) -> Recorder:
        """What the hooks talk to."""
        return self._recorder

    def attempt(self, number: int, kinds: tuple[object, ...], last: tuple[str, ...], /) -> Attempt:
        """A `try`."""
        return self._begun(Attempt(self._recorder, self._places[number], kinds, last))

    def _begun(self, region: RegionT) -> RegionT:
        """A region, which forgets the expressions that an error in it leaves unfinished."""
        marks = self._choices.depth, self._collections.depth

        def unwind() -> None:
            self._choices.forget(marks[0])
            self._collections.forget(marks[1])

        region.unwind = unwind
        return region

    def raised(self, number: int, error: object = None, cause: object = None, /) -> BaseException:
        """What is raised."""
        del cause
        recorder = self._at(number)
        if error is None or isinstance(error, Unknown):
            recorder.refuse("'raise' of an error that is handled", "leave the 'try' out")
        if isinstance(error, type) and issubclass(error, BaseException):
            error = error()
        if isinstance(error, SymbolicError):
            assert isinstance(recorder, Trace)
            emit_raise(recorder, error)
            return PathRaises()
        assert isinstance(error, BaseException)
        return error

    # Patterns

    def true(self, value: object, /) -> bool:
        """A test that always holds, and has bound a name."""
        del value
        return True

    def is_sequence_of(self, value: object, size: int, /) -> bool:
        """Whether a value is a list or tuple of that size."""
        if isinstance(known_or_symbolic(value), Symbolic | Unknown):
            refuse_look("length", value)
        return is_any_sequence(value) and len(value) == size

    def is_mapping(self, value: object, /) -> bool:
        """Whether a value is a dict."""
        return isinstance(value, Mapping)

    def matched(self, made: type, value: object, number: int, /) -> object:
        """The part of an object that stands at a place of a pattern without names."""
        if made in (str, int, float, bool, list, dict, tuple, set, bytes):
            return value
        names: tuple[str, ...] = getattr(made, "__match_args__", ())
        return getattr(value, names[number])


class _Rounds(Rounds):
    """A `while`, whose tests may be anything that has a truth."""

    def __init__(self, hooks: Hooks, number: int, variables: Mapping[str, object]) -> None:
        super().__init__(hooks.recorder(), hooks.place(number), variables)
        self._hooks = hooks
        self._number = number

    def goes_on(self, test: object) -> bool:
        return super().goes_on(self._hooks.test(self._number, test))


def formatted(value: object, spec: str = "", conversion: str = "") -> str:
    """A value as it stands in an f-string.

    >>> formatted(2.5, ".2f"), formatted("a", conversion="r")
    ('2.50', "'a'")
    """
    convert = _CONVERSIONS.get(ord(conversion)) if conversion else None
    return format(value if convert is None else convert(value), spec)


def of_size(items: list[object], size: int) -> list[object]:
    """A list, which must have so many elements.

    >>> of_size([1, 2], 2)
    [1, 2]
    """
    if len(items) != size:
        word = "too many values" if len(items) > size else "not enough values"
        raise ValueError(f"{word} to unpack (expected {size}, got {len(items)})")
    return items


def _is_known(*values: object) -> bool:
    """Whether Python can compute with values: none is symbolic, and no text has such parts."""
    for value in values:
        if type(value) in _ATOMS:
            continue
        if holds_symbolic(value):
            return False
    return True


_ATOMS = frozenset({str, int, float, bool, type(None)})


def _by_identity(*values: object) -> bool:
    """Whether no object among values says what it is equal to."""
    return all(is_settled(one) or type(one).__eq__ is object.__eq__ for one in values)


def _any_symbolic(*values: object) -> bool:
    return any(isinstance(known_or_symbolic(value), Symbolic | Unknown) for value in values)


def _are_lists(first: object, second: object) -> bool:
    return isinstance(first, list) and isinstance(second, list)


def _items(value: object) -> list[object]:
    assert isinstance(value, list | tuple)
    return [*value]


def _tracked(trace: Trace, value: object) -> object:
    from ember_mlir.frontend.regions.merging import tracked

    return tracked(trace, value)


def _never(first: object, second: object) -> object:
    raise AssertionError(first, second)


_KNOWN_COMPARISONS: Mapping[str, Callable[[Any, Any], object]] = {
    "in": lambda item, whole: item in whole,
    "not in": lambda item, whole: item not in whole,
    "is": lambda first, second: first is second,
    "is not": lambda first, second: first is not second,
}
