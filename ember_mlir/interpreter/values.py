"""What the operations of `llm` give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdsl.ir import Operation

from ember_mlir.dialects import llm
from ember_mlir.dialects.values import RecordType
from ember_mlir.errors import FunctionError, InvalidIRError
from ember_mlir.interpreter.requests import ask, embed, score
from ember_mlir.interpreter.types import check_value
from ember_mlir.providers import Image, Message
from ember_mlir.redaction import redact, restore
from ember_mlir.semantics import Value, element, fill_template, frozen, parse_template, top_k

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
        case llm.ParseOp():
            return op.grammar.data.parse(run[op.text])
        case llm.MessagesOp():
            return conversation(run, op)
        case llm.ContentOp():
            return run[op.messages][-1].text if run[op.messages] else ""
        case llm.ToolCallsOp():
            calls = run[op.messages][-1].tool_calls if run[op.messages] else ()
            return [{"id": c.id, "tool": c.tool, "arguments": c.arguments} for c in calls]
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
            return [item for items in op.lists for item in run[items]]
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
            return frozen(run[op.left]) == frozen(run[op.right])
        case llm.ContainsOp():
            return contains(run[op.whole], run[op.part])
        case _:
            raise InvalidIRError(f"'{op.name}' must not stand in a function")


def contains(whole: Value, part: Value) -> bool:
    """Whether a text contains a text, or a list an element."""
    if isinstance(whole, str):
        return part in whole
    wanted = frozen(part)
    # `in` would take a `nan` for equal to itself.
    return any(frozen(item) == wanted for item in whole)


def conversation(run: Run, op: llm.MessagesOp) -> tuple[Message, ...]:
    """What stands before, then the turns that are written."""
    turns = [turn for before in op.before for turn in run[before]]
    for turn, parts in op.turns_and_parts():
        texts = [run[part] for part in parts]
        if turn.role == "tool":
            turns.append(Message("tool", (texts[1],), tool_call_id=texts[0]))
            continue
        kinds = zip(turn.parts, texts, strict=True)
        content = [Image(text) if kind == "image" else text for kind, text in kinds]
        turns.append(Message(turn.role, tuple(content)))
    return tuple(turns)


def applied(run: Run, op: llm.ApplyOp) -> Value:
    """What a Python function returns, checked against the type that is declared."""
    name = op.function.string_value()
    function = run.functions.get(name)
    if function is None:
        raise FunctionError(f"the function '{name}' must be given to the run, but is not")
    try:
        value = function(*[run[argument] for argument in op.arguments])
    except Exception as error:
        raise FunctionError(
            f"the function '{name}' must return a value, but raised {type(error).__name__}: {error}"
        ) from error
    check_value(value, op.result.type, f"the result of the function '{name}'", FunctionError)
    return value
