"""Types of Python as grammars: what an answer must look like, and how it is held."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import (
    Annotated,
    Literal,
    NamedTuple,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from ember_mlir.errors import InputError, InvalidIRError, ParseError
from ember_mlir.frontend.constraints import Json, constrained
from ember_mlir.frontend.kinds import InstanceKind
from ember_mlir.frontend.layouts import (
    BOOL,
    FLOAT,
    INT,
    TEXT_LEAF,
    Layout,
    ListOf,
    Maybe,
    Parts,
    enum_layout,
)
from ember_mlir.frontend.making import has_a_say, made
from ember_mlir.frontend.narrowing import is_class
from ember_mlir.frontend.records import Field, description_of, fields_of, has_fields
from ember_mlir.grammars import Grammar, check_grammar

_ATOMS: dict[object, tuple[str, Layout]] = {
    str: ("string", TEXT_LEAF),
    int: ("integer", INT),
    float: ("number", FLOAT),
    bool: ("boolean", BOOL),
}
_STARS = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}
_FIX = "use str, int, float, bool, Literal, enums, list, dataclasses and pydantic models"
_FIXES: dict[object, str] = {
    dict: "write a dataclass with a field for each key, or a list of one with a key and a value",
    tuple: "write a dataclass with a field for each, or list[…] for any number of one type",
    set: "write list[…], and make a set of it in the program",
    frozenset: "write list[…], and make a set of it in the program",
    Union: "give each case a field that may be None, as in 'number: int | None'",
    UnionType: "give each case a field that may be None, as in 'number: int | None'",
}


@dataclass(frozen=True)
class Schema:
    """What an answer must look like, and how its value is held.

    With `is_made`, classes make the value of what was read, and may refuse it: models, and
    dataclasses with a `__post_init__`.
    """

    grammar: Grammar
    layout: Layout
    is_made: bool = False

    def read(self, text: str) -> object:
        """The value of a text; raises `ParseError`, or what a class raises that refuses it."""
        value = self.grammar.parse(text)
        return made(self.layout, value) if self.is_made else self.layout.read(value)

    def is_right(self, text: str) -> bool:
        """Whether a text has a value: one that is a `ValueError` to a class has none."""
        try:
            self.read(text)
        except (ParseError, ValueError):
            return False
        return True


def schema_of(kind: object) -> Schema:
    """The schema of a type.

    A type is `str`, `int`, `float`, `bool`, `Literal`, an enum whose values are all texts or all
    whole numbers, `list[…]` of a type, a dataclass or pydantic model with fields of such types,
    or one of these `| None`. Models are asked for all fields, also for those that have a
    default, as providers that hold a model to a schema want it; a field that may be missing is
    one that may be None. The docstring of a class, the descriptions of its fields and texts in
    `Annotated` are told the model. Bounds, lengths and patterns of pydantic's `Field` are
    part of the schema as far as that can say them; what else a pydantic model demands, and what
    the `__post_init__` of a dataclass refuses by a `ValueError`, is asked for again.

    Raises `InputError` for a type that no answer can be of, and `TypeError` for what is no type.

    >>> schema_of(list[int]).grammar.text
    '{"type": "array", "items": {"type": "integer"}}'
    >>> schema_of(int | None).grammar.text
    '{"anyOf": [{"type": "integer"}, {"type": "null"}]}'
    """
    try:
        # Types that are equal may say the same in another order: their texts differ.
        return _known_schema(kind, repr(kind))
    except TypeError:
        if get_origin(kind) is not Annotated:
            raise
    # What stands in Annotated need not be hashable.
    return _schema(kind)


@lru_cache(maxsize=256)
def _known_schema(kind: object, written: str) -> Schema:
    del written
    return _schema(kind)


def _schema(kind: object) -> Schema:
    found = _Describer().described(kind, "schema")
    grammar = Grammar("json_schema", json.dumps(found.schema, ensure_ascii=False))
    try:
        check_grammar(grammar)
    except InvalidIRError as error:
        raise InputError(f"the schema of {_name(kind)} cannot be used: {error.message}") from None
    return Schema(grammar, found.layout, has_a_say(found.layout))


def parameters_of(function: Callable[..., object]) -> tuple[Json, dict[str, Layout]]:
    """The JSON schema of the arguments of a function, and how each is held."""
    name = getattr(function, "__name__", "a tool")
    try:
        hints = get_type_hints(function, include_extras=True)
    except Exception as error:
        raise InputError(
            f"the annotations of the tool '{name}' must be types, but reading them fails: {error}; "
            "import what they name"
        ) from None
    properties: Json = {}
    layouts: dict[str, Layout] = {}
    for argument in signature(function).parameters.values():
        if argument.kind in _STARS:
            raise InputError(
                f"the arguments of the tool '{name}' must have names, but it takes "
                f"'{_STARS[argument.kind]}{argument.name}'; name each argument"
            )
        if argument.name not in hints:
            raise InputError(
                f"the arguments of the tool '{name}' must be annotated, but '{argument.name}' is "
                f"not; write '{argument.name}: str' or another type"
            )
        where = f"argument '{argument.name}' of the tool '{name}'"
        found = _Describer().described(hints[argument.name], where)
        properties[argument.name], layouts[argument.name] = found
    return {"type": "object", "properties": properties, "required": [*properties]}, layouts


class _Described(NamedTuple):
    """The JSON schema of a type, and how its values are held."""

    schema: Json
    layout: Layout


class _Describer:
    """Describes one type; `_open` are the classes that it is inside of."""

    def __init__(self) -> None:
        self._open: list[object] = []

    def described(self, kind: object, where: str) -> _Described:
        """What is known of a type that stands at `where`."""
        origin, inner = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._annotated(inner[0], inner[1:], where)
        if origin is Literal:
            return _or_none(_choice([one for one in inner if one is not None], where), inner)
        if origin in (Union, UnionType) and NoneType in inner and len(inner) == 2:
            bare = next(one for one in inner if one is not NoneType)
            return _or_none(self.described(bare, where), (None,))
        if origin in (list, Sequence) and len(inner) == 1:
            items, element = self.described(inner[0], where)
            return _Described({"type": "array", "items": items}, ListOf(element))
        if is_class(kind):
            if kind in _ATOMS:
                name, layout = _ATOMS[kind]
                return _Described({"type": name}, layout)
            if issubclass(kind, Enum):
                return _members(kind, where)
            if has_fields(kind):
                return self._record(kind)
        raise InputError(
            f"the type of {where} must be one that an answer can spell, but got {_name(kind)}; "
            + (_FIXES.get(kind if is_class(kind) else origin) or _FIX)
        )

    def _annotated(self, kind: object, said: Sequence[object], where: str) -> _Described:
        found, layout = self.described(kind, where)
        texts = [description_of(one) for one in said]
        texts = [text for text in texts if text]
        found = constrained(found, said) | ({"description": texts[0]} if texts else {})
        return _Described(found, layout)

    def _record(self, kind: type[object]) -> _Described:
        if kind in self._open:
            raise InputError(
                f"'{kind.__name__}' must not hold itself to be a schema, but does; write as many "
                "levels as there can be, or a list with the number of the parent of each"
            )
        self._open.append(kind)
        listed = fields_of(kind)
        described = [self._field(kind, field) for field in listed]
        self._open.pop()
        read = [
            (field.key, found.schema)
            for field, found in zip(listed, described, strict=True)
            if field.is_read
        ]
        found: Json = {"type": "object", "properties": dict(read)}
        found |= {"required": [key for key, _ in read], "additionalProperties": False}
        if text := description_of(kind):
            found["description"] = text
        names = tuple([field.name for field in listed])
        layouts = tuple([layout for _, layout in described])
        return _Described(found, Parts(InstanceKind(kind, names), layouts))

    def _field(self, kind: type[object], field: Field) -> _Described:
        found, layout = self.described(field.type, f"'{kind.__name__}.{field.name}'")
        found = constrained(found, field.said)
        if field.description:
            found = {**found, "description": field.description}
        return _Described(found, layout)


def _or_none(found: _Described, values: Sequence[object]) -> _Described:
    """What may also be None, if that is among `values`."""
    if None not in values or isinstance(found.layout, Maybe):
        return found
    return _Described({"anyOf": [found.schema, {"type": "null"}]}, Maybe(found.layout))


def _choice(values: Sequence[object], where: str) -> _Described:
    kinds = {type(value) for value in values}
    if kinds not in ({str}, {int}):
        raise InputError(
            f"the choices of {where} must be all texts or all whole numbers, but are not; "
            "write Literal['yes', 'no']"
        )
    if kinds == {str}:
        return _Described({"type": "string", "enum": [*values]}, TEXT_LEAF)
    return _Described({"type": "integer", "enum": [*values]}, INT)


def _members(kind: type[Enum], where: str) -> _Described:
    layout = enum_layout(kind)
    if layout is None:
        raise InputError(
            f"the values of the enum of {where} must be all texts or all whole numbers, but those "
            f"of '{kind.__name__}' are not; write Literal['red', 'green']"
        )
    return _Described(_choice([member.value for member in kind], where).schema, layout)


def _name(kind: object) -> str:
    return f"'{kind.__name__}'" if isinstance(kind, type) else f"'{kind}'"
