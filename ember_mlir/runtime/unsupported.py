"""What the text may say that this engine does not do: it is refused, never left out."""

from __future__ import annotations

from xdsl.ir import Operation

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.values import TEXT, Utf8Attr
from ember_mlir.errors import InvalidIRError

RUN = ("constant", "format", "list", "join", "vote", "request", "fanout", "reduce", "return")
"""The instructions that this engine runs."""

_LIMITS = ("requests_per_minute", "tokens_per_minute", "retries", "bills_cancelled")
_NOT_DONE: dict[str, tuple[str, ...]] = {
    ops.LaneOp.name: _LIMITS,
    ops.RequestOp.name: ("times", "grammar", "tools"),
    ops.FanoutOp.name: ("in_order", "drop"),
    ops.VoteOp.name: ("min_valid",),
}


def check_done(op: Operation) -> None:
    """Raise `InvalidIRError` where an instruction or lane asks for what is not done here."""
    for name in _NOT_DONE.get(op.name, ()):
        if name in op.properties:
            raise _not_done(op, f"'{name}'")
    match op:
        case ops.ConstantOp() if not isinstance(op.value, Utf8Attr):
            raise _not_done(op, "values other than texts")
        case ops.RequestOp() if op.prompt.type != TEXT:
            raise _not_done(op, "prompts other than texts")
        case ops.VoteOp() if op.keys is not None:
            raise _not_done(op, "keys")
        case ops.VoteOp() if op.result.type != TEXT:
            raise _not_done(op, "answers other than texts")
        case ops.FanoutOp() if op.default is not None:
            raise _not_done(op, "'on_error use'")
        case _:
            return


def not_run(op: Operation) -> InvalidIRError:
    """The error for an operation that this engine does not run."""
    if not op.name.startswith("exec."):
        return invalid(op, "must be lowered to the level 'exec' before it can run")
    known = ", ".join(f"'exec.{name}'" for name in RUN)
    return invalid(op, f"must be one of the instructions that this engine runs, {known}")


def _not_done(op: Operation, what: str) -> InvalidIRError:
    return invalid(op, f"must do without {what}, which this engine does not run")
