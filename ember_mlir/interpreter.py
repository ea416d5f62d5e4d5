"""The reference interpreter: what a program means.

It runs a module of `llm` and `ensemble` one operation at a time, in program order, with
no optimization at all. Every pass and the engine are tested against it, so it is meant
to be read in one sitting: if this text is right, a program that agrees with it is.

Every request must have its identity (run `assign-draws` first).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.dialects import func
from xdsl.dialects.builtin import IntegerAttr, ModuleOp
from xdsl.ir import Block, Operation, SSAValue

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.locations import source_of
from ember_mlir.dialects.names import entry_name
from ember_mlir.dialects.values import DecimalAttr, DrawAttr, is_greedy
from ember_mlir.errors import EmberError, InputError, InvalidIRError
from ember_mlir.providers import Reply, Request
from ember_mlir.semantics import (
    check_reducible,
    fill_template,
    parse_template,
    reduce_levels,
    vote,
)
from ember_mlir.tape import draw_number, tape_of

Value = str | list["Value"]
"""A value of a program: a text, or a list of values."""

Send = Callable[[Request], Reply]
"""How a request is answered."""


def interpret(
    module: ModuleOp, inputs: Sequence[Value], *, seed: int, send: Send, entry: str | None = None
) -> list[Value]:
    """The results of the entry function of `module` on `inputs`, in order.

    `seed` gives the tape; `send` answers one request at a time. `entry` names the
    function if there are several. Raises what the program raises, with the location of
    the operation that failed.
    """
    functions = [op for op in module.ops if isinstance(op, func.FuncOp)]
    function = next((f for f in functions if entry in (None, f.sym_name.data)), None)
    if function is None:
        raise InputError(f"the entry must be a function of the module, but got '{entry}'")
    arguments = function.body.block.args
    if len(inputs) != len(arguments):
        raise InputError(f"the program takes {len(arguments)} inputs, but got {len(inputs)}")
    run = _Run(module, tape_of(seed, entry_name(function)), send)
    run.values.update(zip(arguments, inputs, strict=True))
    return run.block(function.body.block)


class _Run:
    """One run: the value of each SSA value so far, and where in the repetitions it is."""

    def __init__(self, module: ModuleOp, tape: bytes, send: Send) -> None:
        self.models = {
            op.sym_name.data: op.model_name for op in module.ops if isinstance(op, llm.ModelOp)
        }
        self.tape = tape
        self.send = send
        self.values: dict[SSAValue, Value] = {}
        self.indices: list[int] = []

    def block(self, block: Block) -> list[Value]:
        """Run a block; the values that its last operation hands out."""
        for op in block.ops:
            if isinstance(op, func.ReturnOp | ensemble.YieldOp):
                return [self.values[value] for value in op.operands]
            try:
                self.values[op.results[0]] = self.operation(op)
            except EmberError as error:
                error.location = error.location or source_of(op)
                raise
        raise InvalidIRError("a block must end with a return or yield; verify the module first")

    def operation(self, op: Operation) -> Value:
        """The result of one operation."""
        match op:
            case llm.ConstantOp():
                return op.value.data
            case llm.TemplateOp():
                pieces = parse_template(op.template.data)
                return fill_template(pieces, [self.text(hole) for hole in op.holes])
            case llm.ListOp():
                return [self.values[item] for item in op.items]
            case llm.JoinOp():
                return op.separator.data.join(self.texts(op.items))
            case llm.GenerateOp():
                return self.ask(op, op.model.string_value(), self.indices)
            case ensemble.SampleOp():
                return [
                    self.ask(op, op.model.string_value(), [*self.indices, index])
                    for index in range(op.count.value.data)
                ]
            case ensemble.MapOp():
                items = enumerate(self.items(op.items))
                return [self.region(op.body.block, item, index) for index, item in items]
            case ensemble.ReduceOp():
                return self.reduce(op)
            case ensemble.VoteOp():
                return vote(self.texts(op.answers))
            case _:
                raise InvalidIRError(f"'{op.name}' must be of the level 'llm' to be interpreted")

    def region(self, block: Block, argument: Value, index: int) -> Value:
        """One run of the region of a map or reduction."""
        self.values[block.args[0]] = argument
        self.indices.append(index)
        (result,) = self.block(block)
        self.indices.pop()
        return result

    def reduce(self, op: ensemble.ReduceOp) -> Value:
        """Merge groups of neighbours, level by level, until one value is left."""
        level = self.items(op.items)
        check_reducible(len(level))
        arity = op.arity.value.data
        for length, first in reduce_levels(len(level), arity):
            groups = [level[start : start + arity] for start in range(0, length, arity)]
            level = [
                group[0] if len(group) == 1 else self.region(op.body.block, group, first + node)
                for node, group in enumerate(groups)
            ]
        return level[0]

    def ask(self, op: llm.GenerateOp | ensemble.SampleOp, model: str, place: list[int]) -> str:
        """Send one request, with its draw unless it is greedy."""
        draws: tuple[int, ...] = ()
        if not is_greedy(op):
            draws = (self.draw(op, place),)
        request = Request(
            model=self.models[model],
            prompt=self.text(op.prompt),
            temperature=_float(op.temperature),
            max_tokens=_int(op.max_tokens),
            draws=draws,
        )
        return self.send(request).values[0]

    def draw(self, op: llm.GenerateOp | ensemble.SampleOp, place: list[int]) -> int:
        """The number on the tape at the draw of `op`, with its dynamic indices filled in."""
        if not isinstance(op.draw, DrawAttr):
            raise InvalidIRError("a request must have a draw; run assign-draws first")
        dynamic = iter(place)
        indices = [next(dynamic) if i is None else i for i in op.draw.data.indices]
        return draw_number(self.tape, op.draw.data.chain, indices)

    def text(self, value: SSAValue) -> str:
        found = self.values[value]
        assert isinstance(found, str)
        return found

    def items(self, value: SSAValue) -> list[Value]:
        found = self.values[value]
        assert isinstance(found, list)
        return found

    def texts(self, value: SSAValue) -> list[str]:
        return [item for item in self.items(value) if isinstance(item, str)]


def _float(value: DecimalAttr | None) -> float | None:
    return None if value is None else float(value.data)


def _int(value: IntegerAttr | None) -> int | None:
    return None if value is None else value.value.data
