"""`merge-calls`: make equal calls one.

    %a = llm.generate @m(%p) draw <d>            %a = llm.generate @m(%p) draw <d>
    %b = llm.generate @m(%p) draw <d>     =>     (uses of %b become uses of %a)

Two operations are equal if they have the same name, operands, parameters and draw. Of
greedy calls the site does not count, as they draw nothing. Operations without effect
that lead to calls (templates, lists, constants, joins, votes) merge too, since else no
two prompts would be the same value.

Legal because a value depends on its request and its draw alone. Calls with different
draws are independent samples and never merge, nor do calls without a draw. An operation
merges only into one that is visible where it stands, so nothing moves. Keeps `exact`.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.traits import IsolatedFromAbove, IsTerminator, get_effects

from ember_mlir.dialects.names import LABEL, LENGTH_LABEL
from ember_mlir.dialects.values import is_greedy

LABELS = (LABEL, LENGTH_LABEL)

Key = tuple[str, tuple[SSAValue, ...], tuple[tuple[str, Attribute], ...], tuple[Attribute, ...]]


class MergeCallsPass(ModulePass):
    """Make equal calls one: the same request with the same draw is the same value."""

    name = "merge-calls"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for region in op.regions:
            merge_equal(region, {}, {})


def merge_equal(
    region: Region, known: dict[Key, Operation], merged: dict[SSAValue, SSAValue]
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
            merge_equal(inner, {} if op.has_trait(IsolatedFromAbove) else known, merged)
        key = key_of(op)
        if key is None:
            continue
        if (first := known.get(key)) is None:
            known[key] = op
            own.append(key)
        else:
            merged.update(zip(op.results, first.results, strict=True))
            dead.append(op)
    for op in reversed(dead):
        op.detach()
        op.erase()
    for key in own:
        del known[key]


def key_of(op: Operation) -> Key | None:
    """What an operation must share with another to be equal to it, if it can be equal."""
    if op.regions or not op.results or op.has_trait(IsTerminator) or get_effects(op) != set():
        return None
    ignored = "draw" if is_greedy(op) else ""
    properties = sorted((k, v) for k, v in op.properties.items() if k != ignored)
    # What is labelled is not what is not, though the values be the same.
    labels = [(name, found) for name in LABELS if (found := op.attributes.get(name)) is not None]
    return op.name, tuple(op.operands), (*properties, *labels), tuple(op.result_types)
