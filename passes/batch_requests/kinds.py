"""Which requests have all in common but their text, and so may be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue

from ember_mlir.dialects import llm
from ember_mlir.dialects.names import LABEL
from ember_mlir.passes.analysis.awaiting import awaited_together
from ember_mlir.passes.analysis.failures import effectful_operations
from ember_mlir.passes.analysis.labels import infer_labels
from ember_mlir.passes.analysis.lateness import slow_operations
from ember_mlir.passes.batch_requests.blocks import Batch
from ember_mlir.passes.batch_requests.calls import ONE_BY_ONE, WAITS, Call, Kind
from ember_mlir.passes.batch_requests.grouping import Grouping
from ember_mlir.passes.optimization import missed


def groups_of(
    module: ModuleOp, calls: Sequence[Call], batched: Set[str], late: Set[SSAValue] | None
) -> Mapping[Operation, Batch]:
    """The requests that may be one, by that of them at whose turn the batch is made.

    No `late` text may be waited for, unless what waits for one waits for all.
    """
    alike: dict[Kind, list[Call]] = {}
    for call in calls:
        alike.setdefault(kind_of(call), []).append(call)
    several = {kind: found for kind, found in alike.items() if len(found) > 1}
    if not several:
        return {}
    inferred = infer_labels(module)
    labels = {asking.op: inferred.of_request(asking) for asking in inferred.requests}
    acting = effectful_operations(module)
    together = Grouping(joint_kinds(module, several, labels, batched, late), acting, tells=False)
    batches = together.batches(module)
    joined = {member for batch in batches.values() for member in batch.members}
    kinds: dict[Operation, Kind] = {}
    for kind, found in several.items():
        first = labels[found[0]]
        for call in found:
            if call in joined:
                continue
            if (reason := obstacle(call, batched, late)) is not None:
                missed(call, reason)
                continue
            kinds[call] = (*kind, labels[call])
            if (label := labels[call]) != first:
                missed(call, f"tells what is '{label}', and the one before it what is '{first}'")
    return {**batches, **Grouping(kinds, acting).batches(module)}


def joint_kinds(
    module: ModuleOp,
    several: Mapping[Kind, Sequence[Call]],
    labels: Mapping[Operation, object],
    batched: Set[str],
    late: Set[SSAValue] | None,
) -> Mapping[Operation, Kind]:
    """Requests of which some are about late texts, but which are waited for together."""
    if late is None:
        return {}
    in_block: dict[Block | None, list[Call]] = {}
    kinds: dict[Operation, Kind] = {}
    for kind, found in several.items():
        if found[0].model.string_value() in batched and any(call.text in late for call in found):
            in_block.setdefault(found[0].parent, []).extend(found)
            kinds.update({call: (*kind, labels[call]) for call in found})
    slow = slow_operations(module) if kinds else set[Operation]()
    joint: dict[Kind, list[Call]] = {}
    for found in in_block.values():
        for call, awaited in zip(found, awaited_together(found, slow), strict=True):
            if awaited is not None:
                joint.setdefault((*kinds[call], awaited), []).append(call)
    return {
        call: kind
        for kind, found in joint.items()
        if len(found) > 1 and any(call.text in late for call in found)
        for call in found
    }


def kind_of(call: Call) -> Kind:
    """What a request must share with another so that both may be one."""
    among = call.labels if isinstance(call, llm.ScoreOp) else None
    return call.parent, call.model, among, call.attributes.get(LABEL)


def obstacle(call: Call, batched: Set[str], late: Set[SSAValue] | None) -> str | None:
    """Why a request must be one of its own, in words."""
    if call.model.string_value() not in batched:
        return ONE_BY_ONE
    return WAITS if late is not None and call.text in late else None
