"""Types of Python as grammars: what an answer must look like, and how it is held."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from inspect import Parameter, getdoc, signature
from types import UnionType
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin, get_type_hints

from ember_mlir.errors import InputError, InvalidIRError
from ember_mlir.frontend.layouts import (
    BOOL,
    FLOAT,
    INT,
    TEXT_LEAF,
    InstanceKind,
    Layout,
    ListOf,
    Parts,
)
from ember_mlir.frontend.narrowing import is_model
from ember_mlir.grammars import Grammar, check_grammar

Json = dict[str, Any]

_ATOMS: dict[object, tuple[Json, Layout]] = {
    str: ({"type": "string"}, TEXT_LEAF),
    int: ({"type": "integer"}, INT),
    float: ({"type": "number"}, FLOAT),
    bool: ({"type": "boolean"}, BOOL),
}
_STARS = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}
_FIX = "use str, int, float, bool, Literal, list, dataclasses and pydantic models"


@dataclass(frozen=True)
class Schema:
    """What an answer must look like, how its value is held, and what else must hold of it.

    `check` raises an error for a value that has the form, but is not right.
    """

    grammar: Grammar
    layout: Layout
    check: Callable[[object], object] | None = None


@lru_cache(maxsize=256)
def schema_of(kind: object) -> Schema:
    """The schema of a type. Raises `InputError` for one that no answer can be of.

    >>> schema_of(list[int]).grammar.text
    '{"type": "array", "items": {"type": "integer"}}'
    """
    found, layout = _described(kind, "schema")
    grammar = Grammar("json_schema", json.dumps(found, ensure_ascii=False))
    try:
        check_grammar(grammar)
    except InvalidIRError as error:
        raise InputError(f"the schema of {_name(kind)} cannot be used: {error.message}") from None
    return Schema(grammar, layout, kind.model_validate if is_model(kind) else None)


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
        properties[argument.name], layouts[argument.name] = _described(hints[argument.name], where)
    return {"type": "object", "properties": properties, "required": [*properties]}, layouts


def _described(kind: object, where: str) -> tuple[Json, Layout]:
    """The JSON schema of a type, and how its values are held."""
    if kind in _ATOMS:
        found, layout = _ATOMS[kind]
        return dict(found), layout
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        found, layout = _described(inner[0], where)
        texts = [one for one in inner[1:] if isinstance(one, str)]
        return found | ({"description": texts[0]} if texts else {}), layout
    if origin is Literal:
        return _choice(inner, where)
    if origin in (list, Sequence) and len(inner) == 1:
        items, element = _described(inner[0], where)
        return {"type": "array", "items": items}, ListOf(element)
    if _has_fields(kind):
        return _record(kind)
    raise InputError(
        f"the type of {where} must be one that an answer can spell, but got {_name(kind)}; "
        + (_OPTIONAL if origin in (Union, UnionType) else _FIX)
    )


_OPTIONAL = "give each case a field, and an empty text or list where there is nothing"


def _choice(values: Sequence[object], where: str) -> tuple[Json, Layout]:
    kinds = {type(value) for value in values}
    if kinds not in ({str}, {int}):
        raise InputError(
            f"the choices of {where} must be all texts or all whole numbers, but are not; "
            "write Literal['yes', 'no']"
        )
    if kinds == {str}:
        return {"type": "string", "enum": [*values]}, TEXT_LEAF
    return {"type": "integer", "enum": [*values]}, INT


def _record(kind: type[object]) -> tuple[Json, Layout]:
    names = field_names(kind)
    try:
        hints = get_type_hints(kind, include_extras=True)
    except Exception as error:
        raise InputError(
            f"the fields of '{kind.__name__}' must be annotated with types, but reading them "
            f"fails: {error}; define the class at the top of a module"
        ) from None
    described = {name: _described(hints[name], f"'{kind.__name__}.{name}'") for name in names}
    if not names:
        raise InputError(f"'{kind.__name__}' must have fields to be a schema, but has none")
    properties = {name: found | _said_of(kind, name) for name, (found, _) in described.items()}
    found: Json = {"type": "object", "properties": properties, "required": [*names]}
    found["additionalProperties"] = False
    doc = getdoc(kind) if "__doc__" in vars(kind) else None
    # Python writes the signature of a dataclass where there is no docstring.
    if doc and not doc.startswith(f"{kind.__name__}("):
        found["description"] = doc
    layouts = tuple([layout for _, layout in described.values()])
    return found, Parts(InstanceKind(kind, names), layouts)


def _has_fields(kind: object) -> TypeGuard[type[object]]:
    return is_model(kind) or (isinstance(kind, type) and is_dataclass(kind))


def field_names(kind: type[object]) -> tuple[str, ...]:
    """The names of the fields of a dataclass or model."""
    if is_model(kind):
        return tuple(kind.model_fields)
    assert is_dataclass(kind)
    return tuple([field.name for field in fields(kind) if field.init])


def _said_of(kind: type[object], name: str) -> Json:
    """What is said of a field in the class itself."""
    if is_model(kind):
        text: object = getattr(kind.model_fields[name], "description", None)
    else:
        assert is_dataclass(kind)
        text = next(one.metadata.get("description") for one in fields(kind) if one.name == name)
    return {"description": text} if isinstance(text, str) else {}


def _name(kind: object) -> str:
    return f"'{kind.__name__}'" if isinstance(kind, type) else f"'{kind}'"
