"""`lower-to-sched`: from what is asked to when and where it runs.

    llm.model @m                     =>  llm.model @m   and   sched.lane @m_lane for @m …
    %t = llm.template …              =>  %t = sched.task(…) { llm.template …  sched.yield }
    %l = llm.list(%a, %b)            =>  %l = sched.list(%a, %b)
    %a = llm.generate @m(%p) …       =>  %a = sched.task(%p) on @m_lane … { sched.request @m … }
    … as … retries 2                 =>  sched.attempt at_most 3 redraw do { sched.task … }
    %s = llm.score … among %l        =>  sched.if (%l has any) do { sched.task … } else { … }
    %d = ensemble.sample n of …      =>  %d = sched.fanout times n do { sched.task … }
    %r = ensemble.map %x in %xs      =>  %r = sched.fanout %x in %xs do { … }
    %r = ensemble.reduce … by k      =>  %r = sched.reduce … by k do { … }
    %j = ensemble.judge … among %l   =>  sched.if (%l has one) do { … } else { ask }
    ensemble.vote … stop …           =>  sched.quorum … stop …   (where it may stop)
    ensemble.parallel … and …        =>  sched.parallel do { … } and { … }
    ensemble.fallback … else …       =>  sched.attempt do { … } else { … }   (with its errors)
    ensemble.race … or …             =>  sched.first do { … } or { … }
    ensemble.cascade … else …        =>  the first rung, and a sched.if for each further one
    ensemble.refine … at_most n      =>  sched.loop … at_most n do { … }
    scf.if, scf.for, scf.while       =>  sched.if, sched.loop in a sched.if, sched.loop

Values become futures, and lists become lists whose pieces are ready one by one. Nothing
else keeps the order of the program, so where functions have effects tokens do: see
`effects.py`. Then a task without a request that only one other task reads moves into that
task. Every call keeps its draw, so this keeps `exact`: tasks run in any order, at once or
not.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp, SymbolRefAttr
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import RewritePattern

from ember_mlir.passes.analysis.levels import verify_operations
from ember_mlir.passes.lower_to_sched.arms import (
    CascadeToIfs,
    FallbackToAttempt,
    ParallelToParallel,
    RaceToFirst,
)
from ember_mlir.passes.lower_to_sched.effects import acting_operations, order_effects
from ember_mlir.passes.lower_to_sched.functions import (
    ArgumentsToFutures,
    FunctionToFutures,
    ModelToLane,
)
from ember_mlir.passes.lower_to_sched.lists import (
    ListToList,
    MapToFanout,
    ReduceToReduce,
    SampleToFanout,
)
from ember_mlir.passes.lower_to_sched.loops import (
    BranchToIf,
    ConditionToValues,
    ForToLoop,
    RefineToLoop,
    WhileToLoop,
)
from ember_mlir.passes.lower_to_sched.regions import regions_first
from ember_mlir.passes.lower_to_sched.requests import (
    EmbedToTask,
    GenerateToTask,
    JudgeToTasks,
    ScoreToTask,
)
from ember_mlir.passes.lower_to_sched.sinking import sink_local_tasks
from ember_mlir.passes.lower_to_sched.tasks import LocalToTask, RedactToTasks
from ember_mlir.passes.lower_to_sched.votes import VoteToQuorum, stopping_votes
from ember_mlir.passes.rewriting import SymbolNames, apply_once


class LowerToSchedPass(ModulePass):
    """Turn calls into tasks on lanes, values into futures, and maps into fan-outs."""

    name = "lower-to-sched"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        verify_operations(op, "llm")
        acting, stopping = acting_operations(op), stopping_votes(op)
        lanes: dict[str, SymbolRefAttr] = {}
        # A model may stand behind the functions that ask it.
        apply_once(op, op.ops, [ModelToLane(SymbolNames(op), lanes)])
        apply_once(op, regions_first(op), [FunctionToFutures(), ArgumentsToFutures()])
        # What a region holds is lowered before the operation that the region is of.
        apply_once(op, regions_first(op), patterns(lanes, acting, stopping))
        for function in op.ops:
            if isinstance(function, func.FuncOp):
                if acting:
                    order_effects(function)
                sink_local_tasks(function.body)


def patterns(
    lanes: Mapping[str, SymbolRefAttr], acting: Set[Operation], stopping: Set[Operation]
) -> tuple[RewritePattern, ...]:
    """What lowers the operations of functions; each operation is one pattern's.

    `lanes` are those of the models, `acting` the operations in which functions with an
    effect stand, and `stopping` the votes that may stop early.
    """
    return (
        VoteToQuorum(stopping),
        LocalToTask(ordered=bool(acting)),
        GenerateToTask(lanes),
        ListToList(),
        SampleToFanout(lanes, acting),
        MapToFanout(acting),
        ReduceToReduce(acting),
        RedactToTasks(),
        EmbedToTask(lanes),
        ScoreToTask(lanes),
        JudgeToTasks(lanes),
        ParallelToParallel(acting),
        FallbackToAttempt(),
        RaceToFirst(acting),
        CascadeToIfs(),
        RefineToLoop(),
        BranchToIf(),
        ForToLoop(),
        ConditionToValues(),
        WhileToLoop(),
    )
