"""`try` around one step that may fail in several ways, of which a handler takes some.

    try: x = f(a)              =>   %f = llm.apply @catching_f(%a)  // failed? and the value
    except ValueError: x = b        %x = scf.if %failed { … yield %b } else { yield %value }

The function itself says whether it has failed with what the handler takes. All else that it
raises is an error of the program, as it is in Python.
"""

from __future__ import annotations

from xdsl.dialects.builtin import StringAttr, SymbolRefAttr, f64, i1, i64
from xdsl.ir import Attribute, Block

from ember_mlir.dialects.llm import ApplyOp, FieldOp
from ember_mlir.dialects.values import TEXT, ListType, RecordType
from ember_mlir.frontend.applied import Applied
from ember_mlir.frontend.layouts import BOOL, OBJECT
from ember_mlir.frontend.narrowing import is_any_dict
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic

FAILED, VALUE = "failed", "value"


class Catching(Applied):
    """A function that does not raise errors of some classes, but says that it has failed."""

    def __init__(
        self, inner: Applied, kinds: tuple[type[BaseException], ...], nothing: object
    ) -> None:
        super().__init__(inner.function, inner.result)
        self.inner = inner
        self.kinds = kinds
        self.nothing = nothing

    def __call__(self, *operands: object) -> object:
        try:
            return {FAILED: False, VALUE: self.inner(*operands)}
        except self.kinds:
            return {FAILED: True, VALUE: self.nothing}

    def is_same(self, other: Applied) -> bool:
        if not isinstance(other, Catching):
            return False
        return self.kinds == other.kinds and self.inner.is_same(other.inner)


def value_of(caught: object) -> object:
    """The value of a function that has not failed.

    >>> value_of({"failed": False, "value": 7})
    7
    """
    assert is_any_dict(caught)
    return caught[VALUE]


def can_catch(op: object) -> bool:
    """Whether the errors of an operation may be caught by itself."""
    return isinstance(op, ApplyOp) and _has_nothing(op.result.type)


def caught(trace: Trace, block: Block, kinds: tuple[type[BaseException], ...]) -> Symbolic:
    """Let the first operation of `block` stand before it; whether it has failed."""
    op = block.first_op
    assert isinstance(op, ApplyOp)
    name, found = op.function.string_value(), op.result.type
    catching = Catching(trace.functions.by_symbol[name], kinds, _nothing(found))
    symbol = trace.functions.symbol(f"catching_{name}", catching)
    record = RecordType.of([(FAILED, i1), (VALUE, found)])
    tried = ApplyOp(op.effect.data, symbol, [*op.operands], record)
    result = trace.emit(tried)
    # Whatever looks at the value still does: it is now taken from what was caught.
    kept = trace.functions.symbol("value_of", Applied(value_of, OBJECT))
    op.operands = [result]
    op.properties |= {"effect": StringAttr("pure"), "function": SymbolRefAttr(kept)}
    failed = trace.value(trace.emit(FieldOp(FAILED, result)), BOOL)
    assert isinstance(failed, Symbolic)
    return failed


_NOTHING: dict[Attribute, object] = {TEXT: "", i1: False, i64: 0, f64: 0.0}


def _has_nothing(found: Attribute) -> bool:
    """Whether some value of a type is known that stands for none."""
    if isinstance(found, RecordType):
        return all(map(_has_nothing, found.fields.values()))
    return found in _NOTHING or isinstance(found, ListType) or found == OBJECT.type


def _nothing(found: Attribute) -> object:
    """Some value of a type, which nobody looks at."""
    if isinstance(found, RecordType):
        return {name: _nothing(field) for name, field in found.fields.items()}
    return [] if isinstance(found, ListType) else _NOTHING.get(found)
