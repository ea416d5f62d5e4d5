"""Branches and loops: what runs if a condition holds, or again until it does not."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith, scf
from xdsl.dialects.builtin import IndexType, IntegerAttr, i1, i64
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import ensemble, sched
from ember_mlir.dialects.locations import unnamed
from ember_mlir.passes.lower_to_sched.regions import (
    add_before,
    closed,
    last_of,
    taken,
    without_arguments,
    yielding,
)
from ember_mlir.passes.lower_to_sched.requests import first_of
from ember_mlir.passes.lower_to_sched.tasks import Body, task_of, whole
from ember_mlir.passes.rewriting import replace, rewrites

COUNT = sched.FutureType(i64)


class BranchToIf(RewritePattern):
    """scf.if %c { … } else { … }  =>  sched.if %c do { … } else { … }"""

    @rewrites
    def match_and_rewrite(self, op: scf.IfOp, rewriter: PatternRewriter, /) -> None:
        yes, no = op.true_region, op.false_region
        chosen = sched.IfOp(
            op.cond,
            taken(yes, *last_of(yes).operands),
            taken(no, *last_of(no).operands) if no.blocks else yielding(op),
            [sched.future_of(found) for found in op.result_types],
        )
        replace(rewriter, op, chosen)


class RefineToLoop(RewritePattern):
    """A refinement goes on as long as no round is accepted.

    ensemble.refine %x from %a at_most n do { … accept %b if %c }
      =>  sched.loop %x = %a at_most n do { … yield not %c, %b }
    must_accept  =>  and a task with sched.accept
    """

    @rewrites
    def match_and_rewrite(self, op: ensemble.RefineOp, rewriter: PatternRewriter, /) -> None:
        last = last_of(op.body)
        value, accepted = last.operands
        again = task_of(last, [accepted], opposite)
        again.result.name_hint = "again"
        add_before(last, again)
        body = taken(op.body, again.result, value)
        loop = sched.LoopOp([op.first], body, op.rounds.value.data)
        loop.location = op.location
        if op.must_accept is None:
            replace(rewriter, op, loop, loop.state)
        else:
            checked = task_of(op, [*loop.state, loop.more], accepted_unless)
            replace(rewriter, op, [loop, checked], [checked.result])


def opposite(conditions: Sequence[SSAValue]) -> Sequence[Operation]:
    """The body of a task that gives whether a condition does not hold."""
    true = arith.ConstantOp(IntegerAttr(True, i1))
    return [true, arith.XOrIOp(conditions[0], true)]


def accepted_unless(values: Sequence[SSAValue]) -> Sequence[Operation]:
    """The body of a task that gives a value, which must not be refused."""
    value, refused = values
    true, accepted = opposite([refused])
    return [true, accepted, sched.AcceptOp(value, accepted.results[0])]


class ForToLoop(RewritePattern):
    """A loop that counts carries its number, and how many rounds are left.

    scf.for %i = %a to %b step %s iter_args(%x = %y) { … yield %z }
      =>  %n = rounds from %a to %b by %s
          sched.if %n > 0 do {
            sched.loop %i = %a, %left = %n, %x = %y do {
              … yield %left > 1, %i + %s, %left - 1, %z
            }
          } else { yield %y }
    """

    @rewrites
    def match_and_rewrite(self, op: scf.ForOp, rewriter: PatternRewriter, /) -> None:
        rounds = task_of(op, [op.lb, op.ub, op.step], rounds_of)
        some = task_of(op, [rounds.result], more_than(0))
        last, block = last_of(op.body), op.body.block
        number, left = block.args[0], block.insert_arg(COUNT, 1, unnamed(op.location))
        more = task_of(op, [left], more_than(1))
        number_after = task_of(op, [number, op.step], lambda both: [arith.AddiOp(both[0], both[1])])
        left_after = task_of(op, [left], one_less)
        add_before(last, more, number_after, left_after)
        rounds.result.name_hint = left.name_hint = left_after.result.name_hint = "left"
        number_after.result.name_hint = number.name_hint
        some.result.name_hint, more.result.name_hint = "some", "more"
        handed_on = [more.result, number_after.result, left_after.result, *last.operands]
        initial = [op.lb, rounds.result, *op.iter_args]
        loop = sched.LoopOp(initial, taken(op.body, *handed_on), None)
        loop.location = op.location
        state = loop.state[2:]
        chosen = sched.IfOp(
            some.result,
            closed(Block([loop]), op, *state),
            yielding(op, *op.iter_args),
            [value.type for value in state],
        )
        replace(rewriter, op, [rounds, some, chosen])


def rounds_of(bounds: Sequence[SSAValue]) -> Sequence[Operation]:
    """The body of a task that gives how many rounds a loop of these bounds makes."""
    if isinstance(bounds[0].type, IndexType):
        return [sched.RoundsOp(*bounds)]
    casts = [arith.IndexCastOp(bound, IndexType()) for bound in bounds]
    return [*casts, sched.RoundsOp(*[found.result for found in casts])]


def more_than(number: int) -> Body:
    """The body of a task that gives whether a count is more than a number."""

    def body(counts: Sequence[SSAValue]) -> Sequence[Operation]:
        other = whole(number)
        return [other, arith.CmpiOp(counts[0], other.result, "sgt")]

    return body


def one_less(counts: Sequence[SSAValue]) -> Sequence[Operation]:
    """The body of a task that gives a count without one."""
    one = whole(1)
    return [one, arith.SubiOp(counts[0], one)]


class ConditionToValues(RewritePattern):
    """What the first region of a loop hands on is what its second region takes.

    scf.condition(%c) %h  } do {  ^bb0(%x): …    =>    … of %h in place of %x
    """

    @rewrites
    def match_and_rewrite(self, op: scf.ConditionOp, rewriter: PatternRewriter, /) -> None:
        loop = op.parent_op()
        assert isinstance(loop, scf.WhileOp)
        for argument, value in zip(loop.after_region.block.args, op.args, strict=True):
            rewriter.replace_all_uses_with(argument, value)


class WhileToLoop(RewritePattern):
    """A run is the first region and, if the condition holds, the second.

    scf.while (%x = %a) { … condition(%c) %h } do { … yield %y }
      =>  sched.loop %x = %a do {
            …  %next = sched.if %c do { … yield %y } else { yield %h }
            yield %c, %next
          }

    Where what is handed on has other types than the state, the state keeps it as well, in
    lists that are empty before the first run.
    """

    @rewrites
    def match_and_rewrite(self, op: scf.WhileOp, rewriter: PatternRewriter, /) -> None:
        condition, *handed_on = last_of(op.before_region).operands
        types = [value.type for value in op.arguments]
        if types == [value.type for value in handed_on]:
            body = run_of(op, condition, handed_on, [])
            loop = sched.LoopOp(op.arguments, body, None)
            replace(rewriter, op, loop, loop.state)
            return
        kept = [sched.ListOp([value], sched.stream_of(value.type)) for value in handed_on]
        empty = [sched.ListOp([], found.result.type) for found in kept]
        block = op.before_region.block
        state = list(block.args)
        for found in kept:
            block.insert_arg(found.result.type, len(block.args), unnamed(op.location))
        body = run_of(op, condition, state, kept)
        loop = sched.LoopOp([*op.arguments, *(found.result for found in empty)], body, None)
        loop.location = op.location
        read = [task_of(op, [found], first_of) for found in loop.state[len(state) :]]
        for task in read:
            task.attributes.update(op.attributes)
        replace(rewriter, op, [*empty, loop, *read], [task.result for task in read])


def run_of(
    op: scf.WhileOp,
    condition: SSAValue,
    otherwise: Sequence[SSAValue],
    kept: Sequence[sched.ListOp],
) -> Region:
    """The region of one run, which yields the state `otherwise` if it is the last.

    It yields what is `kept` besides.
    """
    second = without_arguments(op.after_region)
    chosen = sched.IfOp(
        condition,
        taken(second, *last_of(second).operands),
        yielding(op, *otherwise),
        [value.type for value in op.arguments],
    )
    last = last_of(op.before_region)
    add_before(last, chosen, *kept)
    results = [*chosen.values, *(found.result for found in kept)]
    return taken(op.before_region, condition, *results)
