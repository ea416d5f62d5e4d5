"""Which requests of a block may be one, without any of them being sent too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, Region, SSAValue

from ember_mlir.dialects import llm
from ember_mlir.dialects.names import LABEL
from ember_mlir.dialects.values import AsksModel
from ember_mlir.passes.analysis.failures import effectful_operations, handles_failure
from ember_mlir.passes.analysis.labels import infer_labels
from ember_mlir.passes.batch_requests.calls import ONE_BY_ONE, WAITS, Call
from ember_mlir.passes.optimization import missed

Kind = tuple[object, ...]
"""What requests have in common that may be one: where they stand, and all but their text."""


def groups_of(
    module: ModuleOp, calls: Sequence[Call], batched: Set[str], late: Set[SSAValue] | None
) -> Mapping[Operation, Sequence[Call]]:
    """The requests that may be one, by the last of them; no `late` text may be waited for."""
    alike: dict[Kind, list[Call]] = {}
    for call in calls:
        alike.setdefault(kind_of(call), []).append(call)
    several = {kind: found for kind, found in alike.items() if len(found) > 1}
    if not several:
        return {}
    inferred = infer_labels(module)
    labels = {asking.op: inferred.of_request(asking) for asking in inferred.requests}
    kinds: dict[Operation, Kind] = {}
    for kind, found in several.items():
        first = labels[found[0]]
        for call in found:
            if (reason := obstacle(call, batched, late)) is not None:
                missed(call, reason)
                continue
            kinds[call] = (*kind, labels[call])
            if (label := labels[call]) != first:
                missed(call, f"tells what is '{label}', and the one before it what is '{first}'")
    grouping = Grouping(kinds, effectful_operations(module))
    grouping.region(module.body, handled=False)
    groups = [group.members for group in grouping.groups if len(group.members) > 1]
    return {members[-1]: members for members in groups}


def kind_of(call: Call) -> Kind:
    """What a request must share with another so that both may be one."""
    among = call.labels if isinstance(call, llm.ScoreOp) else None
    return call.parent, call.model, among, call.attributes.get(LABEL)


def obstacle(call: Call, batched: Set[str], late: Set[SSAValue] | None) -> str | None:
    """Why a request must be one of its own, in words."""
    if call.model.string_value() not in batched:
        return ONE_BY_ONE
    return WAITS if late is not None and call.text in late else None


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
