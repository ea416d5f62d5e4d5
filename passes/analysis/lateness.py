"""What is there only after something that takes time: a request, or a Python function.

All else is there at once, as far as anybody can tell. What stands in a branch is as late
as its operands: the branch waits for its condition as a whole.
"""

from __future__ import annotations

from collections.abc import Set

from xdsl.ir import Operation, SSAValue

from ember_mlir.dialects.ensemble import MapOp
from ember_mlir.dialects.llm import ApplyOp, ListOp
from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.values import AsksModel, repeats


def late_values(root: Operation) -> Set[SSAValue]:
    """The values in `root` that wait for a request or a Python function.

    One walk to find what takes time and one along what depends on it, so it takes linear
    time; ask before rewriting, as what is made new is not in it.
    """
    late: set[SSAValue] = set()
    _mark(root, slow_operations(root), late)
    return late


def is_late_in_parts(items: SSAValue, late: Set[SSAValue]) -> bool:
    """Whether some elements of a list may be there before others, if `late` values are late.

    What computes a list gives all of it at once; a list that is written out, or made by
    regions or requests, has each element as soon as that is there.
    """
    made = items.owner
    if items not in late or not isinstance(made, Operation):
        return items in late
    return bool(made.regions) or isinstance(made, ListOp) or made.has_trait(AsksModel)


def takes_time(op: Operation) -> bool:
    """Whether an operation by itself asks a model or applies a function."""
    return op.has_trait(AsksModel) or isinstance(op, ApplyOp)


def slow_operations(root: Operation) -> Set[Operation]:
    """The operations that take time, and all around them."""
    slow: set[Operation] = set()
    for op in walk(root):
        if takes_time(op):
            around: Operation | None = op
            while around is not None and around not in slow:
                slow.add(around)
                around = around.parent_op()
    return slow


def _mark(op: Operation, slow: Set[Operation], late: set[SSAValue]) -> None:
    is_late = any(operand in late for operand in op.operands)
    # A round takes what the round before has made; an element is as late as its list.
    carries = repeats(op) and op in slow and not isinstance(op, MapOp)
    for region in op.regions:
        for block in region.blocks:
            if is_late or carries:
                late.update(block.args)
            for inner in block.ops:
                _mark(inner, slow, late)
            # What a region captures from outside may be late, too.
            last = block.last_op
            is_late |= last is not None and any(value in late for value in last.operands)
    if is_late or op in slow:
        late.update(op.results)
