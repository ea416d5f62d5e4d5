"""What the operations of `llm` give."""

from __future__ import annotations

from collections.abc import Awaitable
from inspect import isawaitable
from typing import TYPE_CHECKING

from xdsl.ir import Operation

from ember_mlir.dialects import llm
from ember_mlir.dialects.values import RecordType
from ember_mlir.dialects.values.checking import check_value
from ember_mlir.errors import FunctionError, InvalidIRError, failure_again
from ember_mlir.interpreter.requests import ask, embed, score
from ember_mlir.providers.conversations import content, conversation, tool_calls, turn
from ember_mlir.redaction import redact, restore
from ember_mlir.semantics import (
    Value,
    concatenated,
    contains,
    element,
    equal,
    fill_template,
    parse_template,
    quoted,
    top_k,
)

if TYPE_CHECKING:
    from ember_mlir.interpreter.run import Results, Run


def results(run: Run, op: Operation) -> Results:
    """The results of an operation of `llm`."""
    if isinstance(op, llm.RedactOp):
        found = redact(run[op.text], [policy.data for policy in op.policies.data])
        return found.text, list(found.originals)
    return (result(run, op),)


def result(run: Run, op: Operation) -> Value:
    """The result of an operation that has one."""
    match op:
        case llm.ConstantOp():
            return op.value.data
        case llm.TemplateOp():
            return fill_template(parse_template(op.template.data), [run[h] for h in op.holes])
        case llm.JoinOp():
            return op.separator.data.join(run[op.items])
        case llm.QuoteOp():
            return quoted(run[op.items])
        case llm.ParseOp():
            return op.grammar.data.parse(run[op.text])
        case llm.MessagesOp():
            written = [
                turn(said.role, said.parts, [run[part] for part in parts])
                for said, parts in op.turns_and_parts()
            ]
            return conversation([run[before] for before in op.before], written)
        case llm.ContentOp():
            return content(run[op.messages])
        case llm.ToolCallsOp():
            return tool_calls(run[op.messages])
        case llm.GenerateOp():
            return ask(run, op, run.indices)
        case llm.EmbedOp():
            return embed(run, op)
        case llm.ScoreOp():
            return score(run, op)
        case llm.ApplyOp():
            return applied(run, op)
        case llm.RestoreOp():
            return restore(run[op.text], run[op.hidden])
        case llm.DeclassifyOp():
            return run[op.value]
        case _:
            return of_structure(run, op)


def of_structure(run: Run, op: Operation) -> Value:
    """The result of an operation on lists and records, or of a comparison."""
    match op:
        case llm.ListOp():
            return [run[item] for item in op.items]
        case llm.GetOp():
            return element(run[op.items], run[op.index])
        case llm.ConcatOp():
            return concatenated(*[run[items] for items in op.lists])
        case llm.LengthOp():
            return len(run[op.value])
        case llm.TopKOp():
            return top_k(run[op.query], run[op.vectors], op.k.value.data)
        case llm.RecordOp():
            assert isinstance(op.result.type, RecordType)
            given = [run[value] for value in op.values]
            return dict(zip(op.result.type.fields, given, strict=True))
        case llm.FieldOp():
            return run[op.record][op.field.data]
        case llm.EqualOp():
            return equal(run[op.left], run[op.right])
        case llm.ContainsOp():
            return contains(run[op.whole], run[op.part])
        case _:
            raise InvalidIRError(f"'{op.name}' must not stand in a function")


async def _awaited(value: Awaitable[Value]) -> Value:
    return await value


def applied(run: Run, op: llm.ApplyOp) -> Value:
    """What a Python function returns, checked against the type that is declared."""
    name = op.function.string_value()
    function = run.functions.get(name)
    if function is None:
        raise FunctionError(f"the function '{name}' must be given to the run, but is not")
    try:
        value = function(*[run[argument] for argument in op.arguments])
        if isawaitable(value):
            from ember_mlir.background import run_sync

            value = run_sync(_awaited(value))
    except Exception as error:
        if (again := failure_again(error)) is not None:
            raise again from again.__cause__
        raise FunctionError(
            f"the function '{name}' must return a value, but raised {type(error).__name__}: {error}"
        ) from error
    check_value(value, op.result.type, f"the result of the function '{name}'", FunctionError)
    return value
