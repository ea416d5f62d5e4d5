"""What a request tells: the values that its prompt is built from, whole.

A value stands in a prompt whole where nothing but templates, joins, lists and turns lead
there. Of what is taken out of a value, or found out about it, less may be told: that is a
value of its own. A constant tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import NamedTuple

from xdsl.dialects.builtin import SymbolRefAttr
from xdsl.ir import Operation, SSAValue
from xdsl.traits import is_speculatable

from ember_mlir.dialects import llm
from ember_mlir.dialects.ensemble import JudgeOp, SampleOp

MAX_STEPS = 256
"""How many operations a prompt is followed back at most."""

WHOLE = llm.TemplateOp | llm.JoinOp | llm.ListOp | llm.ConcatOp | llm.MessagesOp

Call = llm.GenerateOp | llm.EmbedOp | llm.ScoreOp | SampleOp | JudgeOp


class Disclosure(NamedTuple):
    """That a model is told some values, whole, once what may fail has not: `gates`."""

    model: SymbolRefAttr
    values: Set[SSAValue]
    gates: Set[Operation]

    def covers(self, other: Disclosure) -> bool:
        """Whether this tells the same model all that `other` does, behind no other gate."""
        told = self.model == other.model and self.values >= other.values
        return told and self.gates <= other.gates


def disclosure_of(call: Call) -> Disclosure | None:
    """What a call tells whom, if it sends anything; None if that is too much to follow."""
    found: dict[SSAValue, None] = {}
    waiting = list(told_by(call))
    for steps, value in enumerate(waiting):  # grows while it is walked
        if steps > MAX_STEPS:
            return None
        owner = value.owner
        if isinstance(owner, WHOLE):
            waiting += dict.fromkeys(owner.operands)
        elif not isinstance(owner, llm.ConstantOp):
            found[value] = None
    gates = _gates(call)
    return None if gates is None else Disclosure(call.model, found.keys(), gates)


def _gates(call: Call) -> Set[Operation] | None:
    """What a call waits for that may fail, as an answer that must look like something."""
    found: dict[Operation, None] = {}
    waiting = dict.fromkeys(told_by(call))
    pending = list(waiting)
    for steps, value in enumerate(pending):  # grows while it is walked
        if steps > MAX_STEPS:
            return None
        owner = value.owner
        if not isinstance(owner, Operation):
            continue
        if owner.regions or not is_speculatable(owner):
            found[owner] = None
        new = [operand for operand in owner.operands if operand not in waiting]
        waiting.update(dict.fromkeys(new))
        pending += new
    return found.keys()


def told_by(call: Call) -> Sequence[SSAValue]:
    """What a call puts into its requests."""
    return [call.prompt] if isinstance(call, SampleOp) else call.operands


def sends(op: Operation) -> bool:
    """Whether `op` is a call that sends a request in any case, and is not left out as unread."""
    is_certain = isinstance(op, llm.GenerateOp | SampleOp | llm.EmbedOp)
    return is_certain and op.results[0].first_use is not None


def sent_by(op: Operation) -> Sequence[Disclosure]:
    """What `op` tells a model in any case, if it is a call."""
    found = disclosure_of(op) if isinstance(op, Call) and sends(op) else None
    return [] if found is None else [found]
