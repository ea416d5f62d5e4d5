"""The arguments of an entry: their types, and checking what a call gives for them.

Texts and lists of texts are inputs of the program, and so is what is made of parts. Numbers,
booleans and None of their own are static: they are part of the plan.
"""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType, NoneType, UnionType
from typing import Any, TypeAlias, TypeGuard, Union, get_args, get_origin

from ember_mlir.errors import CaptureError, InputError, SourceLocation
from ember_mlir.frontend.guards import Identity, snapshot
from ember_mlir.frontend.layouts import TEXT_LEAF, Layout, ListOf
from ember_mlir.frontend.plain import all_texts, as_str, depth_of, is_list, is_unicode
from ember_mlir.frontend.recorder import HALF_A_PAIR
from ember_mlir.frontend.structures import (
    Opaque,
    Structure,
    annotated,
    fits,
    fitting,
    found_structure,
    is_written_in_unicode,
)
from ember_mlir.frontend.values import Value, describe


@dataclass(frozen=True, slots=True)
class Texts:
    """An input of the program: `depth` lists around texts."""

    depth: int

    @property
    def layout(self) -> Layout:
        """How it is laid out."""
        found: Layout = TEXT_LEAF
        for _ in range(self.depth):
            found = ListOf(found)
        return found

    def __str__(self) -> str:
        return "list[" * self.depth + "str" + "]" * self.depth


@dataclass(frozen=True, slots=True)
class Static:
    """An argument whose value is part of the plan; `kind` None takes any static value."""

    kind: type[int] | type[float] | type[bool] | None = None

    def __str__(self) -> str:
        return "int, float, bool or None" if self.kind is None else self.kind.__name__


_MORE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)

ArgumentType: TypeAlias = Texts | Static | Structure | Opaque


@dataclass(frozen=True, slots=True)
class Arguments:
    """The checked arguments of one call, by name and in order; `fixed` are those of every call."""

    types: dict[str, ArgumentType]
    values: dict[str, object]
    fixed: dict[str, object] = field(default_factory=dict[str, object])

    @property
    def inputs(self) -> dict[str, Texts | Structure]:
        """The arguments that are inputs of the program."""
        return {n: t for n, t in self.types.items() if isinstance(t, Texts | Structure)}

    def held(self, name: str) -> object:
        """An input as the run holds it."""
        found = self.types[name]
        value = self.values[name]
        return found.layout.write(value) if isinstance(found, Structure) else value

    @property
    def key(self) -> Hashable:
        """What a plan is made for: the types of inputs and the values of statics."""
        return tuple(
            [
                (name, snapshot(self.values[name]) if isinstance(t, Static) else t)
                for name, t in self.types.items()
            ]
        )


