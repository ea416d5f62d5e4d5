"""Operations of several regions: all of them, one that works, the first, one that is good."""

from __future__ import annotations

from collections.abc import Sequence, Set

from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import ensemble, llm, sched
from ember_mlir.dialects.formats.errors import names_of
from ember_mlir.dialects.values import ListType
from ember_mlir.passes.lower_to_sched.regions import (
    add_before,
    closed,
    last_of,
    taken,
    yielding,
)
from ember_mlir.passes.lower_to_sched.tasks import task_of
from ember_mlir.passes.rewriting import move_ops, replace, rewrites


class ParallelToParallel(RewritePattern):
    """The arms of a parallel run at once, unless functions with an effect stand in them.

    ensemble.parallel on_error drop do { … } and { … }
      =>  sched.parallel on_error drop do { … } and { … }
    """

    def __init__(self, acting: Set[Operation]) -> None:
        self.acting = acting

    @rewrites
    def match_and_rewrite(self, op: ensemble.ParallelOp, rewriter: PatternRewriter, /) -> None:
        if op in self.acting:
            replace(rewriter, op, one_by_one(op))
            return
        parallel = sched.ParallelOp(
            taken_arms(op),
            sched.future_of(op.result.type),
            drop=op.drop is not None,
            default=op.default,
        )
        replace(rewriter, op, parallel)


def taken_arms(op: ensemble.ParallelOp | ensemble.FallbackOp | ensemble.RaceOp) -> list[Region]:
    """The regions of `op`, which yield what they gave."""
    return [taken(arm, *last_of(arm).operands) for arm in op.arms]


def one_by_one(op: ensemble.ParallelOp) -> Sequence[Operation]:
    """The arms of a parallel whose effects have an order, and the list of their values.

    do { %x } and { %y }                     =>  sched.list(%x, %y)
    on_error use %d do { %x } and { %y }     =>  sched.list of sched.attempt do { %x } else { %d }
    on_error drop do { %x } and { %y }       =>  the same of [%x], else [], joined
    """
    joined = op.result.type
    assert isinstance(joined, ListType)
    listed = sched.future_of(joined)
    if op.default is None and op.drop is None:
        return [sched.ListOp([inlined(arm, op)[0] for arm in op.arms], listed)]
    if op.default is not None:
        used = op.default
        attempts = [sched.AttemptOp([arm, yielding(op, used)], used.type) for arm in taken_arms(op)]
        return [*attempts, sched.ListOp([attempt.result for attempt in attempts], listed)]
    attempts = [
        sched.AttemptOp([one_of(arm, op, listed), none(op, listed)], listed) for arm in op.arms
    ]
    for attempt in attempts:
        attempt.location = op.location
    results = [attempt.result for attempt in attempts]
    return [*attempts, task_of(op, results, lambda lists: [llm.ConcatOp(lists, joined)])]


def one_of(arm: Region, op: Operation, listed: Attribute) -> Region:
    """An arm that gives its value as a list."""
    last = last_of(arm)
    only = sched.ListOp(last.operands, listed)
    add_before(last, only)
    return taken(arm, only.result)


def none(op: Operation, listed: Attribute) -> Region:
    """An arm that gives the empty list."""
    empty = sched.ListOp([], listed)
    empty.location = op.location
    return closed(Block([empty]), op, empty.result)


def inlined(arm: Region, op: Operation) -> Sequence[SSAValue]:
    """What an arm gives, whose operations now stand before `op` and not in it."""
    last = last_of(arm)
    given = last.operands
    last.detach()
    last.erase()
    move_ops(arm.block, op, {})
    return given


class FallbackToAttempt(RewritePattern):
    """ensemble.fallback do { … } else { … }  =>  sched.attempt do { … } else { … }"""

    @rewrites
    def match_and_rewrite(self, op: ensemble.FallbackOp, rewriter: PatternRewriter, /) -> None:
        errors, found = names_of(op.errors), sched.future_of(op.result.type)
        replace(rewriter, op, sched.AttemptOp(taken_arms(op), found, errors=errors))


class RaceToFirst(RewritePattern):
    """ensemble.race do { … } or { … }  =>  sched.first do { … } or { … }

    A race permits the result of any arm that succeeds. Where functions with an effect
    stand in its arms, it takes the first arm that does, as several must not run.
    """

    def __init__(self, acting: Set[Operation]) -> None:
        self.acting = acting

    @rewrites
    def match_and_rewrite(self, op: ensemble.RaceOp, rewriter: PatternRewriter, /) -> None:
        several = len(op.arms) > 1 and op not in self.acting
        kind = sched.FirstOp if several else sched.AttemptOp
        replace(rewriter, op, kind(taken_arms(op), sched.future_of(op.result.type)))


class CascadeToIfs(RewritePattern):
    """A further rung runs if the one before is not accepted.

    ensemble.cascade do { … accept %a if %c } else { … yield %b }
      =>  …  sched.if %c do { yield %a } else { … yield %b }

    A rung that is not the last gives its value and whether it is accepted, so that the
    regions of a cascade of many rungs stand behind one another and not inside.
    """

    @rewrites
    def match_and_rewrite(self, op: ensemble.CascadeOp, rewriter: PatternRewriter, /) -> None:
        first, *others = op.arms
        if not others and len(last_of(first).operands) == 1:
            # A region of its own, for what else is written on the operation.
            only = sched.AttemptOp(
                [taken(first, *last_of(first).operands)], sched.future_of(op.result.type)
            )
            replace(rewriter, op, only)
            return
        found = inlined(first, op)
        made: list[Operation] = []
        for rung in others:
            chosen = rung_unless_accepted(op, found, rung)
            found = chosen.values
            made.append(chosen)
        if len(found) == 2:
            accepted = task_of(op, found, lambda values: [sched.AcceptOp(*values)])
            found = [accepted.result]
            made.append(accepted)
        replace(rewriter, op, made, [found[0]])


def rung_unless_accepted(
    op: ensemble.CascadeOp, before: Sequence[SSAValue], rung: Region
) -> sched.IfOp:
    """What stands `before`, a value and whether it is accepted, or what `rung` gives."""
    given = last_of(rung).operands
    chosen = sched.IfOp(
        before[1],
        yielding(op, *before[: len(given)]),
        taken(rung, *given),
        [value.type for value in before[: len(given)]],
    )
    chosen.location = op.location
    return chosen
