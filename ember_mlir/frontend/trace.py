"""The trace: a recorder that writes operations of `llm` and `ensemble`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType

from xdsl.dialects.builtin import FileLineColLoc, IntAttr, StringAttr
from xdsl.ir import Block, Operation, Region, SSAValue, TypeAttribute

from ember_mlir.dialects.ensemble import MapOp, ReduceOp, SampleOp, VoteOp, YieldOp
from ember_mlir.dialects.llm import ConstantOp, GenerateOp, JoinOp, ListOp, ModelOp, TemplateOp
from ember_mlir.dialects.values import TEXT, Draw, DrawAttr, ListType
from ember_mlir.errors import ModelError, SourceLocation
from ember_mlir.frontend.calls import invoke
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.names import ascii_symbol, value_hint
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.recorder import Ask, Recorder
from ember_mlir.frontend.values import Symbolic, Text, TextList, depth_of, holds_tuple
from ember_mlir.providers import Model, find_model
from ember_mlir.semantics import escape_template

MAX_OPERATIONS = 100_000
"""How many operations a capture may write before it is refused as out of hand."""


class Models:
    """The models that a capture uses: their operations, and what they were registered as."""

    def __init__(self, taken: str) -> None:
        self.ops: dict[str, ModelOp] = {}
        self.used: dict[str, Model] = {}
        self._symbols = {taken}

    def symbol(self, name: str, location: FileLineColLoc) -> str:
        """The symbol of the model called `name`."""
        if name not in self.ops:
            model = self.used[name] = find_model(name)
            self.ops[name] = _model_op(model, self._free(ascii_symbol(name)))
            self.ops[name].location = location
        return self.ops[name].sym_name.data

    def unchanged(self) -> bool:
        """Whether every model is still registered as it was."""
        try:
            return all(find_model(name) == model for name, model in self.used.items())
        except ModelError:
            return False

    def _free(self, symbol: str) -> str:
        while symbol in self._symbols:
            symbol += "_model"
        self._symbols.add(symbol)
        return symbol


def _model_op(model: Model, symbol: str) -> ModelOp:
    prices = model.input_usd_per_million, model.output_usd_per_million
    # A model with one price only has an unknown cost, as one with none.
    known = None if prices[0] is None or prices[1] is None else (prices[0], prices[1])
    return ModelOp(
        symbol,
        model.provider,
        model=model.name,
        prices=known,
        clearance=None if model.clearance == "public" else model.clearance,
        concurrency=model.max_concurrency,
        supports_n=model.supports_n,
        batch=model.max_batch,
    )


class Trace(Recorder):
    """One capture: operations are added to the innermost block."""

    def __init__(self, entry: Block, symbol: str) -> None:
        super().__init__()
        self.blocks = [entry]
        self.models = Models(symbol)
        self._operations = 0
        self._list_names: dict[int, str | None] = {}

    # Operations

    def emit(self, op: Operation) -> SSAValue:
        """Add an operation at the place of the call under way; return its result."""
        self.add(op)
        return op.results[0]

    def add(self, op: Operation) -> None:
        """Add an operation at the place of the call under way."""
        self._operations += 1
        if self._operations > MAX_OPERATIONS:
            self.refuse(
                f"a program of more than {MAX_OPERATIONS} operations",
                "replace the loop by ember.map over a list argument",
            )
        if self.location is not None:
            op.location = location_attr(self.location)
        self.blocks[-1].add_op(op)

    def generate(self, ask: Ask) -> Text:
        model, prompt = self.asked(ask)
        op = GenerateOp(
            model,
            prompt,
            temperature=ask.temperature,
            max_tokens=ask.max_tokens,
            draw=self.draw(),
        )
        return self.text(self.emit(op))

    def sample(self, ask: Ask, count: int) -> TextList:
        model, prompt = self.asked(ask)
        op = SampleOp(
            count,
            model,
            prompt,
            temperature=ask.temperature,
            max_tokens=ask.max_tokens,
            draw=self.draw(None),
        )
        return self.list(self.emit(op), 1)

    def asked(self, ask: Ask) -> tuple[str, SSAValue]:
        """The symbol of the model that is asked, and the prompt."""
        assert self.location is not None
        symbol = self.models.symbol(ask.model, location_attr(self.location))
        prompt = self.ssa(ask.prompt, 0)
        if isinstance(prompt.owner, TemplateOp | ConstantOp):
            prompt.name_hint = prompt.name_hint or "prompt"
        return symbol, prompt

    def draw(self, *own: None) -> DrawAttr:
        """The draw of a request here; `own` are the repetitions of the request itself."""
        return DrawAttr(Draw(tuple(self.chain), (*self.indices, *own)))

    def vote(self, answers: object) -> Text:
        return self.text(self.emit(VoteOp(self.ssa(answers, 1))))

    def join(self, items: object, separator: str) -> Text:
        return self.text(self.emit(JoinOp(self.ssa(items, 1), separator)))

    def template(self, pieces: Sequence[object]) -> Text:
        holes: dict[int, SSAValue] = {}
        numbers: dict[int, int] = {}
        written: list[str] = []
        for piece in pieces:
            if isinstance(piece, str):
                written.append(escape_template(piece))
                continue
            value = self.ssa(piece, 0)
            number = numbers.setdefault(id(value), len(numbers))
            holes[number] = value
            written.append(f"{{{number}}}")
        return self.text(self.emit(TemplateOp("".join(written), list(holes.values()))))

    def map(self, function: Callable[..., object], items: object) -> TextList:
        depth = depth_of(items)
        assert depth is not None
        source = self.ssa(items, depth)
        body, inner = self.region(function, depth - 1)
        return self.list(self.emit(MapOp(source, body, type_of_depth(inner + 1))), inner + 1)

    def reduce(self, function: Callable[..., object], items: object, arity: int) -> Symbolic:
        depth = depth_of(items)
        assert depth is not None
        source = self.ssa(items, depth)
        body, inner = self.region(function, depth, expected=depth - 1)
        return self.symbolic(self.emit(ReduceOp(source, arity, body, type_of_depth(inner))), inner)

    def region(
        self, function: Callable[..., object], depth: int, expected: int | None = None
    ) -> tuple[Region, int]:
        """What `function` does with one argument, and the depth of what it yields."""
        block = Block(arg_types=[type_of_depth(depth)])
        block.args[0].name_hint = _argument_hint(function)
        self.blocks.append(block)
        with self.repetition(None):
            result = self.apply(function, self.symbolic(block.args[0], depth))
            found = depth_of(result)
            fits = found is not None and expected in (None, found) and not holds_tuple(result)
            self.check_result(result, fits)
            assert found is not None
            self.add(YieldOp(self.ssa(result, found)))
        self.blocks.pop()
        return Region(block), found

    def apply(self, function: Callable[..., object], argument: object) -> object:
        return invoke(self, function, (argument,), {})

    # Values

    def symbolic(self, value: SSAValue, depth: int) -> Symbolic:
        """What stands for `value` in the program, until the current block ends."""
        return (TextList if depth else Text)(value, self.blocks[-1], depth)

    def text(self, value: SSAValue) -> Text:
        return Text(value, self.blocks[-1], 0)

    def list(self, value: SSAValue, depth: int) -> TextList:
        return TextList(value, self.blocks[-1], depth)

    def ssa(self, value: object, depth: int) -> SSAValue:
        """The value in the module of something that is `depth` lists of texts."""
        if isinstance(value, Symbolic):
            if not any(block is value.scope for block in self.blocks):
                self.refuse(
                    "a value from inside a mapped function",
                    "return it: ember.map collects the results",
                )
            return value.ssa
        if isinstance(value, str):
            self.check_unicode(value)
            return self.emit(ConstantOp(value))
        assert is_list(value)
        items = [self.ssa(item, depth - 1) for item in value]
        result = self.emit(ListOp(items, ListType(type_of_depth(depth - 1))))
        result.name_hint = self._list_names.get(id(value))
        return result

    def named(self, value: object, name: str) -> None:
        if isinstance(value, Symbolic):
            value.ssa.name_hint = value.ssa.name_hint or value_hint(name)
        elif id(value) in self.lists:
            self._list_names.setdefault(id(value), value_hint(name))


def type_of_depth(depth: int) -> TypeAttribute:
    """The type of `depth` lists around texts."""
    return ListType(type_of_depth(depth - 1)) if depth else TEXT


def location_attr(location: SourceLocation) -> FileLineColLoc:
    """A place in the user's source as a location of the module."""
    return FileLineColLoc(
        StringAttr(location.file), IntAttr(location.line), IntAttr(location.column)
    )


def _argument_hint(function: Callable[..., object]) -> str | None:
    """The name of the first argument of `function`, if it can name a value."""
    if isinstance(function, Callee):
        function = function.function
    if isinstance(function, FunctionType) and function.__code__.co_argcount:
        return value_hint(function.__code__.co_varnames[0])
    return None
