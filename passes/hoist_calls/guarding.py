"""Putting a call under a condition, so that its value can be read all the same.

    %a = llm.generate …   =>   %a = scf.if %some { %a = llm.generate …; yield %a } else { "" }

The value must not be needed where the condition does not hold. What is no text is put into
a list, of one element or of none:

    %v = llm.embed …      =>   %l = scf.if %some { …; yield list(%v) } else { yield list() }
                               %v = llm.get %l[0]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xdsl.dialects import scf
from xdsl.ir import Block, Operation, Region, SSAValue

from ember_mlir.dialects.llm import ConstantOp, GetOp, ListOp
from ember_mlir.dialects.values import ListType, TextType
from ember_mlir.passes.canonicalize.known import whole


class Guarded(NamedTuple):
    """A call in a branch, what reads its value out of that, and the value."""

    branch: scf.IfOp
    reading: Sequence[Operation]
    value: SSAValue


def guarded(call: Operation, condition: SSAValue) -> Guarded:
    """A branch that makes `call`, which stands nowhere, if `condition` holds."""
    (value,) = call.results
    if isinstance(value.type, TextType):
        branch = _branch(condition, [call], ConstantOp(""))
        found = Guarded(branch, (), branch.results[0])
    else:
        listed = ListType(value.type)
        branch = _branch(condition, [call, ListOp([value], listed)], ListOp([], listed))
        zero = whole(0)
        get = GetOp(branch.results[0], zero.result)
        found = Guarded(branch, (zero, get), get.result)
    found.value.name_hint = value.name_hint
    for made in (*branch.walk(), *found.reading):
        made.location = call.location
    return found


def _branch(condition: SSAValue, made: Sequence[Operation], otherwise: Operation) -> scf.IfOp:
    then, other = (
        Region(Block([*ops, scf.YieldOp(ops[-1].results[0])])) for ops in (made, [otherwise])
    )
    return scf.IfOp(condition, [otherwise.results[0].type], then, other)
