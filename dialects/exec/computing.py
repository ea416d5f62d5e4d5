"""The closed set of computations on values that `exec.compute` names, and their types.

Each has the name and the parameters of the operation that it comes from, so that one
pattern lowers them all and one definition says what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from xdsl.dialects.builtin import ArrayAttr, IndexType, f64, i1, i64
from xdsl.ir import Attribute
from xdsl.utils.hints import isa

from ember_mlir.dialects.values import (
    EMBEDDING,
    MESSAGES,
    TEXT,
    TEXTS,
    ListType,
    RecordType,
    TurnAttr,
    Utf8Attr,
)

Types = Sequence[Attribute]
Parameters = Mapping[str, Attribute]
Rule = Callable[[Types, Parameters, Types], Types | None]
"""The types of the results for those of the operands; None if they do not fit.

It is also given the results as they are written: only they name the fields of a record,
or say of what a list without parts is a list.
"""

TOOL_CALL = RecordType.of([("id", TEXT), ("tool", TEXT), ("arguments", TEXT)])


class Computation(NamedTuple):
    """What a computation takes and gives, and the names of its parameters."""

    rule: Rule
    parameters: tuple[str, ...] = ()


def _fixed(operands: Types, *results: Attribute) -> Rule:
    """Operands and results of these types and no others."""
    return lambda found, _parameters, _results: results if tuple(found) == tuple(operands) else None


def _get(found: Types, _parameters: Parameters, _results: Types) -> Types | None:
    match list(found):
        case [ListType(element=element), index] if index == i64:
            return (element,)
        case _:
            return None


def _concat(found: Types, _parameters: Parameters, results: Types) -> Types | None:
    match list(results):
        case [ListType() as whole] if all(one == whole for one in found):
            return (whole,)
        case _:
            return None


def _length(found: Types, _parameters: Parameters, _results: Types) -> Types | None:
    match list(found):
        case [one] if one == TEXT or isinstance(one, ListType):
            return (i64,)
        case _:
            return None


def _equal(found: Types, _parameters: Parameters, _results: Types) -> Types | None:
    return (i1,) if len(found) == 2 and found[0] == found[1] else None


def _contains(found: Types, _parameters: Parameters, _results: Types) -> Types | None:
    match list(found):
        case [whole, part]:
            inner = whole.element if isinstance(whole, ListType) else TEXT
            fits = part == inner and (whole == TEXT or isinstance(whole, ListType))
            return (i1,) if fits else None
        case _:
            return None


def _best(found: Types, _parameters: Parameters, _results: Types) -> Types | None:
    match list(found):
        case [ListType(element=element), scores] if scores in (ListType(i64), ListType(f64)):
            return (element,)
        case _:
            return None


def _field(found: Types, parameters: Parameters, _results: Types) -> Types | None:
    name = parameters["field"]
    match list(found):
        case [RecordType() as record] if isinstance(name, Utf8Attr) and name.data in record.fields:
            return (record.fields[name.data],)
        case _:
            return None


def _record(found: Types, _parameters: Parameters, results: Types) -> Types | None:
    match list(results):
        case [RecordType() as record] if list(record.types.data) == list(found):
            return (record,)
        case _:
            return None


def _messages(found: Types, parameters: Parameters, _results: Types) -> Types | None:
    turns = parameters["turns"]
    if not isa(turns, ArrayAttr[TurnAttr]):
        return None
    parts = sum(len(turn.data.parts) for turn in turns.data)
    before = len(found) - parts
    if before < 0 or (not found and not parts):
        return None
    expected = [MESSAGES] * before + [TEXT] * parts
    return (MESSAGES,) if list(found) == expected else None


def _same(found: Types, _parameters: Parameters, _results: Types) -> Types | None:
    return tuple(found) if len(found) == 1 else None


def _select(found: Types, _parameters: Parameters, _results: Types) -> Types | None:
    match list(found):
        case [condition, left, right] if condition == i1 and left == right:
            return (left,)
        case _:
            return None


def _arithmetic(*types: Attribute, arity: int = 2, result: Attribute | None = None) -> Rule:
    """So many operands of one of these types; without a result, that type again."""

    def rule(found: Types, _parameters: Parameters, _results: Types) -> Types | None:
        if len(found) != arity or len(set(found)) != 1 or found[0] not in types:
            return None
        return (found[0] if result is None else result,)

    return rule


_WHOLE = _arithmetic(i1, i64, IndexType())
_BITS = _arithmetic(i1, i64)
_REAL = _arithmetic(f64)


def _index_cast(found: Types, _parameters: Parameters, _results: Types) -> Types | None:
    match list(found):
        case [one] if one == i64:
            return (IndexType(),)
        case [one] if one == IndexType():
            return (i64,)
        case _:
            return None


COMPUTATIONS: dict[str, Computation] = {
    "llm.messages": Computation(_messages, ("turns",)),
    "llm.quote": Computation(_fixed([TEXTS], TEXT)),
    "llm.content": Computation(_fixed([MESSAGES], TEXT)),
    "llm.tool_calls": Computation(_fixed([MESSAGES], ListType(TOOL_CALL))),
    "llm.record": Computation(_record),
    "llm.field": Computation(_field, ("field",)),
    "llm.get": Computation(_get),
    "llm.concat": Computation(_concat),
    "llm.length": Computation(_length),
    "llm.top_k": Computation(_fixed([ListType(EMBEDDING), EMBEDDING], ListType(i64)), ("k",)),
    "llm.equal": Computation(_equal),
    "llm.contains": Computation(_contains),
    "llm.redact": Computation(_fixed([TEXT], TEXT, TEXTS), ("policies", "label")),
    "llm.restore": Computation(_fixed([TEXT, TEXTS], TEXT)),
    "llm.declassify": Computation(_same, ("label", "reason")),
    "ensemble.best": Computation(_best),
    "sched.ballot": Computation(_fixed([TEXT, TEXTS], TEXT)),
    "sched.elect": Computation(_fixed([TEXT, TEXTS], TEXT)),
    "sched.rounds": Computation(_fixed([IndexType()] * 3, i64)),
    "arith.addi": Computation(_WHOLE),
    "arith.subi": Computation(_WHOLE),
    "arith.muli": Computation(_WHOLE),
    "arith.minsi": Computation(_WHOLE),
    "arith.maxsi": Computation(_WHOLE),
    "arith.andi": Computation(_BITS),
    "arith.ori": Computation(_BITS),
    "arith.xori": Computation(_BITS),
    "arith.addf": Computation(_REAL),
    "arith.subf": Computation(_REAL),
    "arith.mulf": Computation(_REAL),
    "arith.cmpi": Computation(_arithmetic(i1, i64, IndexType(), result=i1), ("predicate",)),
    "arith.cmpf": Computation(_arithmetic(f64, result=i1), ("predicate",)),
    "arith.select": Computation(_select),
    "arith.sitofp": Computation(_arithmetic(i1, i64, arity=1, result=f64)),
    "arith.index_cast": Computation(_index_cast),
}
"""What `exec.compute` may name."""
