"""The function of a module that is run from outside, and what it takes."""

from __future__ import annotations

from collections.abc import Iterable

from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Attribute, Operation

from ember_mlir.dialects.exec.nesting import entry_frames
from ember_mlir.dialects.names import argument_names
from ember_mlir.dialects.values import shape_of_type
from ember_mlir.errors import InputError
from ember_mlir.grammars import Shape
from ember_mlir.inputs import Parameter

MAIN = "main"
"""The symbol of the function that is run where several could be."""


def find_entry(module: ModuleOp) -> str:
    """The symbol of the only public function of `module`, or `main`, at any level.

    A frame is public if no other frame names it. Raises `InputError` with the
    candidates if there is no such function.
    """
    public = [op for op in module.ops if _is_public_function(op)]
    symbols = [_symbol(op) for op in [*public, *entry_frames(module)]]
    if len(symbols) == 1 or MAIN in symbols:
        return symbols[0] if len(symbols) == 1 else MAIN
    if not symbols:
        raise InputError("a module must have a public function to run, but this one has none")
    names = ", ".join(f"@{symbol}" for symbol in symbols)
    raise InputError(
        f"a module must have one public function or @{MAIN}, but has {names}; "
        f"make the others private, or call one @{MAIN}"
    )


def inputs_of(module: ModuleOp, entry: str) -> list[Parameter]:
    """What the function `entry` of a module at the level `llm` takes."""
    functions = [op for op in module.ops if isinstance(op, func.FuncOp)]
    function = next((found for found in functions if found.sym_name.data == entry), None)
    if function is None:
        raise InputError(f"the module must be of the level 'llm', but @{entry} is a frame")
    return parameters_of(argument_names(function), function.function_type.inputs)


def parameters_of(names: Iterable[str], types: Iterable[Attribute]) -> list[Parameter]:
    """What a frame takes whose arguments have these names and types."""
    return [Parameter(name, _shape(found)) for name, found in zip(names, types, strict=True)]


def _is_public_function(op: Operation) -> bool:
    if not isinstance(op, func.FuncOp) or op.is_declaration:
        return False
    return op.sym_visibility is None or op.sym_visibility.data == "public"


def _symbol(op: Operation) -> str:
    name = op.properties["sym_name"]
    assert isinstance(name, StringAttr)
    return name.data


def _shape(found: Attribute) -> Shape:
    shape = shape_of_type(found)
    if shape is None:
        raise InputError(
            "an input must be a text, number, list or record to be written on a command line, "
            f"but its type is {found}; call the program from Python"
        )
    return shape
