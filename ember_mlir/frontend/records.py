"""The fields of dataclasses and of pydantic models, as far as an answer can have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from inspect import Parameter, cleandoc, signature
from types import FunctionType
from typing import NamedTuple, TypeGuard, get_type_hints

from ember_mlir.errors import InputError
from ember_mlir.frontend.narrowing import ModelClass, is_any_list, is_model


class Field(NamedTuple):
    """A field: its name, its name in JSON, its type, and what is said of it.

    One that is not read is set by the class itself.
    """

    name: str
    key: str
    type: object
    description: str | None
    said: Sequence[object] = ()
    is_read: bool = True


def has_fields(kind: object) -> TypeGuard[type[object]]:
    """Whether a type is a dataclass or a model."""
    return is_model(kind) or (isinstance(kind, type) and is_dataclass(kind))


def fields_of(kind: type[object]) -> Sequence[Field]:
    """The fields of a dataclass or model; raises `InputError` if it is more than those."""
    name = kind.__name__
    found = _of_model(name, kind) if is_model(kind) else _of_dataclass(kind)
    if not any(field.is_read for field in found):
        raise InputError(f"'{name}' must have fields to be a schema, but has none")
    return found


def makes_itself(kind: type[object]) -> bool:
    """Whether the class does more to make an instance than to set what it is given."""
    if is_model(kind) or hasattr(kind, "__post_init__"):
        return True
    start: object = vars(kind).get("__init__")
    # Python writes the `__init__` of a dataclass in no file.
    own = isinstance(start, FunctionType) and start.__code__.co_filename != "<string>"
    return own or (is_dataclass(kind) and not all(field.init for field in fields(kind)))


def description_of(said: object) -> str | None:
    """What a class, a text or a field of pydantic's says for the model to know."""
    if isinstance(said, type):
        # Its own: `getdoc` would give that of a base, such as the manual of pydantic's.
        text: object = vars(said).get("__doc__")
        # Python writes the signature of a dataclass where there is no docstring.
        is_said = isinstance(text, str) and not text.startswith(f"{said.__name__}(")
        return cleandoc(text) if isinstance(text, str) and is_said else None
    text = said if isinstance(said, str) else getattr(said, "description", None)
    return text if isinstance(text, str) and text else None


def _of_dataclass(kind: type[object]) -> Sequence[Field]:
    assert is_dataclass(kind)
    try:
        hints = get_type_hints(kind, include_extras=True)
    except Exception as error:
        raise InputError(
            f"the fields of '{kind.__name__}' must be annotated with types, but reading them "
            f"fails: {error}; define the class at the top of a module"
        ) from None
    _check_made_of_fields(kind, [field.name for field in fields(kind) if field.init])
    found: list[Field] = []
    for field in fields(kind):
        if not field.init:
            _check_set(kind, field.name, field.default, field.default_factory)
        text: object = field.metadata.get("description")
        said = text if isinstance(text, str) else None
        found.append(Field(field.name, field.name, hints[field.name], said, (), field.init))
    return found


def _check_set(kind: type[object], name: str, *defaults: object) -> None:
    if not hasattr(kind, "__post_init__") and all(one is MISSING for one in defaults):
        raise InputError(
            f"'{kind.__name__}.{name}' must have a value, but nobody sets it; "
            "set it in __post_init__, or ask for it without init=False"
        )


def _check_made_of_fields(kind: type[object], names: Sequence[str]) -> None:
    taken = signature(kind).parameters
    needed = [name for name, one in taken.items() if one.default is Parameter.empty]
    if {*needed} <= {*names} <= {*taken}:
        return
    raise InputError(
        f"'{kind.__name__}' must be made of its fields alone to be a schema, but takes "
        f"({', '.join(taken)}); leave out InitVar and an __init__ of its own"
    )


def _of_model(name: str, kind: ModelClass) -> Sequence[Field]:
    if getattr(kind, "__pydantic_root_model__", False):
        raise InputError(
            f"'{name}' must have fields to be a schema, but is a root model; "
            "write the type that it holds"
        )
    hidden: object = getattr(kind, "__private_attributes__", None)
    if isinstance(hidden, Mapping) and hidden:
        raise InputError(
            f"'{name}' must be nothing but its fields to be a schema, but has private attributes; "
            "make it of a model without them"
        )
    return [_of_field(name, field, said) for field, said in kind.model_fields.items()]


def _of_field(model: str, name: str, said: object) -> Field:
    # Pydantic keeps what stands in Annotated apart from the type.
    kind: object = getattr(said, "annotation", None)
    metadata: object = getattr(said, "metadata", None)
    key: object = getattr(said, "validation_alias", None) or name
    if not isinstance(key, str):
        raise InputError(
            f"'{model}.{name}' must have one name in JSON to be a schema, but its alias is a "
            "choice or a path; write a text as its alias"
        )
    objects = metadata if is_any_list(metadata) else []
    texts = [description_of(said), *map(description_of, objects)]
    text = next((one for one in texts if one), None)
    return Field(name, key, kind, text, objects)
