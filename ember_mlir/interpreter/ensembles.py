"""What the operations of `ensemble` give."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from xdsl.ir import Block, Operation

from ember_mlir.dialects import ensemble
from ember_mlir.dialects.formats.errors import names_of
from ember_mlir.errors import (
    InvalidIRError,
    NotAcceptedError,
    ProgramError,
    handed_on,
    is_named,
)
from ember_mlir.interpreter.requests import ask, judge, whole
from ember_mlir.semantics import Value, best, check_reducible, reduce_levels, vote

if TYPE_CHECKING:
    from ember_mlir.interpreter.run import Results, Run

Member = Callable[[], Value]
"""One of several that are run: a sample, an arm, a body for one element."""


def results(run: Run, op: Operation) -> Results:
    """The results of an operation of `ensemble`."""
    return (result(run, op),)


def result(run: Run, op: Operation) -> Value:
    """The result of an operation of `ensemble`; each has one."""
    match op:
        case ensemble.SampleOp():
            count = range(op.count.value.data)
            return members(run, op, (partial(ask, run, op, [*run.indices, i]) for i in count))
        case ensemble.ParallelOp():
            return members(run, op, (partial(arm, run, region.block) for region in op.arms))
        case ensemble.MapOp():
            items = enumerate(run[op.items])
            return members(run, op, (partial(body, run, op.body.block, x, i) for i, x in items))
        case ensemble.ReduceOp():
            return reduce(run, op)
        case ensemble.VoteOp():
            keys = None if op.keys is None else run[op.keys]
            # A lossless stop changes nothing; an adaptive one looks at fewer answers.
            confidence = None if op.confidence is None else op.confidence.data
            return vote(run[op.answers], keys, whole(op.min_valid), confidence)
        case ensemble.JudgeOp():
            return judge(run, op)
        case ensemble.BestOp():
            return best(run[op.answers], run[op.scores])
        case ensemble.CascadeOp():
            return cascade(run, op)
        case ensemble.FallbackOp() | ensemble.RaceOp():
            # A race permits the result of any arm that succeeds: this takes the first.
            return first_success(run, op)
        case ensemble.RefineOp():
            return refine(run, op)
        case _:
            raise InvalidIRError(f"'{op.name}' must not stand in a function")


def arm(run: Run, block: Block) -> Value:
    """The value of a region without arguments."""
    return run.block(block)[0]


def body(run: Run, block: Block, argument: Value, index: int) -> Value:
    """The value of one run of the region of a map or reduction."""
    return run.repeat(block, [argument], index)[0]


def members(
    run: Run,
    op: ensemble.SampleOp | ensemble.ParallelOp | ensemble.MapOp,
    all_members: Iterable[Member],
) -> list[Value]:
    """The values of all members; one that fails is dropped or replaced if `op` says so."""
    found: list[Value] = []
    for member in all_members:
        try:
            found.append(member())
        except ProgramError:
            if op.default is not None:
                found.append(run[op.default])
            elif op.drop is None:
                raise
    return found


def reduce(run: Run, op: ensemble.ReduceOp) -> Value:
    """Merge groups of neighbours, level by level, until one value is left."""
    level = run[op.items]
    check_reducible(len(level))
    arity = op.arity.value.data
    for length, first in reduce_levels(len(level), arity):
        groups = [level[start : start + arity] for start in range(0, length, arity)]
        level = [
            group[0] if len(group) == 1 else body(run, op.body.block, group, first + node)
            for node, group in enumerate(groups)
        ]
    return level[0]


def cascade(run: Run, op: ensemble.CascadeOp) -> Value:
    """The value of the first rung that is accepted."""
    for rung in op.arms:
        value, *accepted = run.block(rung.block)
        if accepted in ([], [True]):
            return value
    raise NotAcceptedError(
        f"a rung of a cascade must be accepted, but none of {len(op.arms)} is; "
        "end the last one with 'ensemble.yield' to take it as it is"
    )


def first_success(run: Run, op: ensemble.FallbackOp | ensemble.RaceOp) -> Value:
    """The value of the first arm that does not fail; if all do, the error of the last.

    An error that a fallback does not name ends it.
    """
    failed: list[ProgramError] = []
    names = names_of(op.errors) if isinstance(op, ensemble.FallbackOp) else None
    for region in op.arms:
        try:
            if names is not None and failed:
                return run.block(region.block, [handed_on(failed[-1])])[0]
            return arm(run, region.block)
        except ProgramError as error:
            failed.append(error)
            if names is not None and not is_named(error, names):
                break
    *others, last = failed
    for other in (other for other in others if other is not last):
        last.add_note(f"also failed: {other}")
    raise last


def refine(run: Run, op: ensemble.RefineOp) -> Value:
    """The value of the first round that is accepted, else of the last."""
    value = run[op.first]
    for index in range(op.rounds.value.data):
        value, accepted = run.repeat(op.body.block, [value], index)
        if accepted:
            return value
    if op.must_accept is None:
        return value
    raise NotAcceptedError(
        f"a refinement must be accepted in {op.rounds.value.data} rounds, but is not; "
        "allow more rounds, or leave out 'must_accept' to take the last"
    )
