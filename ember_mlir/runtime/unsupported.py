"""What the text may say that this engine does not do: it is refused, never left out."""

from __future__ import annotations

from xdsl.ir import Operation

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.values import ListType
from ember_mlir.errors import InvalidIRError


def check_done(op: Operation) -> None:
    """Raise `InvalidIRError` where an instruction asks for what is not done here."""
    match op:
        case ops.RequestOp() if isinstance(op.prompt.type, ListType):
            raise _not_done(op, "lists of prompts")
        case ops.FirstOp() if op.by_token is not None:
            raise _not_done(op, "'by_token', as no provider streams,")
        case _:
            return


def not_run(op: Operation) -> InvalidIRError:
    """The error for an operation that this engine does not run."""
    return invalid(op, "must be lowered to the level 'exec' before it can run")


def _not_done(op: Operation, what: str) -> InvalidIRError:
    return invalid(op, f"must do without {what}, which this engine does not run")
