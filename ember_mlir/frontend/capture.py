"""Capturing an entry: its function runs once, on symbolic arguments, into a module."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from inspect import CO_VARARGS, CO_VARKEYWORDS
from types import CodeType, FunctionType

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region, SSAValue

from ember_mlir.dialects.locations import location_at
from ember_mlir.dialects.names import NAME
from ember_mlir.dialects.values import Utf8Attr
from ember_mlir.errors import CaptureError, SourceLocation
from ember_mlir.frontend.applied import Applied
from ember_mlir.frontend.calls import finished
from ember_mlir.frontend.composition import is_operator
from ember_mlir.frontend.eager import Eager, Send
from ember_mlir.frontend.guards import Guards
from ember_mlir.frontend.hooks import instrument
from ember_mlir.frontend.layouts import Layout
from ember_mlir.frontend.names import ascii_symbol, value_hint
from ember_mlir.frontend.narrowing import is_any_namespace, is_any_tuple, is_coroutine
from ember_mlir.frontend.recorder import Recorder, activated
from ember_mlir.frontend.regions.raising import emit_raise, settle_raises
from ember_mlir.frontend.regions.region import belongs_to_program, is_mistake
from ember_mlir.frontend.results import Shape, shape_of
from ember_mlir.frontend.rewriting.functions import rewrite
from ember_mlir.frontend.signature import Arguments
from ember_mlir.frontend.structures import check_held
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.tracing.symbols import Models


@dataclass(frozen=True, slots=True)
class Captured:
    """A captured entry: a module with one function, and what it holds for.

    `inputs` names the arguments of the function in order, `shape` is the result around
    its outputs. `functions` are those that it applies, `code` is what `function` ran.
    """

    module: ModuleOp
    symbol: str
    inputs: tuple[str, ...]
    shape: Shape
    guards: Guards
    models: Models
    functions: dict[str, Applied]
    function: FunctionType
    code: CodeType

    def holds(self) -> bool:
        """Whether all that was read at capture is still as it was."""
        same = self.function.__code__ is self.code
        return same and self.guards.hold() and self.models.unchanged()


def capture(function: FunctionType, arguments: Arguments) -> Captured:
    """The module of `function` for the types and static values of `arguments`.

    Raises `CaptureError`, with the line, at the first thing that cannot be captured;
    nothing has been asked of a model then.
    """
    code = function.__code__
    location = entry_location(function)
    check_held(arguments.types, function.__name__, location)
    inputs = arguments.inputs
    symbol = ascii_symbol(function.__name__)
    block = Block(arg_types=[found.layout.type for found in inputs.values()])
    trace = Trace(block, symbol)
    values = {**arguments.fixed, **arguments.values}
    for name, argument in zip(inputs, block.args, strict=True):
        argument.name_hint = value_hint(name)
        values[name] = trace.part(argument, inputs[name].layout)
    with _as_operator(trace, function, arguments):
        result = _ends(trace, lambda: _run(trace, function, values))
    outputs: list[SSAValue] = []
    trace.location = location

    def hole(value: object, layout: Layout) -> int:
        outputs.append(trace.hold(value, layout))
        return len(outputs) - 1

    shape = shape_of(result, hole, location, trace.has_made)
    trace.add(ReturnOp(*outputs))
    settle_raises(trace.functions, block)
    entry = _function(function, symbol, block, tuple(inputs))
    entry.location = location_at(location)
    module = ModuleOp([*trace.models.ops.values(), *trace.tools.ops.values(), entry])
    module.location = entry.location
    return Captured(
        module,
        symbol,
        tuple(inputs),
        shape,
        trace.guards,
        trace.models,
        trace.functions.by_symbol,
        function,
        code,
    )


def run_eagerly(function: FunctionType, arguments: Arguments, tape: bytes, send: Send) -> object:
    """The result of `function` on known arguments, each call asked at once.

    It moves through the same rewritten source as a capture, and so draws alike.
    """
    location = entry_location(function)
    values = {**arguments.fixed, **arguments.values}
    result = _run(Eager(tape, send), function, values)
    # Eager values are known, so the shape has no holes; its lists are new ones.
    return shape_of(result, lambda value, layout: 0, location).rebuild(())


def entry_location(function: FunctionType) -> SourceLocation:
    """Where an entry is defined; raises `CaptureError` if it cannot be rewritten."""
    definition = rewrite(function).definition
    return definition.location(definition.node)


def _run(recorder: Recorder, function: FunctionType, values: dict[str, object]) -> object:
    positional = _positional(function.__code__, values)
    with activated(recorder), _bounded(recorder):
        entry: Callable[..., object] = instrument(recorder, function)
        result = entry(*positional, **values)
        return finished(result) if is_coroutine(result) else result


def _positional(code: CodeType, values: dict[str, object]) -> list[object]:
    """The positional arguments of a call, taken from all; what is left are those by name."""
    named = code.co_argcount + code.co_kwonlyargcount
    has_more = bool(code.co_flags & CO_VARARGS)
    count = code.co_argcount if has_more else code.co_posonlyargcount
    positional = [values.pop(name) for name in code.co_varnames[:count]]
    if has_more:
        more = values.pop(code.co_varnames[named], ())
        assert is_any_tuple(more)
        positional += more
    if code.co_flags & CO_VARKEYWORDS:
        others = values.pop(code.co_varnames[named + has_more], {})
        assert is_any_namespace(others)
        values |= others
    return positional


def _as_operator(
    trace: Trace, function: FunctionType, arguments: Arguments
) -> AbstractContextManager[None]:
    """Inside of the operator whose `forward` the entry is, if it is one."""
    owner = next(iter(arguments.fixed.values()), None)
    is_forward = is_operator(owner) and getattr(type(owner), "forward", None) is function
    return trace.nesting.inside(owner) if is_forward else nullcontext()


@contextmanager
def _bounded(recorder: Recorder) -> Generator[None]:
    try:
        yield
    except RecursionError as error:
        raise CaptureError(
            "recursion deeper than Python's stack is not captured yet; bound it, or write a loop",
            location=recorder.location,
        ) from error


def _ends(trace: Trace, run: Callable[[], object]) -> object:
    """The result of what is captured; an error of the program's is one that it raises there."""
    try:
        return run()
    except Exception as error:
        if is_mistake(error):
            raise CaptureError(
                "this is not captured yet, for a reason that is a mistake of Ember MLIR; report it",
                location=trace.location,
            ) from error
        may_be_read = len(trace.scopes) == 1 or isinstance(error, UnboundLocalError)
        if isinstance(error, NameError) and not may_be_read:
            raise CaptureError(
                f"the name '{error.name}' that has no value, where nobody may read it, is not "
                "captured yet; give it one before",
                location=trace.location,
            ) from error
        if not belongs_to_program(error):
            raise
        if len(trace.scopes) > 1:
            raise CaptureError(
                "an error inside of an expression that may not be evaluated, or of a function "
                "that runs for each element, is not captured yet; write it with 'if'",
                location=trace.location,
            ) from error
        emit_raise(trace, error)
        return None


def _function(function: FunctionType, symbol: str, block: Block, inputs: tuple[str, ...]) -> FuncOp:
    last = block.last_op
    assert isinstance(last, ReturnOp)
    names = [DictionaryAttr({NAME: Utf8Attr(name)}) for name in inputs]
    op = FuncOp(
        symbol,
        (block.arg_types, last.operand_types),
        Region(block),
        arg_attrs=ArrayAttr(names) if names else None,
    )
    if symbol != function.__name__:
        op.attributes[NAME] = Utf8Attr(function.__name__)
    return op
