"""What can be scheduled so far; the rest of the language runs on the reference interpreter."""

from __future__ import annotations

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.values import TEXTS, MessagesType

_OPERATIONS = frozenset(
    {
        "builtin.module",
        "func.func",
        "func.return",
        "llm.model",
        "llm.constant",
        "llm.template",
        "llm.join",
        "llm.list",
        "llm.generate",
        "ensemble.sample",
        "ensemble.map",
        "ensemble.reduce",
        "ensemble.vote",
        "ensemble.yield",
    }
)

_NEXT = "run the program with 'ember run --reference'"


def verify_schedulable(module: ModuleOp) -> None:
    """Raise `InvalidIRError` at the first operation that has no schedule yet."""
    for op in module.walk():
        if op.name not in _OPERATIONS:
            raise invalid(op, f"is not scheduled yet; {_NEXT}")
        if (detail := _unscheduled_detail(op)) is not None:
            raise invalid(op, f"is not scheduled with {detail} yet; {_NEXT}")


def _unscheduled_detail(op: Operation) -> str | None:
    match op:
        case llm.GenerateOp() | ensemble.SampleOp():
            if isinstance(op.prompt.type, MessagesType):
                return "a conversation"
            if op.grammar is not None:
                return "a grammar ('as')"
            if isinstance(op, llm.GenerateOp) and op.tools is not None:
                return "tools"
        case ensemble.VoteOp():
            if op.answers.type != TEXTS:
                return "answers other than texts"
            if op.keys is not None:
                return "keys ('by')"
            if op.min_valid is not None:
                return "'min_valid'"
        case _:
            pass
    handles = isinstance(op, ensemble.SampleOp | ensemble.MapOp)
    return "'on_error'" if handles and (op.drop or op.default) else None
