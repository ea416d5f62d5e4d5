"""How labels flow through operations that run nothing: on values, and requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from xdsl.dialects.builtin import DictionaryAttr
from xdsl.ir import Attribute, Operation

from ember_mlir.dialects import ensemble
from ember_mlir.dialects.values import LABELS, LabelAttr
from ember_mlir.passes.analysis.flow_graph import TOP, Event, Length, Node
from ember_mlir.passes.analysis.label_flows import (
    Context,
    Flows,
    Transfer,
    handles_errors,
    is_list,
    length_of,
    meaning_of,
)

_SURE = frozenset(
    {
        *("llm.constant", "llm.template", "llm.join", "llm.quote"),
        *("llm.list", "llm.concat", "llm.length"),
        *("llm.messages", "llm.content", "llm.tool_calls", "llm.record", "llm.field"),
        *("llm.equal", "llm.contains", "llm.redact", "llm.declassify"),
        *("sched.list", "sched.done"),
        *("exec.constant", "exec.format", "exec.join", "exec.list", "exec.done", "exec.after"),
    }
)
"""Operations that never fail, beside arithmetic."""

_DIVISIONS = frozenset({"arith.divsi", "arith.remsi"})


def property_of(op: Operation, name: str) -> Attribute | None:
    """A property of `op`, or of the computation that it names."""
    parameters = op.properties.get("parameters")
    if isinstance(parameters, DictionaryAttr):
        return parameters.data.get(name)
    return op.properties.get(name)


def plain(flows: Flows, op: Operation, context: Context) -> Node | None:
    """Every result has the labels of all operands."""
    for result in op.results:
        for operand in op.operands:
            flows.read(operand, result)
        if is_list(result):
            flows.flow(result, Length(result))
    return op.results[0] if op.results and can_fail(op) else None


def can_fail(op: Operation) -> bool:
    """Whether an operation on values, or a request, may be an error of the program."""
    name = meaning_of(op)
    return name not in _SURE and (not name.startswith("arith.") or name in _DIVISIONS)


def constant(flows: Flows, op: Operation, context: Context) -> Node | None:
    """A known value has the label that is written, or none."""
    label = property_of(op, "label")
    if isinstance(label, LabelAttr):
        flows.graph.begin(op.results[0], LABELS.index(label.data))
    return plain(flows, op, context)


def listing(flows: Flows, op: Operation, context: Context) -> None:
    """How long a list is that is written out, everybody knows."""
    for item in op.operands:
        flows.read(item, op.results[0])


def concat(flows: Flows, op: Operation, context: Context) -> None:
    """Lists that are joined have their elements and their lengths joined."""
    for items in op.operands:
        flows.copy(items, op.results[0])


def length(flows: Flows, op: Operation, context: Context) -> None:
    """A length has the label of the length."""
    flows.flow(length_of(op.operands[0]), op.results[0])


def top_k(flows: Flows, op: Operation, context: Context) -> Node:
    """There are as many indices as vectors, or fewer by a number that is written."""
    vectors, query = op.operands
    flows.read(vectors, op.results[0])
    flows.read(query, op.results[0])
    flows.flow(Length(vectors), Length(op.results[0]))
    return op.results[0]


def get(flows: Flows, op: Operation, context: Context) -> Node:
    """An element is there or not by the index and the length, whatever it is."""
    items, index = op.operands
    plain(flows, op, context)
    failed = Event(op)
    flows.flow(Length(items), failed)
    flows.flow(index, failed)
    return failed


def ballot(flows: Flows, op: Operation, context: Context) -> Node:
    """A judge is asked unless there is no answer."""
    plain(flows, op, context)
    return Length(op.operands[1])


def accept(flows: Flows, op: Operation, context: Context) -> Node:
    """A value is accepted by its condition, whatever it is."""
    value, condition = op.operands
    flows.copy(value, op.results[0])
    flows.give(condition, op.results[0])
    return condition


def rounds(flows: Flows, op: Operation, context: Context) -> Node:
    """Whether a loop can count at all depends on its step."""
    plain(flows, op, context)
    return op.operands[2]


def redact(flows: Flows, op: Operation, context: Context) -> None:
    """The masked text has the label that is written at most; what is hidden, the text's."""
    masked, hidden = op.results
    flows.copy(op.operands[0], masked, _written(op))
    flows.give(op.operands[0], hidden)


def declassify(flows: Flows, op: Operation, context: Context) -> None:
    """The value has the label that is written at most."""
    flows.copy(op.operands[0], op.results[0], _written(op))


def _written(op: Operation) -> int:
    label = property_of(op, "label")
    return LABELS.index(label.data) if isinstance(label, LabelAttr) else TOP


def order_only(flows: Flows, op: Operation, context: Context) -> None:
    """What only says that something is over tells nothing of it."""


def cancel(flows: Flows, op: Operation, context: Context) -> None:
    """Whether a scope goes on depends on the condition that ends it."""
    handle, *deciding = op.operands
    flows.flow(context.point, handle)
    for value in deciding:
        flows.read(value, handle)


def quorum(flows: Flows, op: Operation, context: Context) -> Node | None:
    """A vote that stops asks for no more answers once those that are there decide."""
    if "stop" in op.properties:
        for answers in op.operands:
            flows.read(answers, flows.demand(op.operands[0]))
    return plain(flows, op, context)


def apply(flows: Flows, op: Operation, context: Context) -> Node | None:
    """A function takes time and may fail."""
    failed = plain(flows, op, context)
    if context.time is not None:
        flows.flow(op.results[0], context.time)
    return failed


def request(flows: Flows, op: Operation, context: Context) -> Node:
    """An answer has the label of what is told; there are as many as questions."""
    event = flows.ask(op, op.operands, context)
    for result in op.results:
        flows.flow(event, result)
        for operand in op.operands:
            if is_list(operand) and is_list(result):
                flows.flow(Length(operand), Length(result))
    return event


def sample(flows: Flows, op: Operation, context: Context) -> Node | None:
    """There are as many answers as asked for, unless those that fail are left out."""
    assert isinstance(op, ensemble.SampleOp)
    point = Event(op)
    flows.flow(context.point, point)
    flows.flow(flows.demand(op.result), point)
    event = flows.ask(op, [op.prompt], replace(context, point=point))
    flows.flow(event, op.result)
    if op.default is not None:
        flows.read(op.default, op.result)
    if op.drop is not None:
        flows.flow(event, Length(op.result))
    return None if handles_errors(op) else event


VALUES: Mapping[str, Transfer] = {
    "plain": plain,
    "request": request,
    "llm.constant": constant,
    "llm.list": listing,
    "sched.list": listing,
    "exec.list": listing,
    "llm.concat": concat,
    "llm.length": length,
    "llm.get": get,
    "llm.top_k": top_k,
    "llm.redact": redact,
    "llm.declassify": declassify,
    "llm.apply": apply,
    "exec.apply": apply,
    "sched.ballot": ballot,
    "sched.accept": accept,
    "exec.accept": accept,
    "sched.rounds": rounds,
    "ensemble.vote": quorum,
    "sched.quorum": quorum,
    "exec.quorum": quorum,
    "sched.done": order_only,
    "exec.done": order_only,
    "exec.after": order_only,
    "exec.cache_store": order_only,
    "sched.cancel": cancel,
    "exec.cancel": cancel,
    "ensemble.sample": sample,
}
