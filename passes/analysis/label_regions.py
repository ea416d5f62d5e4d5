"""How labels flow through operations that run regions or frames.

What decides whether, or how often, something runs flows to the point of what runs there.
One function serves all levels: `scf.if`, `sched.if` and `exec.select` mean the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xdsl.ir import Block, Operation, OpResult, SSAValue

from ember_mlir.dialects import ensemble, sched
from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects.formats.errors import takes_some_errors
from ember_mlir.passes.analysis.flow_graph import Event, Length, Node
from ember_mlir.passes.analysis.label_flows import (
    Body,
    Context,
    Flows,
    Transfer,
    begin_arguments,
    default_of,
    handles_errors,
)


def inside(flows: Flows, op: Operation, context: Context, *deciding: Node) -> Context:
    """The context of what `op` runs if all of `deciding` say so."""
    point = Event(op)
    for node in (context.point, *deciding):
        flows.flow(node, point)
    failures = None if context.failures is None else Event(op)
    return Context(point, failures, context.time)


def leave(flows: Flows, op: Operation, inner: Context) -> Node | None:
    """Let the results of `op` depend on what decided; what tells whether it fails."""
    for result in op.results:
        flows.give(inner.point, result)
    return inner.failures


def one_after_another(flows: Flows, inner: Context) -> None:
    """Let what runs again and again stop at the first failure."""
    if inner.failures is not None:
        flows.flow(inner.failures, inner.point)


def copy_all(flows: Flows, sources: Sequence[SSAValue], targets: Sequence[SSAValue]) -> None:
    for source, target in zip(sources, targets, strict=True):
        flows.copy(source, target)


# Functions and frames


def function(flows: Flows, op: Operation, context: Context) -> None:
    """Labels begin at arguments."""
    begin_arguments(flows, op)
    for region in op.regions:
        for block in region.blocks:
            flows.block(block, Context(Event(op)))


def frame(flows: Flows, op: Operation, context: Context) -> None:
    """Labels begin at arguments, and come from where the frame is run."""
    assert isinstance(op, instructions.FrameOp)
    begin_arguments(flows, op)
    flows.block(op.body.block, flows.frame_context(op))


# Branches and loops


def either(flows: Flows, op: Operation, context: Context) -> Node | None:
    """One of two, by a condition."""
    inner = inside(flows, op, context, op.operands[0])
    for body in flows.bodies(op):
        flows.run(body, inner)
        copy_all(flows, body.yields, op.results)
    return leave(flows, op, inner)


def for_loop(flows: Flows, op: Operation, context: Context) -> Node | None:
    """As many rounds as the bounds say; a step below 1 fails."""
    lower, upper, step, *initial = op.operands
    inner = inside(flows, op, context, lower, upper, step)
    one_after_another(flows, inner)
    if inner.failures is not None:
        flows.flow(step, inner.failures)
    (body,) = flows.bodies(op)
    number, *state = body.arguments
    flows.flow(lower, number)
    flows.flow(step, number)
    for sources in (initial, body.yields):
        copy_all(flows, sources, state)
        copy_all(flows, sources, op.results)
    flows.run(body, inner)
    return leave(flows, op, inner)


def while_loop(flows: Flows, op: Operation, context: Context) -> Node | None:
    """Rounds until the condition that ends the first region does not hold."""
    before, after = flows.bodies(op)
    condition, *handed_on = before.yields
    inner = inside(flows, op, context, condition)
    one_after_another(flows, inner)
    copy_all(flows, op.operands, before.arguments)
    copy_all(flows, after.yields, before.arguments)
    copy_all(flows, handed_on, after.arguments)
    copy_all(flows, handed_on, op.results)
    flows.run(before, inner)
    flows.run(after, inner)
    return leave(flows, op, inner)


def loop(flows: Flows, op: Operation, context: Context) -> Node | None:
    """Rounds as long as one says so."""
    assert isinstance(op, sched.LoopOp | instructions.LoopOp)
    (body,) = flows.bodies(op)
    more, *state = body.yields
    inner = inside(flows, op, context, more)
    one_after_another(flows, inner)
    copy_all(flows, op.initial, body.arguments)
    copy_all(flows, _decided(flows, state, more, 0), body.arguments)
    copy_all(flows, [more, *_decided(flows, state, more, 1)], op.results)
    flows.run(body, inner)
    return leave(flows, op, inner)


def _decided(
    flows: Flows, values: Sequence[SSAValue], condition: SSAValue, arm: int
) -> list[SSAValue]:
    """Values as they are once `condition` is known: of a branch on it, those of one arm."""

    def decided(value: SSAValue) -> SSAValue:
        op = value.owner
        if isinstance(op, sched.IfOp | instructions.SelectOp) and op.condition is condition:
            assert isinstance(value, OpResult)
            return flows.bodies(op)[arm].yields[value.index]
        return value

    return list(map(decided, values))


def refine(flows: Flows, op: Operation, context: Context) -> Node | None:
    """Rounds until one is accepted."""
    (body,) = flows.bodies(op)
    value, accepted = body.yields
    inner = inside(flows, op, context, accepted)
    one_after_another(flows, inner)
    for source in (op.operands[0], value):
        copy_all(flows, [source], body.arguments)
    flows.copy(value, op.results[0])
    flows.run(body, inner)
    if "must_accept" in op.properties and inner.failures is not None:
        flows.flow(accepted, inner.failures)
    return leave(flows, op, inner)


# Members


def members(
    flows: Flows, op: Operation, context: Context, bodies: Sequence[Body], *deciding: Node
) -> Node | None:
    """A list of what several runs give, each of which may be left out or replaced."""
    result = op.results[0]
    inner = inside(flows, op, context, flows.demand(result), *deciding)
    handled = handles_errors(op)
    if handled:
        failures = Event(op)
        inner = replace(inner, failures=failures)
        flows.flow(failures, result)
        if "drop" in op.properties:
            flows.give(failures, result)
    else:
        one_after_another(flows, inner)
    default = default_of(op)
    if default is not None:
        flows.read(default, result)
    for body in bodies:
        flows.run(body, inner)
        flows.read(body.yields[0], result)
    failed = leave(flows, op, inner)
    return None if handled else failed


def each(flows: Flows, op: Operation, context: Context) -> Node | None:
    """A run for each element: how many there are decides."""
    assert isinstance(op, ensemble.MapOp | sched.FanoutOp | instructions.FanoutOp)
    bodies = flows.bodies(op)
    if op.items is None:
        return members(flows, op, context, bodies)
    # A vote that needs no more of these needs no more of what they are made from.
    flows.flow(flows.demand(op.results[0]), flows.demand(op.items))
    for body in bodies:
        flows.give(op.items, body.arguments[0])
    return members(flows, op, context, bodies, Length(op.items))


def parallel(flows: Flows, op: Operation, context: Context) -> Node | None:
    """A run for each arm."""
    return members(flows, op, context, flows.bodies(op))


def reduce(flows: Flows, op: Operation, context: Context) -> Node | None:
    """A tree whose shape follows from the length alone; of no element it fails."""
    assert isinstance(op, ensemble.ReduceOp | sched.ReduceOp | instructions.ReduceOp)
    items, result = op.items, op.results[0]
    inner = inside(flows, op, context, Length(items))
    one_after_another(flows, inner)
    (body,) = flows.bodies(op)
    group = body.arguments[0]
    flows.copy(items, group)
    flows.read(body.yields[0], group)
    flows.give(items, result)
    flows.copy(body.yields[0], result)
    flows.run(body, inner)
    if inner.failures is not None:
        flows.flow(Length(items), inner.failures)
    return leave(flows, op, inner)


# Arms of which one is the result


def cascade(flows: Flows, op: Operation, context: Context) -> Node | None:
    """A rung runs if those before were refused."""
    inner = inside(flows, op, context)
    for body in flows.bodies(op):
        flows.run(body, inner)
        flows.copy(body.yields[0], op.results[0])
        behind = inside(flows, op, inner, *body.yields[1:])
        if inner.failures is not None:
            flows.flow(inner.failures, behind.point)
            for accepted in body.yields[1:]:
                flows.flow(accepted, inner.failures)
        inner = replace(behind, failures=inner.failures)
    return leave(flows, op, inner)


def attempt(flows: Flows, op: Operation, context: Context) -> Node | None:
    """An arm runs if those before have failed, and perhaps again if it fails itself.

    An error tells of what has failed, which is what its class and its text depend on.
    """
    inner = inside(flows, op, context)
    bodies = flows.bodies(op)
    again, some = "at_most" in op.properties, takes_some_errors(op)
    told: Event | None = None
    for number, body in enumerate(bodies, 1):
        if told is not None and some:
            for argument in body.arguments:
                flows.flow(told, argument)
        copy_all(flows, body.yields, op.results)
        if number == len(bodies) and not again:
            flows.run(body, inner)
            break
        own = Event(op)
        flows.run(body, replace(inner, failures=own))
        if again:
            flows.flow(own, inner.point)
        if (number == len(bodies) or some) and inner.failures is not None:
            flows.flow(own, inner.failures)
        told = own
        inner = replace(inside(flows, op, inner, own), failures=inner.failures)
    return leave(flows, op, inner)


def first(flows: Flows, op: Operation, context: Context) -> Node | None:
    """Which arm is the result depends on how long all of them take, and on which fail."""
    over = Event(op)
    inner = inside(flows, op, context, over)
    for body in flows.bodies(op):
        flows.run(body, replace(inner, failures=over, time=over))
        copy_all(flows, body.yields, op.results)
    for outer in (context.time, inner.failures):
        if outer is not None:
            flows.flow(over, outer)
    return leave(flows, op, inner)


# What is only wrapped


def task(flows: Flows, op: Operation, context: Context) -> Node | None:
    """A body that runs once its inputs are ready."""
    inner = inside(flows, op, context)
    (body,) = flows.bodies(op)
    copy_all(flows, op.operands, body.arguments)
    flows.run(body, inner)
    copy_all(flows, body.yields, op.results)
    return leave(flows, op, inner)


def scope(flows: Flows, op: Operation, context: Context) -> Node | None:
    """A body that may be ended: by its handle, by a deadline, or when its money is spent."""
    handle, *values = op.results
    inner = inside(flows, op, context, handle)
    one_after_another(flows, inner)
    (body,) = flows.bodies(op)
    if inner.failures is not None and ("deadline" in op.properties or "budget" in op.properties):
        spent = Event(op)
        flows.flow(spent, inner.failures)
        if inner.time is not None:
            flows.flow(spent, inner.time)
        inner = replace(inner, time=spent)
    flows.run(body, inner)
    copy_all(flows, body.yields, values)
    for value in values:
        flows.give(inner.point, value)
    return inner.failures


def remembered(flows: Flows, op: Operation, context: Context) -> Node | None:
    """A body that runs if its key is new; the key tells all that the body reads."""
    (body,) = flows.bodies(op)
    told = op.operands if body.frame is not None else _read_inside(body.block)
    inner = inside(flows, op, context, flows.ask(op, told, context))
    flows.run(body, inner)
    copy_all(flows, body.yields, op.results)
    return leave(flows, op, inner)


def _read_inside(block: Block) -> Sequence[SSAValue]:
    """What the operations of a region read from outside of it."""
    defined: set[SSAValue] = set(block.args)
    read: dict[SSAValue, None] = {}
    for outer in block.ops:
        for op in outer.walk():
            for inner in (found for region in op.regions for found in region.blocks):
                defined.update(inner.args)
            defined.update(op.results)
            read.update(dict.fromkeys(op.operands))
    return [value for value in read if value not in defined]


def unknown(flows: Flows, op: Operation, context: Context) -> Node | None:
    """Of what this analysis does not know, everything depends on everything."""
    every = Event(op)
    flows.flow(context.point, every)
    for operand in op.operands:
        flows.read(operand, every)
    for body in flows.bodies(op):
        for argument in body.arguments:
            flows.give(every, argument)
        flows.run(body, Context(every, every, every))
        for value in body.yields:
            flows.read(value, every)
    for result in op.results:
        flows.give(every, result)
    if context.time is not None:
        flows.flow(every, context.time)
    return every


REGIONS: Mapping[str, Transfer] = {
    "unknown": unknown,
    "func.func": function,
    "exec.frame": frame,
    "scf.if": either,
    "sched.if": either,
    "exec.select": either,
    "scf.for": for_loop,
    "scf.while": while_loop,
    "sched.loop": loop,
    "exec.loop": loop,
    "ensemble.refine": refine,
    "ensemble.map": each,
    "sched.fanout": each,
    "exec.fanout": each,
    "ensemble.parallel": parallel,
    "sched.parallel": parallel,
    "exec.parallel": parallel,
    "ensemble.reduce": reduce,
    "sched.reduce": reduce,
    "exec.reduce": reduce,
    "ensemble.cascade": cascade,
    "ensemble.fallback": attempt,
    "sched.attempt": attempt,
    "exec.attempt": attempt,
    "ensemble.race": first,
    "sched.first": first,
    "exec.first": first,
    "sched.task": task,
    "sched.scope": scope,
    "exec.spawn": scope,
    "sched.cached": remembered,
    "exec.cache_lookup": remembered,
}
