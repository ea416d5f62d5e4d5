"""What a value is, told so that nothing is claimed of what it holds.

A type checker takes the elements of a tuple that it knows nothing of for anything at all; here
they are objects. The `is_exact` ones hold of no subclass.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Protocol, TypeGuard


def is_any_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    """Whether `value` is a tuple, or of a subclass."""
    return isinstance(value, tuple)


def is_any_list(value: object) -> TypeGuard[list[object]]:
    """Whether `value` is a list, or of a subclass."""
    return isinstance(value, list)


def is_any_sequence(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    """Whether `value` is a list or tuple, or of a subclass."""
    return isinstance(value, list | tuple)


def is_any_dict(value: object) -> TypeGuard[dict[object, object]]:
    """Whether `value` is a dict, or of a subclass."""
    return isinstance(value, dict)


def is_any_namespace(value: object) -> TypeGuard[dict[str, object]]:
    """Whether `value`, which is made of the attributes of an object, is a dict."""
    return isinstance(value, dict)


def is_exact_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    """Whether `value` is a tuple."""
    return type(value) is tuple


def is_exact_list(value: object) -> TypeGuard[list[object]]:
    """Whether `value` is a list that captured code has not made."""
    return type(value) is list


def is_exact_dict(value: object) -> TypeGuard[dict[object, object]]:
    """Whether `value` is a dict that captured code has not made."""
    return type(value) is dict


def is_exact_set(value: object) -> TypeGuard[set[object]]:
    """Whether `value` is a set, and of no subclass."""
    return type(value) is set


def is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    """Whether `value` gives values for keys."""
    return isinstance(value, Mapping)


def is_iterable(value: object) -> TypeGuard[Iterable[object]]:
    """Whether `value` gives elements one by one, as often as asked or once."""
    return isinstance(value, Iterable)


def is_awaitable(value: object) -> TypeGuard[Awaitable[object]]:
    """Whether `value` can be awaited."""
    return isinstance(value, Awaitable)


def is_coroutine(value: object) -> TypeGuard[Coroutine[object, None, object]]:
    """Whether `value` is the call of an `async def`."""
    return isinstance(value, Coroutine)


def is_partial(value: object) -> TypeGuard[partial[object]]:
    """Whether `value` is a function of which some arguments are given."""
    return isinstance(value, partial)


def is_slice(value: object) -> TypeGuard[slice[object, object, object]]:
    """Whether `value` is what stands in brackets with colons."""
    return isinstance(value, slice)


def is_error_class(value: type) -> TypeGuard[type[BaseException]]:
    """Whether objects of a class can be raised."""
    return issubclass(value, BaseException)


def is_class(value: object) -> TypeGuard[type[object]]:
    """Whether `value` is a class."""
    return isinstance(value, type)


class ModelClass(Protocol):
    """A class of pydantic's, which this package does not import."""

    model_fields: Mapping[str, object]
    model_config: Mapping[str, object]

    def __call__(self, **values: object) -> object:
        """An instance with these values; raises a `ValueError` if they are not right."""
        ...

    def model_validate(self, obj: object, /) -> object:
        """An instance for a value that was read; raises a `ValueError` if it is not right."""
        ...


def is_model(value: object) -> TypeGuard[ModelClass]:
    """Whether `value` is a class that is a model of pydantic's."""
    names = ("model_fields", "model_validate", "model_config")
    return isinstance(value, type) and all(hasattr(value, name) for name in names)


def instance_fields(value: object) -> tuple[str, ...] | None:
    """The names of the fields of an instance of a dataclass or model; None for what is none."""
    if isinstance(value, type):
        return None
    if is_dataclass(value):
        return tuple([field.name for field in fields(value)])
    made = type(value)
    return tuple(made.model_fields) if is_model(made) else None
