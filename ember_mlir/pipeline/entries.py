"""What whoever runs a program relies on: its entries, by name, with what they take and give."""

from __future__ import annotations

from collections.abc import Mapping

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp

from ember_mlir.dialects.exec import FrameOp
from ember_mlir.dialects.locations import invalid


def entries_of(module: ModuleOp) -> Mapping[str, tuple[int, int]]:
    """How many arguments and results each function or frame has that others may run."""
    found: dict[str, tuple[int, int]] = {}
    for op in module.ops:
        if isinstance(op, FuncOp):
            is_open = op.sym_visibility is None or op.sym_visibility.data == "public"
            if is_open and op.body.blocks:
                kind = op.function_type
                found[op.sym_name.data] = len(kind.inputs), len(kind.outputs)
        elif isinstance(op, FrameOp):
            kind = op.function_type
            found[op.sym_name.data] = len(kind.inputs), len(kind.outputs)
    return found


def check_entries(source: ModuleOp, module: ModuleOp) -> None:
    """Raise `InvalidIRError` unless all entries of `source` are still in `module`."""
    now = entries_of(module)
    for name, (taken, given) in entries_of(source).items():
        if name not in now:
            raise invalid(module, f"must still have the function '@{name}', but has not")
        if now[name] != (taken, given):
            raise invalid(
                module,
                f"must still have '@{name}' with {taken} arguments and {given} results, but it "
                f"has {now[name][0]} and {now[name][1]}",
            )
