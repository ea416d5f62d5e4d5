"""What in a block does not depend on the block: it could as well stand before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xdsl.ir import Block, Operation, SSAValue

from ember_mlir.passes.analysis.order import is_sure


class Invariants:
    """The operations of a block that could stand before it, as far as they were visited.

    Operations are visited in the order of the text. Those that are sure, and read nothing
    but what is invariant, are invariant themselves; others are if somebody says so.
    """

    def __init__(self, block: Block) -> None:
        self._varying: set[SSAValue] = set(block.args)
        self._sure: dict[Operation, int] = {}

    def visit(self, op: Operation, *, invariant: bool = False) -> None:
        """Note the next operation, which is `invariant`, or is if it is sure."""
        if invariant:
            return
        if is_sure(op) and self.reads_no_varying(op):
            self._sure[op] = len(self._sure)
        else:
            self._varying.update(op.results)

    def reads_no_varying(self, op: Operation) -> bool:
        """Whether all that `op` itself reads is there before the block."""
        return self._varying.isdisjoint(op.operands)

    def leading_to(self, ops: Iterable[Operation]) -> Sequence[Operation]:
        """The sure operations that `ops`, which are invariant, need; in the order of the text."""
        needed: set[Operation] = set()
        waiting = [owner for op in ops for owner in self._made_by(op)]
        while waiting:
            op = waiting.pop()
            if op not in needed:
                needed.add(op)
                waiting += self._made_by(op)
        return sorted(needed, key=self._sure.__getitem__)

    def _made_by(self, op: Operation) -> Sequence[Operation]:
        owners = [operand.owner for operand in op.operands]
        return [own for own in owners if isinstance(own, Operation) and own in self._sure]
