"""`lower-to-exec`: from tasks to instructions that fire when their inputs are ready.

    sched.lane @l for @m             =>  exec.lane @l model "m" from …
    llm.tool @t                      =>  exec.tool @t
    func.func @f                     =>  exec.frame @f
    func.func private @f             =>  (nothing)
    sched.task … { body }            =>  the instructions of the body, in the frame
    sched.request @m(%p) draw <d>    =>  exec.request @l(%p) sampled site <d> label … at …
    sched.fanout … do { body }       =>  exec.fanout @f.x …   and   exec.frame @f.x { body }
    sched.reduce … do { body }       =>  exec.reduce @f.x …   and   exec.frame @f.x { body }
    sched.parallel do { } and { }    =>  exec.parallel [@f.x, @f.y] …   and their frames
    sched.if %c do { } else { }      =>  exec.select %c then @f.x else @f.y …
    sched.loop … do { body }         =>  exec.loop @f.x …
    sched.first do { } or { }        =>  exec.first [@f.x, @f.y] …
    sched.attempt do { } else { }    =>  exec.attempt [@f.x, @f.y] …
    sched.scope do { body }          =>  exec.spawn @f.x …
    sched.cached … do { body }       =>  exec.cache_lookup … else @f.x …

Operations on values have an instruction of their own, or are an `exec.compute` of their
name. `!sched.future<none>` is a token, `!sched.handle` a handle; every other future or
list is the value that it stands for. What a region reads from outside becomes an argument
of its frame; the regions of one operation take the same. Tasks may dissolve because an
instruction fires by its own inputs, which is when the task would have started or sooner;
what must wait for a token says so (`after`). Every request keeps its draw, so this keeps
`exact`.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import RewritePattern

from ember_mlir.dialects import llm
from ember_mlir.dialects.operations import walk
from ember_mlir.passes.analysis.levels import verify_operations
from ember_mlir.passes.lower_to_exec.arms import (
    LowerAttempt,
    LowerFirst,
    LowerIf,
    LowerParallel,
)
from ember_mlir.passes.lower_to_exec.cache_keys import CacheKeys, cache_keys
from ember_mlir.passes.lower_to_exec.frames import (
    EraseUncallable,
    Frames,
    FunctionToFrame,
    ReturnToReturn,
)
from ember_mlir.passes.lower_to_exec.lists import LowerFanout, LowerList, LowerQuorum, LowerReduce
from ember_mlir.passes.lower_to_exec.requests import LowerEmbed, LowerRequest, LowerScore
from ember_mlir.passes.lower_to_exec.scopes import (
    LowerCached,
    LowerCancel,
    LowerDone,
    LowerLoop,
    LowerScope,
)
from ember_mlir.passes.lower_to_exec.slots import to_slots
from ember_mlir.passes.lower_to_exec.symbols import EraseModel, LowerLane, LowerTool
from ember_mlir.passes.lower_to_exec.tasks import InlineTask, Tokens
from ember_mlir.passes.lower_to_exec.values import (
    LowerAccept,
    LowerApply,
    LowerComputation,
    LowerConstant,
    LowerJoin,
    LowerParse,
    LowerTemplate,
    LowerVote,
)
from ember_mlir.passes.rewriting import SymbolNames, apply_once


class LowerToExecPass(ModulePass):
    """Turn tasks into instructions, and regions into frames."""

    name = "lower-to-exec"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        verify_operations(op, "sched")
        models = {found.sym_name.data: found for found in op.ops if isinstance(found, llm.ModelOp)}
        apply_once(op, op.ops, [EraseUncallable()])
        keys = cache_keys(op)
        to_slots(op)
        apply_once(op, op.ops, [LowerLane(models), LowerTool(), EraseModel()])
        names = SymbolNames(op)
        for function in list(op.ops):
            if isinstance(function, func.FuncOp):
                found = patterns(Frames(function, names), keys)
                apply_once(op, walk(function, inside_first=True), found)


def patterns(frames: Frames, keys: CacheKeys) -> Sequence[RewritePattern]:
    """What lowers one function; each operation is one pattern's."""
    tokens = Tokens(frames)
    return (
        LowerConstant(),
        LowerTemplate(),
        LowerJoin(),
        LowerList(),
        LowerComputation(),
        LowerRequest(),
        InlineTask(tokens),
        LowerEmbed(),
        LowerScore(),
        LowerParse(),
        LowerAccept(),
        LowerVote(),
        LowerApply(tokens),
        LowerQuorum(),
        LowerDone(),
        LowerCancel(),
        LowerFanout(frames),
        LowerReduce(frames),
        LowerParallel(frames),
        LowerIf(frames),
        LowerLoop(frames),
        LowerFirst(frames),
        LowerAttempt(frames),
        LowerScope(frames),
        LowerCached(frames, keys),
        ReturnToReturn(),
        FunctionToFrame(),
    )