class Signature:
    """What an entry takes; types that are not annotated come from the first call."""

    def __init__(self, function: FunctionType, fixed: Sequence[object] = ()) -> None:
        self.function = function
        self._first = fixed
        self.name = function.__name__
        self._read()

    def _read(self) -> None:
        """Read the function as it is now."""
        function = self.function
        self._state = _state_of(function)
        self._seen = function.__code__, function.__defaults__
        found = inspect.signature(function, follow_wrapped=False).parameters
        first = [*found][: len(self._first)]
        self.fixed = dict(zip(first, self._first, strict=True))
        self.parameters = {name: p for name, p in found.items() if name not in self.fixed}
        self.location = SourceLocation(
            function.__code__.co_filename, function.__code__.co_firstlineno, 1
        )
        self._signature = inspect.Signature(list(self.parameters.values()))
        kinds = [p.kind for p in self.parameters.values()]
        self._positional = sum(kind in _BY_POSITION for kind in kinds)
        self._takes_more = any(kind in _MORE for kind in kinds)
        self._defaults = [p.default for p in self.parameters.values()]
        needed = [i for i, found in enumerate(self._defaults) if found is inspect.Parameter.empty]
        self._required = 1 + max(needed, default=-1)
        self.open: set[str] = set()
        self.optional = {name for name, p in self.parameters.items() if p.default is None}
        self.types = {name: self._annotated(p) for name, p in self.parameters.items()}

    def _refresh(self) -> None:
        """Forget the types of a function that has got other code or defaults since."""
        function = self.function
        code, defaults = self._seen
        same = function.__code__ is code and function.__defaults__ is defaults
        if same and not function.__kwdefaults__:
            return
        if self._state != _state_of(function):
            self._read()

    def bind(self, args: Sequence[object], kwargs: Mapping[str, object]) -> Arguments:
        """The arguments of a call, checked; raises `InputError`."""
        self._refresh()
        types: dict[str, ArgumentType] = {}
        values: dict[str, object] = {}
        for name, value in self._given(args, kwargs).items():
            types[name] = found = self._type_of(name, value)
            values[name] = self._checked(name, found, value)
        return Arguments(types, values, self.fixed)

    def _given(self, args: Sequence[object], kwargs: Mapping[str, object]) -> Mapping[str, object]:
        """What each argument is, by name and in order, with defaults; raises `InputError`."""
        is_usual = not kwargs and not self._takes_more
        if is_usual and self._required <= len(args) <= self._positional:
            # As most calls are; `inspect` takes far longer.
            return dict(zip(self.parameters, (*args, *self._defaults[len(args) :]), strict=True))
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError as error:
            raise InputError(
                f"the arguments of '{self.name}' must fit {self}, but got a call with "
                f"{error}; give every argument once"
            ) from None
        bound.apply_defaults()
        return bound.arguments

    def without_call(self) -> Arguments:
        """The arguments of a capture before any call; raises `CaptureError`.

        Inputs must have types, and all other arguments defaults.
        """
        self._refresh()
        types: dict[str, ArgumentType] = {}
        values: dict[str, object] = {}
        for name, parameter in self.parameters.items():
            has_default = parameter.default is not parameter.empty
            found = self._type_of(name, parameter.default) if has_default else self.types[name]
            if found is None or (isinstance(found, Static) and not has_default):
                raise CaptureError(
                    f"the IR of '{self.name}' needs the {'value' if found else 'type'} of its "
                    f"argument '{name}', which is not known before the first call; "
                    f"{'give it a default' if found else 'annotate it'}, or call the program",
                    location=self.location,
                )
            types[name] = found
            if isinstance(found, Static):
                values[name] = self._checked(name, found, parameter.default)
        return Arguments(types, values, self.fixed)

    def settle(self, arguments: Arguments) -> None:
        """Keep the types of a call that has succeeded for the calls to come."""
        for name, found in arguments.types.items():
            # None says nothing about what else an argument may be.
            is_own = isinstance(found, Structure | Opaque) or name in self.open
            if is_own or arguments.values[name] is None:
                continue
            if self.types.get(name, found) is None:
                self.types[name] = found

    def __str__(self) -> str:
        shown = [
            name if self.types[name] is None else f"{name}: {self._expected(name)}"
            for name in self.parameters
        ]
        return f"({', '.join(shown)})"

    def _expected(self, name: str) -> str:
        """What the argument called `name` takes, in words."""
        found = self.types[name]
        takes_none = name in self.optional and found != Static()
        return f"{found} or None" if takes_none else str(found)

    def _type_of(self, name: str, value: object) -> ArgumentType:
        """The type of an argument in a call: None is static, whatever else it may be."""
        if value is None and name in self.optional:
            return Static()
        declared = self.types[name]
        if isinstance(declared, Structure):
            return fitting(declared, value)
        return declared or self._inferred(name, value)

    def _annotated(self, parameter: inspect.Parameter) -> ArgumentType | None:
        """The type that the annotation says, if there is one."""
        if parameter.kind in _MORE:
            # How many there are, or which, each call says.
            self.open.add(parameter.name)
            return None
        if parameter.annotation is parameter.empty:
            return None
        annotation, optional = _without_none(self._evaluated(parameter))
        if annotation is Any or annotation is object:
            return None
        if optional:
            self.optional.add(parameter.name)
        else:
            self.optional.discard(parameter.name)
        for kind in (int, float, bool):
            if annotation is kind:
                return Static(kind)
        whole, depth = annotation, 0
        while get_origin(annotation) in (list, Sequence) and len(get_args(annotation)) == 1:
            (annotation,) = get_args(annotation)
            depth += 1
        return Texts(depth) if annotation is str else self._structured(parameter.name, whole)

    def _structured(self, name: str, annotation: object) -> Structure | None:
        """What is made of parts; None if its annotation leaves open what it is."""
        found = annotated(annotation)
        if found is None:
            self.open.add(name)
        return found

    def _evaluated(self, parameter: inspect.Parameter) -> object:
        """The annotation, which may be written as a text, even as a text in a text."""
        annotation: object = parameter.annotation
        variables = _closure_of(self.function)
        while isinstance(annotation, str):
            try:
                annotation = eval(annotation, self.function.__globals__, variables)
            except Exception:
                break
        return annotation

    def _inferred(self, name: str, value: object) -> ArgumentType:
        if value is None or isinstance(value, int | float):
            return Static()
        # A tuple of texts may be a list, but several arguments are no one list.
        depth = None if self.parameters[name].kind in _MORE else depth_of(value)
        found = found_structure(value) if depth is None else Texts(depth)
        if found is not None:
            return found
        if name in self.open:
            return Opaque(describe(value))
        raise InputError(
            f"argument '{name}' of '{self.name}' must be a str, a number, a bool, or made of "
            f"those, but got {describe(value)}; pass what the program needs of it"
        )

    def _checked(self, name: str, expected: ArgumentType, value: object) -> object:
        """`value` as plain data of the expected type; raises `InputError`."""
        if isinstance(expected, Texts):
            if expected.depth == 1 and is_list(value) and _is_usual(value):
                # As lists may be long, the usual one is checked and copied in one go.
                return [*value]
            if _fits(value, expected.depth):
                return self._copied(name, value)
        elif isinstance(expected, Static):
            if _is_static(value, expected.kind):
                return _plain_number(value)
        elif isinstance(expected, Opaque):
            return value
        elif fits(expected, value):
            return self._structure(name, expected, value)
        raise InputError(
            f"argument '{name}' of '{self.name}' must be {self._wanted(name, expected)}, but got "
            f"{_mismatch(value)}; it takes {self}"
        )

    def _structure(self, name: str, expected: Structure, value: object) -> object:
        """A value made of parts, as it is now: what the caller changes later does not count."""
        layout = expected.layout
        written = layout.write(value)
        if not is_written_in_unicode(written):
            raise InputError(f"in argument '{name}' of '{self.name}', {HALF_A_PAIR}")
        return layout.read(written)

    def _wanted(self, name: str, expected: ArgumentType) -> str:
        return str(expected) if self.types[name] is None else self._expected(name)

    def _copied(self, name: str, value: object) -> Value:
        """The value as the run sees it, whatever happens to the caller's list meanwhile."""
        if isinstance(value, str):
            if not is_unicode(value):
                raise InputError(f"in argument '{name}' of '{self.name}', {HALF_A_PAIR}")
            return as_str(value)
        assert is_list(value)
        return [self._copied(name, item) for item in value]


