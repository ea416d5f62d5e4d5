"""Kinds of what is made of parts: how the parts are named, and how it is made of them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ember_mlir.frontend.narrowing import is_any_dict, is_any_tuple, is_model


class Kind(Protocol):
    """What is made of parts: how they are named, and how it is made of them again."""

    @property
    def names(self) -> Sequence[str]:
        """The names of the parts, in order."""
        ...

    def parts(self, value: object) -> Sequence[object]:
        """The parts of `value`, in order."""
        ...

    def make(self, parts: Sequence[object]) -> object:
        """The value that has these parts."""
        ...


@dataclass(frozen=True)
class TupleKind:
    """A tuple of so many parts."""

    size: int

    @property
    def names(self) -> Sequence[str]:
        return [str(number) for number in range(self.size)]

    def parts(self, value: object) -> Sequence[object]:
        assert is_any_tuple(value)
        return value

    def make(self, parts: Sequence[object]) -> object:
        return tuple(parts)


@dataclass(frozen=True)
class DictKind:
    """A dict with these keys."""

    keys: tuple[object, ...]

    @property
    def names(self) -> Sequence[str]:
        texts = [key for key in self.keys if isinstance(key, str)]
        if len(texts) == len(self.keys):
            return texts
        return [str(number) for number in range(len(self.keys))]

    def parts(self, value: object) -> Sequence[object]:
        assert is_any_dict(value)
        return [*value.values()]

    def make(self, parts: Sequence[object]) -> object:
        return dict(zip(self.keys, parts, strict=True))


@dataclass(frozen=True)
class InstanceKind:
    """An instance of a class that is nothing but its fields, as of a dataclass.

    A model knows of its fields which are `unset`: those have their defaults.
    """

    made: type[object]
    fields: tuple[str, ...]
    unset: tuple[str, ...] = ()

    def has_fields_of(self, other: object) -> bool:
        """Whether both are of one class, whatever is unset."""
        if not isinstance(other, InstanceKind):
            return False
        return (self.made, self.fields) == (other.made, other.fields)

    @property
    def names(self) -> Sequence[str]:
        return self.fields

    def parts(self, value: object) -> Sequence[object]:
        return [getattr(value, name) for name in self.fields]

    def make(self, parts: Sequence[object]) -> object:
        value: object = object.__new__(self.made)
        if is_model(self.made):
            # What validates has run when the value was read, and `model_construct` runs more.
            state = self.made.model_config
            given = {*self.fields}.difference(self.unset)
            object.__setattr__(value, "__pydantic_fields_set__", given)
            extra: object = {} if state.get("extra") == "allow" else None
            object.__setattr__(value, "__pydantic_extra__", extra)
            object.__setattr__(value, "__pydantic_private__", None)
            object.__setattr__(value, "__dict__", dict(zip(self.fields, parts, strict=True)))
            return value
        for name, part in zip(self.fields, parts, strict=True):
            object.__setattr__(value, name, part)
        return value
