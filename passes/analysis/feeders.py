"""What is made for one value alone, so that it may be made where that is read, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from xdsl.ir import Block, Operation, SSAValue

from ember_mlir.dialects.values import AsksModel, has_no_effect


def made_for(value: SSAValue, reader: Operation, decisive: Set[Operation]) -> Sequence[Operation]:
    """What is made in the block of `reader` for a value of it alone, and may be made later.

    In an order in which values come before their uses. The failure of what is `decisive`
    is more than the end of the program, so that it may not come later, nor may a call
    that has no draw yet.
    """
    found: list[Operation] = []
    values = [value]
    while values:
        value = values.pop()
        op = value.owner
        if not isinstance(op, Operation) or op.parent is not reader.parent or op in decisive:
            continue
        if has_no_effect(op) and len(op.results) == 1 and value.has_one_use():
            found.append(op)
            values += op.operands
    # Each is read by one that was found before it.
    return found[::-1]


def asks(ops: Iterable[Operation | Block]) -> bool:
    """Whether a model may be asked by some of these operations, or inside of them."""
    found = [op for op in ops if isinstance(op, Operation)]
    return any(inner.has_trait(AsksModel) for op in found for inner in op.walk())
