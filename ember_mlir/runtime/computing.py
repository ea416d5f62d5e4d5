"""What instructions on values compute, read from their texts once.

Values are plain Python, in the order of the operands: text `str`, list `list`, record
`dict`, conversation `tuple[Message, ...]`, condition `bool`, whole and real numbers,
embedding `tuple[float, ...]`. The functions behind are those of the reference interpreter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from operator import itemgetter

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, IntegerType
from xdsl.ir import Attribute
from xdsl.utils.hints import isa

from ember_mlir import semantics
from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.values import RecordType, TurnAttr, Utf8Attr
from ember_mlir.errors import InvalidIRError
from ember_mlir.providers import conversations
from ember_mlir.redaction import redact, restore
from ember_mlir.semantics import Value

Compute = Callable[..., tuple[Value, ...]]
"""The values of the results for those of the operands; raises what the operation raises."""

Function = Callable[..., Value]
"""A computation with one result."""


def computation(op: ops.ComputeOp) -> Compute:
    """What `op` computes.

    Raises `InvalidIRError`, with the place in the source, for a parameter that no
    operation of that name has.
    """
    name = op.operation.data
    if name == "llm.redact":
        return _redact(op)
    if (plain := FUNCTIONS.get(name)) is not None:
        return _alone(plain)
    return _alone(READ[name](op))


def parsed(op: ops.ParseOp) -> Compute:
    """What `op` reads from a text; `ParseError` if the text does not fit."""
    return _alone(op.grammar.data.parse)


def accepted(op: ops.AcceptOp) -> Compute:
    """The value of `op` if its condition holds, else `NotAcceptedError`."""
    return _alone(semantics.accepted)


def _alone(function: Function) -> Compute:
    return lambda *values: (function(*values),)


def _same(value: Value) -> Value:
    return value


FUNCTIONS: Mapping[str, Function] = {
    "llm.quote": semantics.quoted,
    "llm.content": conversations.content,
    "llm.tool_calls": conversations.tool_calls,
    "llm.get": semantics.element,
    "llm.concat": semantics.concatenated,
    "llm.length": len,
    "llm.equal": semantics.equal,
    "llm.contains": semantics.contains,
    "llm.restore": restore,
    "llm.declassify": _same,
    "ensemble.best": semantics.best,
    "sched.ballot": semantics.ballot,
    "sched.elect": semantics.elect,
    "sched.rounds": semantics.rounds,
    "arith.select": semantics.selected,
}
"""The computations that are one function, whatever their parameters and types."""


def _redact(op: ops.ComputeOp) -> Compute:
    found = _parameter(op, "policies")
    if not isa(found, ArrayAttr[Utf8Attr]):
        raise _misfit(op, "policies", "a list of texts")
    policies = tuple([policy.data for policy in found])

    def redacted(text: str) -> tuple[Value, ...]:
        hidden = redact(text, policies)
        return hidden.text, list(hidden.originals)

    return redacted


def _messages(op: ops.ComputeOp) -> Function:
    found = _parameter(op, "turns")
    if not isa(found, ArrayAttr[TurnAttr]):
        raise _misfit(op, "turns", "a list of turns")
    turns = [turn.data for turn in found]
    before = len(op.values) - sum([len(turn.parts) for turn in turns])

    def conversation(*values: Value) -> conversations.Conversation:
        parts = iter(values[before:])
        written = [
            conversations.turn(role, kinds, tuple(islice(parts, len(kinds))))
            for role, kinds in turns
        ]
        return conversations.conversation(values[:before], written)

    return conversation


def _record(op: ops.ComputeOp) -> Function:
    kind = op.outcomes[0].type
    assert isinstance(kind, RecordType)
    names = tuple(kind.fields)
    return lambda *values: dict(zip(names, values, strict=True))


def _field(op: ops.ComputeOp) -> Function:
    name = _parameter(op, "field")
    if not isinstance(name, Utf8Attr):
        raise _misfit(op, "field", "a text")
    return itemgetter(name.data)


def _top_k(op: ops.ComputeOp) -> Function:
    count = _number(op, "k", range(1, 2**63))

    def top_k(vectors: list[semantics.Vector], query: semantics.Vector) -> list[int]:
        return semantics.top_k(query, vectors, count)

    return top_k


def _compare(op: ops.ComputeOp) -> Function:
    predicate = _number(op, "predicate", range(10))
    return semantics.comparison(predicate, _width(op.values[0].type))


def _compare_reals(op: ops.ComputeOp) -> Function:
    return semantics.real_comparison(_number(op, "predicate", range(16)))


def _arithmetic(op: ops.ComputeOp) -> Function:
    return semantics.arithmetic(op.operation.data, _width(op.outcomes[0].type))


READ: Mapping[str, Callable[[ops.ComputeOp], Function]] = {
    "llm.messages": _messages,
    "llm.record": _record,
    "llm.field": _field,
    "llm.top_k": _top_k,
    "arith.cmpi": _compare,
    "arith.cmpf": _compare_reals,
    **dict.fromkeys(semantics.ARITHMETIC, _arithmetic),
}
"""The computations that depend on parameters or types, and how they are read."""


def _width(type: Attribute) -> int | None:
    return type.bitwidth if isinstance(type, IntegerType) else None


def _parameter(op: ops.ComputeOp, name: str) -> Attribute | None:
    return None if op.parameters is None else op.parameters.data.get(name)


def _number(op: ops.ComputeOp, name: str, allowed: range) -> int:
    found = _parameter(op, name)
    if not isinstance(found, IntegerAttr) or found.value.data not in allowed:
        raise _misfit(op, name, f"a whole number from {allowed[0]} to {allowed[-1]}")
    return found.value.data


def _misfit(op: ops.ComputeOp, name: str, expected: str) -> InvalidIRError:
    return invalid(
        op, f"must have the parameter '{name}', {expected}, but got {_parameter(op, name)}"
    )
