"""Which requests of a block may be one, without any of them being sent too late."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, Region, SSAValue

from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.values import AsksModel
from ember_mlir.passes.analysis.failures import handles_failure
from ember_mlir.passes.batch_requests.blocks import Batch
from ember_mlir.passes.batch_requests.calls import Call, Kind
from ember_mlir.passes.optimization import missed


@dataclass
class Group:
    """Requests of one block that may be one; `since` is how many borders there were before.

    `reader` is the first operation of the block that reads one of them, `late` whether some
    of them come after it: then the request must stand before it, and `moved` with it, which
    is what makes the texts.
    """

    since: int
    members: list[Call] = field(default_factory=list[Call])
    reader: Operation | None = None
    late: bool = False
    moved: dict[Operation, None] = field(default_factory=dict[Operation, None])


class Grouping:
    """A walk in program order that gathers the requests which may be one.

    A request may be sent later, but not behind a border: a function that is not pure, and
    where its failure is handled another request, as it counts what was asked before that.
    Behind what reads another one it may be sent earlier, if its text can be made earlier;
    where a failure is handled it may not, as what stands between may fail.
    """

    def __init__(
        self, kinds: Mapping[Operation, Kind], acting: Set[Operation], *, tells: bool = True
    ) -> None:
        self.groups: list[Group] = []
        self._kinds = kinds
        self._acting = acting
        self._tells = tells
        self._group_of: dict[SSAValue, Group] = {}
        # The operations that were met, in order.
        self._places: dict[Operation, int] = {}

    def region(self, region: Region, *, handled: bool) -> bool:
        """Gather the requests of a region; whether there is any request in it."""
        return any([self.block(block, handled=handled) for block in region.blocks])

    def block(self, block: Block, *, handled: bool) -> bool:
        """Gather the requests of a block, and of the regions in it."""
        borders, asks = 0, False
        growing: dict[Kind, Group] = {}
        for op in block.ops:
            self._places[op] = len(self._places)
            for operand in op.operands:
                group = self._group_of.get(operand)
                if group is not None and group.reader is None:
                    group.reader = around(op, group.members[0].parent)
            inside = [
                self.region(inner, handled=handled or handles_failure(op, inner))
                for inner in op.regions
            ]
            is_request = op.has_trait(AsksModel) or any(inside)
            asks |= is_request
            joins = isinstance(op, Call) and self._joins(op, growing, borders, handled=handled)
            borders += op in self._acting or (handled and is_request and not joins)
            if isinstance(op, Call) and op in self._kinds:
                self._add(op, growing, borders, joins=joins)
        return asks

    def _joins(
        self, call: Call, growing: Mapping[Kind, Group], borders: int, *, handled: bool
    ) -> bool:
        """Whether a request may be one with those of its kind before it; tells why not."""
        kind = self._kinds.get(call)
        group = None if kind is None else growing.get(kind)
        if group is None:
            return False
        if group.since != borders:
            self._missed(call, "that the one before it has to come before")
            return False
        if group.reader is None:
            return True
        if handled or not self._moves(group, call.text):
            self._missed(call, "that reads what the one before it gives")
            return False
        group.late = True
        return True

    def _missed(self, call: Call, what: str) -> None:
        if self._tells:
            missed(call, f"comes after something {what}")

    def _moves(self, group: Group, text: SSAValue) -> bool:
        """Whether a text can be made before the reader of a group; notes what must move.

        Each operation is looked at once for a group, and once more where this fails: then
        the group grows no more.
        """
        block, reader = group.members[0].parent, group.reader
        assert reader is not None
        moved: dict[Operation, None] = {}
        pending = [text]
        while pending:
            value = pending.pop()
            made = value.owner
            if not isinstance(made, Operation) or made.parent is not block:
                continue
            if isinstance(made, Call):
                # Of this group, or of one that may be moved itself.
                return False
            if self._places[made] < self._places[reader] or made in moved or made in group.moved:
                continue
            if made in self._acting:
                return False
            moved[made] = None
            pending += [operand for inner in walk(made) for operand in inner.operands]
        group.moved.update(moved)
        return True

    def _add(self, call: Call, growing: dict[Kind, Group], borders: int, *, joins: bool) -> None:
        kind = self._kinds[call]
        if not joins:
            growing[kind] = Group(borders)
            self.groups.append(growing[kind])
        group = growing[kind]
        group.members.append(call)
        self._group_of[call.result] = group

    def batches(self, module: ModuleOp) -> Mapping[Operation, Batch]:
        """What there is to batch, by that of the requests at whose turn it is done."""
        found: dict[Operation, Batch] = {}
        if self._kinds:
            self.region(module.body, handled=False)
        for group in self.groups:
            members = group.members
            if len(members) == 1:
                continue
            if group.reader is None or not group.late:
                found[members[-1]] = Batch(members)
                continue
            # Its turn is before that of its reader, which may be replaced.
            moved = sorted(group.moved, key=self._places.__getitem__)
            found[members[0]] = Batch(members, group.reader, self._places[group.reader], moved)
        return found


def around(op: Operation, block: Block | None) -> Operation:
    """The operation of `block` that `op` is, or is in."""
    while op.parent is not block:
        outer = op.parent_op()
        assert outer is not None, "what reads a value stands where it is known"
        op = outer
    return op
