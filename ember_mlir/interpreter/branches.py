"""What the builtin branches and loops of `scf` give."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from xdsl.dialects import scf
from xdsl.ir import Operation

from ember_mlir.errors import InvalidIRError
from ember_mlir.semantics import check_step

if TYPE_CHECKING:
    from ember_mlir.interpreter.run import Results, Run


def results(run: Run, op: Operation) -> Results:
    """The results of an operation of `scf`."""
    match op:
        case scf.IfOp():
            region = op.true_region if run[op.cond] else op.false_region
            return run.block(region.block) if region.blocks else ()
        case scf.ForOp():
            return for_loop(run, op)
        case scf.WhileOp():
            return while_loop(run, op)
        case _:
            raise InvalidIRError(f"'{op.name}' must be 'scf.if', 'scf.for' or 'scf.while'")


def for_loop(run: Run, op: scf.ForOp) -> Results:
    """The state after the last round; a round has its ordinal from 0 as its index."""
    step = run[op.step]
    check_step(step)
    state: Results = [run[value] for value in op.iter_args]
    for index, number in enumerate(range(run[op.lb], run[op.ub], step)):
        state = run.repeat(op.body.block, [number, *state], index)
    return state


def while_loop(run: Run, op: scf.WhileOp) -> Results:
    """What the first region hands on once its condition no longer holds."""
    state: Results = [run[value] for value in op.arguments]
    for index in count():
        condition, *handed_on = run.repeat(op.before_region.block, state, index)
        if not condition:
            return handed_on
        state = run.repeat(op.after_region.block, handed_on, index)
    raise AssertionError("counting does not end")
