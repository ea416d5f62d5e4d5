"""The walk: blocks in order, regions with their indices, and where errors come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue

from ember_mlir.dialects import llm
from ember_mlir.dialects.locations import location_of
from ember_mlir.dialects.names import entry_name
from ember_mlir.errors import EmberError, InputError, InvalidIRError
from ember_mlir.interpreter import branches, ensembles, numbers, values
from ember_mlir.providers import Reply, Request, Tool
from ember_mlir.semantics import Value
from ember_mlir.tape import tape_of

Send = Callable[[Request], Reply]
"""How a request is answered."""

Functions = Mapping[str, Callable[..., Value]]
"""The Python functions that a program applies, by name."""

Results = Sequence[Value]

MEANINGS: Mapping[str, Callable[[Run, Operation], Results]] = {
    "llm": values.results,
    "ensemble": ensembles.results,
    "scf": branches.results,
    "arith": numbers.results,
}
"""What the operations of each dialect give."""


def interpret(
    module: ModuleOp,
    inputs: Sequence[Value],
    *,
    seed: int,
    send: Send,
    entry: str | None = None,
    functions: Functions | None = None,
) -> list[Value]:
    """The results of the entry function of `module` on `inputs`, in order.

    `seed` gives the tape; `send` answers one request at a time. `entry` names the
    function if there are several, `functions` are those that `llm.apply` names. Raises
    what the program raises, with the location of the operation that failed.
    """
    found = [op for op in module.ops if isinstance(op, func.FuncOp)]
    function = next((f for f in found if entry in (None, f.sym_name.data)), None)
    if function is None:
        got = "there is none" if entry is None else f"got '{entry}'"
        raise InputError(f"the entry must be a function of the module, but {got}")
    arguments = function.body.block.args
    if len(inputs) != len(arguments):
        raise InputError(f"the program takes {len(arguments)} inputs, but got {len(inputs)}")
    run = Run(module, tape_of(seed, entry_name(function)), send, functions or {})
    return list(run.block(function.body.block, inputs))


class Run:
    """One run: the value of each SSA value so far, and where in the repetitions it is."""

    def __init__(self, module: ModuleOp, tape: bytes, send: Send, functions: Functions) -> None:
        self.models = {
            op.sym_name.data: op.model_name for op in module.ops if isinstance(op, llm.ModelOp)
        }
        self.tools = {
            op.sym_name.data: Tool(op.tool_name, op.description.data, op.parameters.data)
            for op in module.ops
            if isinstance(op, llm.ToolOp)
        }
        self.tape = tape
        self.send = send
        self.functions = functions
        self.values: dict[SSAValue, Value] = {}
        self.indices: list[int] = []

    def __getitem__(self, value: SSAValue) -> Value:
        """The value of an SSA value that has been computed."""
        return self.values[value]

    def block(self, block: Block, arguments: Sequence[Value] = ()) -> Results:
        """Run a block; the values that its last operation hands out."""
        self.values.update(zip(block.args, arguments, strict=True))
        for op in block.ops:
            if op is block.last_op:
                return [self.values[value] for value in op.operands]
            try:
                self.values.update(zip(op.results, self.operation(op), strict=True))
            except EmberError as error:
                error.location = error.location or location_of(op)
                raise
        raise InvalidIRError("a block must end with a return or yield; verify the module first")

    def repeat(self, block: Block, arguments: Sequence[Value], index: int) -> Results:
        """Run the block of a region that repeats, for the `index`-th time."""
        self.indices.append(index)
        try:
            return self.block(block, arguments)
        finally:
            self.indices.pop()

    def operation(self, op: Operation) -> Results:
        """The results of one operation."""
        meaning = MEANINGS.get(op.name.partition(".")[0])
        if meaning is None:
            raise not_interpreted(op)
        return meaning(self, op)


def not_interpreted(op: Operation) -> InvalidIRError:
    """The error that an operation has no meaning at the level `llm`."""
    return InvalidIRError(f"'{op.name}' must be of the level 'llm' to be interpreted")
