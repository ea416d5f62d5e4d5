"""Operations that decide by their errors which arm of a fallback runs.

Where a fallback names the errors after which its next arm runs, it matters which of several
errors comes first: so an operation that may be one of those keeps its place among all that
can fail, as a function with an effect does. Around the fallback nothing is the wiser.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from xdsl.ir import Operation, Region
from xdsl.traits import is_speculatable

from ember_mlir.dialects import ensemble, llm, sched
from ember_mlir.dialects.formats.errors import errors_in, takes_some_errors
from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.sched.tasks import REQUESTS
from ember_mlir.dialects.values import AsksModel
from ember_mlir.errors import (
    BudgetError,
    ParseError,
    PositionError,
    ProgramError,
    ProviderError,
    errors_by_name,
)

Errors = Sequence[type[Exception]]


def errors_of(op: Operation) -> Errors:
    """The errors that an operation may be, or classes above them; of its regions, none.

    >>> from ember_mlir.dialects.llm import ConstantOp
    >>> errors_of(ConstantOp("Hello"))
    []
    """
    match op:
        case llm.ApplyOp():
            return [Exception]
        case llm.ParseOp():
            return [ParseError]
        case llm.GetOp():
            return [PositionError]
        case _ if op.has_trait(AsksModel) or op.name in REQUESTS:
            asked: Errors = [ProviderError, BudgetError]
            return [*asked, ParseError] if _may_not_fit(op) else asked
        case _:
            return [] if _is_sure(op) else [ProgramError]


def is_decided_by(op: Operation, region: Region) -> bool:
    """Whether errors of `region`, one of `op`, decide by their class what runs next."""
    is_fallback = isinstance(op, ensemble.FallbackOp | sched.AttemptOp)
    return is_fallback and takes_some_errors(op) and region is not op.regions[-1]


def deciding_operations(root: Operation) -> Set[Operation]:
    """The operations in `root` which may be an error that a fallback around them names.

    With them are those around them, up to the fallback, which is not one.
    """
    deciding: set[Operation] = set()
    for op in walk(root):
        for region in op.regions:
            if is_decided_by(op, region):
                deciding |= _deciding_in(op, region)
    return deciding


def _deciding_in(fallback: Operation, region: Region) -> Set[Operation]:
    known = errors_by_name()
    named = tuple([known[name] for name in errors_in(fallback) or ()])
    found: set[Operation] = set()
    for op in (inner for block in region.blocks for top in block.ops for inner in walk(top)):
        around: Operation | None = op
        if any(_may_be(kind, named) for kind in errors_of(op)):
            while around is not None and around is not fallback and around not in found:
                found.add(around)
                around = around.parent_op()
    return found


def _may_be(kind: type[Exception], named: tuple[type[Exception], ...]) -> bool:
    return issubclass(kind, named) or any(issubclass(name, kind) for name in named)


def _may_not_fit(op: Operation) -> bool:
    """Whether the answer of a request has a structure, or is read otherwise."""
    return "grammar" in op.properties or isinstance(op, ensemble.JudgeOp)


def _is_sure(op: Operation) -> bool:
    """Whether an operation cannot fail by itself, but only what stands in its regions."""
    if isinstance(op, ensemble.CascadeOp | ensemble.ReduceOp | ensemble.RefineOp | sched.ReduceOp):
        return False
    return bool(op.regions) or is_speculatable(op)
