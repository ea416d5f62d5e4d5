"""`merge-calls`: make equal calls one.

    %a = llm.generate @m(%p) draw <d>            %a = llm.generate @m(%p) draw <d>
    %b = llm.generate @m(%p) draw <d>     =>     (uses of %b become uses of %a)

Two operations are equal if they have the same name, operands, parameters and draw. Of
greedy calls the site does not count, as they draw nothing. Operations without effect
that lead to calls (templates, lists, constants, joins, votes) merge too, since else no
two prompts would be the same value.

Legal because a value depends on its request and its draw alone. Calls with different
draws are independent samples and never merge, nor do calls without a draw. An operation
merges only into one that is visible where it stands, so nothing moves. One operation that
asks for the same answer several times asks once (see `broadcasts.py`). Keeps `exact`.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, Region, SSAValue
from xdsl.traits import IsolatedFromAbove

from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.values import AsksModel
from ember_mlir.passes.analysis.equality import Key, key_of
from ember_mlir.passes.merge_calls.broadcasts import BROADCASTS, is_one
from ember_mlir.passes.merge_calls.samples import Samples
from ember_mlir.passes.optimization import Optimization, current_setting, fired
from ember_mlir.passes.rewriting import apply_once


class MergeCallsPass(Optimization):
    """Make equal calls one: the same request with the same draw is the same value."""

    name = "merge-calls"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        samples = Samples() if current_setting().remarks is not None else None
        for region in op.regions:
            merge_equal(region, {}, {}, samples)
        # What is put once where it was several times may be equal to what stands before it.
        if any(map(is_one, walk(op))):
            apply_once(op, op.walk(region_first=True), BROADCASTS)
            for region in op.regions:
                merge_equal(region, {}, {})


def merge_equal(
    region: Region,
    known: dict[Key, Operation],
    merged: dict[SSAValue, SSAValue],
    samples: Samples | None = None,
) -> None:
    """Merge the equal operations of a region, given those known around it.

    Uses are renamed when the user is visited, in one go per user: renaming them when
    the duplicate is found would take quadratic time on a list of many duplicates.
    """
    own: list[Key] = []
    dead: list[Operation] = []
    for op in (op for block in region.blocks for op in block.ops):
        if any(operand in merged for operand in op.operands):
            op.operands = [merged.get(operand, operand) for operand in op.operands]
        for inner in op.regions:
            merge_equal(inner, {} if op.has_trait(IsolatedFromAbove) else known, merged, samples)
        key = key_of(op)
        if key is None:
            continue
        if (first := known.get(key)) is None:
            known[key] = op
            own.append(key)
            if samples is not None:
                samples.stays(op, key)
        else:
            if op.has_trait(AsksModel):
                fired(op, "is one with the call before it that asks the same")
            merged.update(zip(op.results, first.results, strict=True))
            dead.append(op)
    for op in dead:
        op.detach()
        op.erase()
    for key in own:
        del known[key]