def _state_of(function: FunctionType) -> Hashable:
    """What the arguments of `function` depend on, by identity."""
    keywords = [(name, Identity(value)) for name, value in (function.__kwdefaults__ or {}).items()]
    return Identity(function.__code__), Identity(function.__defaults__), tuple(keywords)


def _closure_of(function: FunctionType) -> dict[str, object]:
    """The variables around `function` that are bound."""
    found: dict[str, object] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found


def _without_none(annotation: object) -> tuple[object, bool]:
    """An annotation without `| None`, and whether it had that."""
    if get_origin(annotation) in (Union, UnionType):
        others = [kind for kind in get_args(annotation) if kind is not NoneType]
        if len(others) == 1:
            return others[0], True
    return annotation, False


def _is_usual(items: Sequence[object]) -> TypeGuard[Sequence[str]]:
    """Whether items are texts that need not be looked at more closely."""
    return all_texts(items) and all(map(str.isascii, items))


def _fits(value: object, depth: int) -> bool:
    if depth == 0:
        return isinstance(value, str)
    if not is_list(value):
        return False
    return (depth == 1 and all_texts(value)) or all(_fits(item, depth - 1) for item in value)


def _is_static(value: object, kind: type[int] | type[float] | type[bool] | None) -> bool:
    """Whether `value` is static and of that kind; as in annotations, an int is a float."""
    if value is None or isinstance(value, bool):
        return kind is None or (kind is bool and value is not None)
    return isinstance(value, int | float) and (
        kind in (None, float) or (kind is int and isinstance(value, int))
    )


def _plain_number(value: object) -> object:
    """A static value as plain data, if it is of a subclass such as `numpy.float64`."""
    if isinstance(value, float):
        return float(value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _mismatch(value: object) -> str:
    """What is wrong with a value: its type, or that of the first wrong element."""
    if is_list(value):
        for index, item in enumerate(value):
            if not isinstance(item, str):
                return f"{describe(value)} whose element {index} is {describe(item)}"
    return describe(value)
