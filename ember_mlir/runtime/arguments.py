"""What goes into a run: values by name or position, checked against their types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from xdsl.ir import Attribute

from ember_mlir.dialects.values import ListType, TextType, shape_of_type
from ember_mlir.dialects.values.checking import fits
from ember_mlir.errors import InputError
from ember_mlir.grammars.shapes import Value

Argument: TypeAlias = "Value | Sequence[Argument]"
"""A value, or a list or tuple of arguments; what a program does not take is refused."""


def in_order(
    names: Sequence[str], types: Sequence[Attribute], inputs: Mapping[str, Argument]
) -> list[Argument]:
    """The inputs in the order of the names; raises `InputError` unless they match.

    >>> from ember_mlir.dialects.values import TEXT
    >>> in_order(["a", "b"], [TEXT, TEXT], {"b": "2", "a": "1"})
    ['1', '2']
    """
    unknown = [name for name in inputs if name not in names]
    missing = [name for name in names if name not in inputs]
    if unknown or missing:
        problem = f"'{unknown[0]}' is unknown" if unknown else f"'{missing[0]}' is missing"
        raise InputError(
            f"the inputs must be those of the program, but {problem}; {_listed(names, types)}"
        )
    return [inputs[name] for name in names]


def check(names: Sequence[str], types: Sequence[Attribute], inputs: Sequence[Argument]) -> None:
    """Check inputs in the order of the names and types; raises `InputError`."""
    if len(inputs) != len(types):
        raise InputError(
            f"the program must get {len(types)} inputs, but got {len(inputs)}; "
            f"{_listed(names, types)}"
        )
    for name, expected, value in zip(names, types, inputs, strict=True):
        if (found := _mismatch(value, expected)) is not None:
            raise InputError(f"the input '{name}' must be a {_shown(expected)}, but got {found}")


def _listed(names: Sequence[str], types: Sequence[Attribute]) -> str:
    listed = [f"{name}: {_shown(found)}" for name, found in zip(names, types, strict=True)]
    return f"it takes {', '.join(listed) or 'none'}"


def _shown(expected: Attribute) -> str:
    return str(shape_of_type(expected) or expected)


def _mismatch(value: Argument, expected: Attribute) -> str | None:
    """What is wrong with `value` as one of that type; None if nothing.

    >>> from ember_mlir.dialects.values import TEXTS
    >>> _mismatch(["a", ["b"]], TEXTS)
    'a list that holds a list'
    """
    if not isinstance(expected, ListType):
        return None if fits(value, expected) else _kind(value)
    if not isinstance(value, list | tuple):
        return _kind(value)
    if isinstance(expected.element, TextType) and set(map(type, value)) == {str}:
        # This is what the loop below comes to, for the longest lists that there are.
        return None
    for item in value:
        if (found := _mismatch(item, expected.element)) is not None:
            return f"a list that holds {found}"
    return None


def _kind(value: object) -> str:
    if value is None:
        return "None"
    return "a text" if isinstance(value, str) else f"a {type(value).__name__}"
