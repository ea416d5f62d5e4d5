"""Which requests of a block may be one, without any of them being sent too late."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from xdsl.ir import Block, Operation, Region, SSAValue

from ember_mlir.dialects.values import AsksModel
from ember_mlir.passes.analysis.failures import handles_failure
from ember_mlir.passes.batch_requests.calls import Call, Kind
from ember_mlir.passes.optimization import missed


@dataclass
class Group:
    """Requests of one block that may be one; `since` is how many borders there were before."""

    since: int
    members: list[Call] = field(default_factory=list[Call])
    is_read: bool = False


class Grouping:
    """A walk in program order that gathers the requests which may be one.

    A request may be sent later, but not behind a border: a function that is not pure, and
    where its failure is handled another request, as it counts what was asked before that.
    """

    def __init__(self, kinds: Mapping[Operation, Kind], acting: Set[Operation]) -> None:
        self.groups: list[Group] = []
        self._kinds = kinds
        self._acting = acting
        self._group_of: dict[SSAValue, Group] = {}

    def region(self, region: Region, *, handled: bool) -> bool:
        """Gather the requests of a region; whether there is any request in it."""
        return any([self.block(block, handled=handled) for block in region.blocks])

    def block(self, block: Block, *, handled: bool) -> bool:
        """Gather the requests of a block, and of the regions in it."""
        borders, asks = 0, False
        growing: dict[Kind, Group] = {}
        for op in block.ops:
            for operand in op.operands:
                if (group := self._group_of.get(operand)) is not None:
                    group.is_read = True
            inside = [
                self.region(inner, handled=handled or handles_failure(op, inner))
                for inner in op.regions
            ]
            is_request = op.has_trait(AsksModel) or any(inside)
            asks |= is_request
            joins = isinstance(op, Call) and self._joins(op, growing, borders)
            borders += op in self._acting or (handled and is_request and not joins)
            if isinstance(op, Call) and op in self._kinds:
                self._add(op, growing, borders)
        return asks

    def _joins(self, call: Call, growing: Mapping[Kind, Group], borders: int) -> bool:
        """Whether a request may be one with those of its kind before it; tells why not."""
        kind = self._kinds.get(call)
        group = None if kind is None else growing.get(kind)
        if group is None:
            return False
        if group.is_read:
            missed(call, "comes after something that reads what the one before it gives")
        elif group.since != borders:
            missed(call, "comes after something that the one before it has to come before")
        return not group.is_read and group.since == borders

    def _add(self, call: Call, growing: dict[Kind, Group], borders: int) -> None:
        kind = self._kinds[call]
        group = growing.get(kind)
        if group is None or group.is_read or group.since != borders:
            group = growing[kind] = Group(borders)
            self.groups.append(group)
        group.members.append(call)
        self._group_of[call.result] = group
