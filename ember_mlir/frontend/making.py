"""Instances as their classes make them, of values that were read.

A dataclass that only sets its fields is made of its parts by its layout. One with a
`__post_init__`, and a model, has a word to say: what it makes of a value is the value.
"""

from __future__ import annotations

from collections.abc import Callable

from ember_mlir.errors import InputError
from ember_mlir.frontend.kinds import InstanceKind
from ember_mlir.frontend.layouts import (
    BOOL,
    FLOAT,
    INT,
    TEXT_LEAF,
    EnumOf,
    Layout,
    ListOf,
    Maybe,
    Parts,
    fits_integer,
)
from ember_mlir.frontend.narrowing import is_any_dict, is_any_list, is_model
from ember_mlir.frontend.records import makes_itself
from ember_mlir.frontend.values import describe


def has_a_say(layout: Layout) -> bool:
    """Whether a class takes part in making a value that is laid out so."""
    match layout:
        case Maybe(inner):
            return has_a_say(inner)
        case ListOf(element):
            return element is not None and has_a_say(element)
        case Parts(kind, items):
            if isinstance(kind, InstanceKind) and makes_itself(kind.made):
                return True
            return any(map(has_a_say, items))
        case _:
            return False


def made(layout: Layout, read: object) -> object:
    """The value that classes make of one that was read; raises what they raise."""
    value = _made(layout, read)
    check_kept(layout, value, "it")
    return value


def kept(layout: Layout, make: Callable[..., object], *args: object, **kwargs: object) -> object:
    """What `make` gives, which must be laid out so; raises `InputError` for what is not."""
    value = make(*args, **kwargs)
    check_kept(layout, value, "it")
    return value


def _made(layout: Layout, read: object) -> object:
    match layout:
        case Maybe(inner):
            return None if read is None else _made(inner, read)
        case ListOf(element) if element is not None:
            assert is_any_list(read)
            return [_made(element, item) for item in read]
        case Parts(kind, items):
            assert is_any_dict(read)
            if isinstance(kind, InstanceKind) and is_model(kind.made):
                return kind.made.model_validate(read)
            # Fields that a dataclass sets itself are not read.
            named = zip(kind.names, items, strict=True)
            parts = {name: _made(item, read[name]) for name, item in named if name in read}
            if isinstance(kind, InstanceKind):
                return kind.made(**parts)
            return kind.make([*parts.values()])
        case _:
            return layout.read(read)


def check_kept(layout: Layout, value: object, what: str) -> None:
    """Raise `InputError` unless a value that a class has made is laid out as it is declared."""
    match layout:
        case Maybe(inner) if value is not None:
            check_kept(inner, value, what)
        case ListOf(element) if is_any_list(value):
            for index, item in enumerate(value if element is not None else ()):
                assert element is not None
                check_kept(element, item, f"{what}[{index}]")
        case Parts(kind, items) if _is_of(kind, value):
            for name, item, part in zip(kind.names, items, kind.parts(value), strict=True):
                check_kept(item, part, name if what == "it" else f"{what}.{name}")
        case _ if not _is_single(layout, value):
            raise InputError(
                f"what a class makes of an answer must keep its types, but '{what}' is "
                f"{describe(value)}; declare the field with that type, or leave its value as it is"
            )
        case _:
            pass


def _is_of(kind: object, value: object) -> bool:
    if isinstance(kind, InstanceKind):
        return type(value) is kind.made and all(hasattr(value, name) for name in kind.names)
    return is_any_dict(value)


def _is_single(layout: Layout, value: object) -> bool:
    """Whether a value without parts is laid out so."""
    if layout == INT:
        return type(value) is int and fits_integer(value)
    if isinstance(layout, EnumOf):
        return isinstance(value, layout.kind)
    if isinstance(layout, Maybe):
        return value is None
    return any(layout == leaf and isinstance(value, kind) for leaf, kind in _SIMPLE)


_SIMPLE: tuple[tuple[Layout, type], ...] = ((TEXT_LEAF, str), (FLOAT, float), (BOOL, bool))
