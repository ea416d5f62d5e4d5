"""What runs ahead of a branch at the level `sched`, and only one of its arms reads."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from xdsl.ir import Block, Operation, Region, SSAValue

from ember_mlir.dialects import sched

Running = (
    sched.TaskOp
    | sched.ListOp
    | sched.ParallelOp
    | sched.FanoutOp
    | sched.ReduceOp
    | sched.QuorumOp
    | sched.IfOp
    | sched.FirstOp
    | sched.AttemptOp
    | sched.LoopOp
)
"""Operations that run something, or put it together, and are over when it is."""


@dataclass(eq=False, slots=True)
class Group:
    """What gives a value that only `arm` reads, a region of `branch` in the same block.

    `ops` are the operations that lead to the value and to nothing else, in the order of
    the text; the last one gives it.
    """

    branch: sched.IfOp
    arm: Region
    reversed_ops: list[Operation] = field(default_factory=list[Operation])

    @property
    def ops(self) -> Sequence[Operation]:
        """The operations, in the order of the text."""
        return self.reversed_ops[::-1]

    @property
    def last(self) -> Operation:
        """The operation that gives the value."""
        return self.reversed_ops[0]


Reader = Group | Region | None
"""Who reads a value: a group, an arm of a branch beside it, or several or anybody else."""


class Losers:
    """Finds the groups of `root`, in one walk from the last operation to the first.

    Operations in `kept` are in no group. Who reads a value is known before what gives it is
    visited; the operation around a reader that stands beside the value is looked up by how
    deep the value stands.
    """

    def __init__(self, root: Operation, kept: Set[Operation]) -> None:
        self.groups: list[Group] = []
        self._kept = kept
        self._depths: dict[Block, int] = {}
        self._at: list[tuple[Operation, Region]] = []
        self._readers: dict[SSAValue, Reader] = {}
        self._group_of: dict[Operation, Group] = {}
        for region in root.regions:
            self._visit(region)

    def _visit(self, region: Region) -> None:
        for block in region.blocks:
            self._depths[block] = len(self._at)
            for op in reversed(block.ops):
                self._join(op)
                self._at.append((op, region))
                for operand in op.operands:
                    self._read(operand)
                for inner in op.regions:
                    self._visit(inner)
                self._at.pop()

    def _read(self, value: SSAValue) -> None:
        block = value.owner if isinstance(value.owner, Block) else value.owner.parent
        assert block is not None
        depth = self._depths[block]
        beside = self._at[depth][0]
        reader: Reader = self._group_of.get(beside)
        if reader is None and isinstance(beside, sched.IfOp) and depth + 1 < len(self._at):
            reader = self._at[depth + 1][1]
        if self._readers.setdefault(value, reader) is not reader:
            self._readers[value] = None

    def _join(self, op: Operation) -> None:
        """Let `op` join the group that alone reads it, or begin one if an arm does."""
        found = {self._readers[result] for result in op.results if result in self._readers}
        if len(found) != 1 or op in self._kept or not isinstance(op, Running):
            return
        (reader,) = found
        if isinstance(reader, Region) and len(op.results) == 1:
            branch = reader.parent
            assert isinstance(branch, sched.IfOp)
            reader = Group(branch, reader)
            self.groups.append(reader)
        if isinstance(reader, Group):
            reader.reversed_ops.append(op)
            self._group_of[op] = reader
