"""What goes into a run: values by name or position, checked against their types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ember_mlir.errors import InputError
from ember_mlir.grammars.shapes import ListShape, Shape, Value
from ember_mlir.inputs import Parameter

Argument: TypeAlias = "Value | Sequence[Argument]"
"""A value, or a list or tuple of arguments; what a program does not take is refused."""


def in_order(parameters: Sequence[Parameter], inputs: Mapping[str, Argument]) -> list[Argument]:
    """The inputs in the order of the parameters; raises `InputError` unless they match.

    >>> in_order([Parameter("a", "text"), Parameter("b", "text")], {"b": "2", "a": "1"})
    ['1', '2']
    """
    names = [parameter.name for parameter in parameters]
    unknown = [name for name in inputs if name not in names]
    missing = [name for name in names if name not in inputs]
    if unknown or missing:
        problem = f"'{unknown[0]}' is unknown" if unknown else f"'{missing[0]}' is missing"
        raise InputError(
            f"the inputs must be those of the program, but {problem}; {_listed(parameters)}"
        )
    return [inputs[name] for name in names]


def check(parameters: Sequence[Parameter], inputs: Sequence[Argument]) -> None:
    """Check inputs in the order of the parameters; raises `InputError`."""
    if len(inputs) != len(parameters):
        raise InputError(
            f"the program must get {len(parameters)} inputs, but got {len(inputs)}; "
            f"{_listed(parameters)}"
        )
    for parameter, value in zip(parameters, inputs, strict=True):
        if (found := _mismatch(value, parameter.shape)) is not None:
            raise InputError(
                f"the input '{parameter.name}' must be a {parameter.shape}, but got {found}"
            )


def _listed(parameters: Sequence[Parameter]) -> str:
    return f"it takes {', '.join(map(str, parameters)) or 'none'}"


def _mismatch(value: Argument, shape: Shape) -> str | None:
    """What is wrong with `value` as a text or list of that shape; None if nothing.

    >>> _mismatch(["a", ["b"]], ListShape("text"))
    'a list that holds a list'
    """
    if not isinstance(shape, ListShape):
        return None if isinstance(value, str) else _kind(value)
    if not isinstance(value, list | tuple):
        return _kind(value)
    for item in value:
        if (found := _mismatch(item, shape.element)) is not None:
            return f"a list that holds {found}"
    return None


def _kind(value: object) -> str:
    if value is None:
        return "None"
    return "a text" if isinstance(value, str) else f"a {type(value).__name__}"
