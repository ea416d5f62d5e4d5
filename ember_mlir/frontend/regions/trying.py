"""What is captured to see what it is made of, and kept only if nothing of it can be missed.

Of elements that ask nothing and cannot fail, it makes no difference how many are looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from xdsl.dialects import arith, scf
from xdsl.ir import Operation

from ember_mlir.dialects.ensemble import MapOp, YieldOp
from ember_mlir.dialects.llm import (
    ApplyOp,
    ConcatOp,
    ConstantOp,
    ContainsOp,
    EqualOp,
    FieldOp,
    JoinOp,
    LengthOp,
    ListOp,
    RecordOp,
    TemplateOp,
)
from ember_mlir.frontend.applied import Applied
from ember_mlir.frontend.builtins import first_or
from ember_mlir.frontend.regions.collections import flattened
from ember_mlir.frontend.regions.loops import erase_behind
from ember_mlir.frontend.regions.region import is_mistake
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.tracing.scopes import Scope

_SAFE_OPERATIONS = (
    *(MapOp, YieldOp, scf.IfOp, scf.YieldOp, ConcatOp, ConstantOp, ContainsOp, EqualOp, FieldOp),
    *(JoinOp, LengthOp, ListOp, RecordOp, TemplateOp, arith.ConstantOp, arith.CmpiOp),
    *(arith.CmpfOp, arith.AndIOp, arith.OrIOp, arith.XOrIOp, arith.AddiOp, arith.SubiOp),
    *(arith.AddfOp, arith.SubfOp, arith.MulfOp, arith.SIToFPOp),
)
_SAFE_FUNCTIONS: tuple[object, ...] = (
    *(str.lower, str.upper, str.casefold, str.capitalize, str.title, str.swapcase),
    *(str.strip, str.lstrip, str.rstrip, str.startswith, str.endswith, str.count, str.find),
    *(str.isalnum, str.isalpha, str.isascii, str.isdecimal, str.isdigit, str.isidentifier),
    *(str.islower, str.isnumeric, str.isprintable, str.isspace, str.istitle, str.isupper),
    *(str.replace, str.splitlines, str.removeprefix, str.removesuffix),
    *(any, all, flattened, first_or),
)
"""Functions that give something whatever texts or lists they get."""


def tried(trace: Trace, capture: Callable[[], object]) -> tuple[object] | None:
    """What `capture` gives, if it asks nothing and cannot fail; else it is undone, and None."""
    block, depth = trace.block, len(trace.scopes)
    mark, scope = block.last_op, Scope(block)
    trace.scopes.append(scope)
    found: tuple[object] | None = None
    try:
        with trace.back_at(trace.chain, trace.indices):
            found = (capture(),)
    except Exception as error:
        if is_mistake(error):
            raise
    while len(trace.scopes) > depth + 1:
        trace.close()
    trace.scopes.pop()
    if found is None or not _is_safe(trace, block.last_op, mark):
        scope.journal.undo()
        erase_behind(block, mark)
        return None
    around = trace.scopes[-1]
    scope.join(around)
    for place, before in scope.journal:
        if place.home.outermost() is not around:
            around.journal.adopt(place, partial(_given, before))
    return found


def _given(value: object) -> object:
    return value


def _is_safe(trace: Trace, last: Operation | None, mark: Operation | None) -> bool:
    while last is not None and last is not mark:
        if not all(_is_safe_operation(trace, op) for op in last.walk()):
            return False
        last = last.prev_op
    return True


def _is_safe_operation(trace: Trace, op: Operation) -> bool:
    if not isinstance(op, ApplyOp):
        return isinstance(op, _SAFE_OPERATIONS)
    applied = trace.functions.by_symbol[op.function.string_value()]
    return op.effect.data == "pure" and _is_safe_function(applied)


def _is_safe_function(applied: Applied) -> bool:
    return any(applied.function is known for known in _SAFE_FUNCTIONS)
