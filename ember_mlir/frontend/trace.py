"""The trace: a recorder that writes operations of `llm` and `ensemble`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from types import FunctionType

from xdsl.dialects import arith
from xdsl.dialects.builtin import (
    FileLineColLoc,
    FloatAttr,
    IntAttr,
    IntegerAttr,
    StringAttr,
    f64,
    i1,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue

from ember_mlir.dialects.ensemble import MapOp, ReduceOp, SampleOp, VoteOp, YieldOp
from ember_mlir.dialects.llm import (
    ApplyOp,
    ConstantOp,
    FieldOp,
    GenerateOp,
    JoinOp,
    ListOp,
    ModelOp,
    RecordOp,
    TemplateOp,
)
from ember_mlir.dialects.values import TEXT, Draw, DrawAttr, ListType, RecordType
from ember_mlir.errors import ModelError, SourceLocation
from ember_mlir.frontend.aliases import Aliases, parts_of
from ember_mlir.frontend.applied import Applied, Functions
from ember_mlir.frontend.containers import (
    Change,
    DictPlace,
    Home,
    InstancePlace,
    Journal,
    ListPlace,
    Place,
    TrackedDict,
    TrackedList,
)
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import OneTimeIterator, OneTimeList
from ember_mlir.frontend.layouts import (
    ANY,
    ATOMS,
    FLOAT,
    INT,
    NONE,
    OBJECT,
    TEXT_LEAF,
    Layout,
    Leaf,
    ListOf,
    Maybe,
    Parts,
    is_held_as_it_is,
    joined,
)
from ember_mlir.frontend.names import ascii_symbol, value_hint
from ember_mlir.frontend.narrowing import is_exact_dict
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.recorder import Ask, Recorder
from ember_mlir.frontend.values import Symbolic, describe, known_or_symbolic, user_location
from ember_mlir.providers import Model, find_model
from ember_mlir.semantics import escape_template

_LIST_OF_IT = "make a list of it first, as in list(zip(names, texts))"

MAX_OPERATIONS = 100_000
"""How many operations a capture may write before it is refused as out of hand."""


HERE = object()
"""Behind all operations that there are so far."""


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


class Scope(Home):
    """A region that is captured: where its operations go, and what it has changed."""

    __slots__ = ("block", "journal")

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.block = block
        self.journal = Journal()


class Trace(Recorder):
    """One capture: operations are added to the innermost scope."""

    is_capture = True

    def __init__(self, entry: Block, symbol: str) -> None:
        super().__init__()
        self.scopes = [Scope(entry)]
        self.models = Models(symbol)
        self.functions = Functions()
        self.moved: dict[Block, Block] = {}
        self._operations = 0
        self._list_names: dict[int, str | None] = {}
        self._own: dict[int, tuple[object, Scope]] = {}
        self.aliases = Aliases()

    # Scopes

    @property
    def block(self) -> Block:
        """Where operations are added."""
        return self.scopes[-1].block

    def open(self, block: Block) -> Scope:
        """Begin a region."""
        scope = Scope(block)
        self.scopes.append(scope)
        return scope

    def close(self) -> dict[int, Change]:
        """End the innermost region: all is again what it was before; returns what was changed."""
        return self.scopes.pop().journal.undo()

    @contextmanager
    def inside(self, block: Block) -> Generator[None]:
        """Add more operations to a block that has been captured."""
        self.scopes.append(Scope(block))
        try:
            yield
        finally:
            self.scopes.pop()

    def change(self, place: Place, mark: object = HERE) -> None:
        """Take note that something is about to be changed; what was made here dies here.

        What changes it stands behind `mark`.
        """
        scope = self.scopes[-1]
        if place.home.outermost() is not scope:
            scope.journal.note(place, scope.block.last_op if mark is HERE else mark)

    def is_over(self, place: Place) -> bool:
        """Whether the region is over in which something was made, and it with the region."""
        home = place.home.outermost()
        return not any(scope is home for scope in self.scopes)

    def adopt(self, value: object) -> None:
        """Let what a region leaves that is over be a part of the one around."""
        for part in parts_of(value):
            self.adopt(part)
        place = self.place_of(value)
        if place is None or not self.is_over(place):
            return
        if isinstance(value, TrackedList | TrackedDict):
            value.home = self.scopes[-1]
        else:
            self.owns(value)

    def place_of(self, value: object) -> Place | None:
        """Where `value` is changed, if captured code has made it."""
        if isinstance(value, TrackedList):
            return ListPlace(value)
        if isinstance(value, TrackedDict):
            return DictPlace(value)
        found = self._own.get(id(value))
        return None if found is None else InstancePlace(value, found[1])

    def has_made(self, value: object) -> bool:
        """Whether `value` is an object, no list or dict, that captured code has made."""
        return isinstance(self.place_of(value), InstancePlace)

    def owns(self, instance: object) -> None:
        """Take note of an object that captured code has made."""
        self._own[id(instance)] = instance, self.scopes[-1]

    def made(self, value: list[object]) -> list[object]:
        return TrackedList(value, self.scopes[-1])

    def once(
        self,
        name: str,
        iterator: Iterator[object],
        *,
        is_symbolic: bool = False,
        watched: Sequence[object] = (),
    ) -> OneTimeIterator:
        scope = self.scopes[-1]

        def check() -> None:
            self._check_advance(name, scope)
            if any(known_or_symbolic(one) is not one for one in watched):
                what = f"a list that is changed while {name}() runs through it"
                self.refuse(what, "loop over a copy, as in list(items)", user_location())

        return OneTimeIterator(name, iterator, check, is_symbolic=is_symbolic, watched=watched)

    def once_of(self, name: str, value: object, watched: Sequence[object] = ()) -> object:
        """What `name` gives one by one, of a list that may not be known."""
        scope = self.scopes[-1]

        def check(is_taken: bool) -> None:
            self._check_advance(name, scope)
            if is_taken:
                self.refuse(f"a second use of the iterator {name}()", _LIST_OF_IT, user_location())

        return OneTimeList(name, value, check, watched)

    def _check_advance(self, name: str, scope: Scope) -> None:
        """Refuse to use up an iterator in a region that may run again, or not at all."""
        if self.scopes[-1].outermost() is not scope.outermost():
            what = f"the iterator {name}() from outside of an arm or round"
            self.refuse(what, _LIST_OF_IT, user_location())

    def made_dict(self, value: dict[object, object]) -> dict[object, object]:
        return TrackedDict(value, self.scopes[-1])

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
        self.block.add_op(op)

    def generate(self, ask: Ask) -> object:
        model, prompt = self.asked(ask)
        op = GenerateOp(
            model,
            prompt,
            temperature=ask.temperature,
            max_tokens=ask.max_tokens,
            draw=self.draw(),
        )
        return self.text(self.emit(op))

    def sample(self, ask: Ask, count: int) -> object:
        model, prompt = self.asked(ask)
        op = SampleOp(
            count,
            model,
            prompt,
            temperature=ask.temperature,
            max_tokens=ask.max_tokens,
            draw=self.draw(None),
        )
        return self.value(self.emit(op), ListOf(TEXT_LEAF))

    def asked(self, ask: Ask) -> tuple[str, SSAValue]:
        """The symbol of the model that is asked, and the prompt."""
        assert self.location is not None
        symbol = self.models.symbol(ask.model, location_attr(self.location))
        prompt = self.hold(ask.prompt, TEXT_LEAF)
        if isinstance(prompt.owner, TemplateOp | ConstantOp):
            prompt.name_hint = prompt.name_hint or "prompt"
        return symbol, prompt

    def draw(self, *own: None) -> DrawAttr:
        """The draw of a request here; `own` are the repetitions of the request itself."""
        return DrawAttr(Draw(tuple(self.chain), (*self.indices, *own)))

    def vote(self, answers: object) -> object:
        return self.text(self.emit(VoteOp(self.hold(answers, ListOf(TEXT_LEAF)))))

    def join(self, items: object, separator: str) -> object:
        return self.text(self.emit(JoinOp(self.hold(items, ListOf(TEXT_LEAF)), separator)))

    def template(self, pieces: Sequence[object]) -> object:
        holes: dict[int, SSAValue] = {}
        numbers: dict[int, int] = {}
        written: list[str] = []
        for piece in pieces:
            if isinstance(piece, str):
                written.append(escape_template(piece))
                continue
            value = self.hold(piece, TEXT_LEAF)
            number = numbers.setdefault(id(value), len(numbers))
            holes[number] = value
            written.append(f"{{{number}}}")
        return self.text(self.emit(TemplateOp("".join(written), list(holes.values()))))

    def map(self, function: Callable[..., object], items: object) -> object:
        element = self.element_layout(items)
        source = self.hold(items, ListOf(element))
        body, inner = self.region(function, element)
        return self.value(self.emit(MapOp(source, body, ListOf(inner).type)), ListOf(inner))

    def reduce(self, function: Callable[..., object], items: object, arity: int) -> object:
        element = self.element_layout(items)
        source = self.hold(items, ListOf(element))
        body, inner = self.region(function, ListOf(element), expected=element)
        return self.value(self.emit(ReduceOp(source, arity, body, inner.type)), inner)

    def element_layout(self, items: object) -> Layout:
        """How the elements of a list are laid out."""
        layout = layout_of(items)
        if not isinstance(layout, ListOf) or layout.element is None:
            self.refuse(f"{describe(items)} whose elements differ", "make them of one type")
        return layout.element

    def region(
        self, function: Callable[..., object], layout: Layout, expected: Layout | None = None
    ) -> tuple[Region, Layout]:
        """What `function` does with one argument, and how what it yields is laid out."""
        block = Block(arg_types=[layout.type])
        block.args[0].name_hint = _argument_hint(function)
        self.open(block)
        with self.repetition(None):
            result = self.apply(function, self.value(block.args[0], layout))
            found = layout_of(result)
            self.check_result(result, found is not None and expected in (None, found))
            assert found is not None
            self.aliases.copy(result)
            self.add(YieldOp(self.hold(result, found)))
        self.check_unchanged(self.close(), "a mapped or merging function")
        return Region(block), found

    def check_unchanged(self, changes: dict[int, Change], what: str) -> None:
        """Refuse changes of what is outside of a region that has no state."""
        from ember_mlir.frontend.regions.merging import is_same_contents

        if not all(is_same_contents(change.before, change.after) for change in changes.values()):
            self.refuse(
                f"a change of what is outside of {what}",
                "return the value instead: the results are collected",
            )

    def apply_python(
        self,
        name: str,
        function: Callable[..., object],
        args: Sequence[object],
        kwargs: dict[str, object] | None = None,
        *,
        result: Layout,
        effect: str = "pure",
    ) -> object:
        """The result of a function of Python that is called when the program runs."""
        from ember_mlir.frontend.native import holds_users_function

        applied = Applied(function, result)
        owner: object = getattr(function, "__self__", None)
        if any(map(holds_users_function, (owner, *args, *(kwargs or {}).values()))):
            self.refuse(f"a function as an argument of {name}()", "write a loop")

        def is_own(value: object) -> bool:
            own = self.has_made(value)
            if own and layout_of(value) is None:
                what = f"{describe(value)} that is made here as an argument of {name}()"
                self.refuse(what, "pass the values that it has")
            return own

        if result not in ATOMS.values():
            # What it gives may hold a part of what it is given.
            for argument in (*args, *(kwargs or {}).values()):
                self.aliases.copy_parts(argument)
        holes = applied.take(args, kwargs or {}, layout_of, is_own)
        symbol = self.functions.symbol(name, applied)
        operands = [self.hold(value, layout) for value, layout in holes]
        op = ApplyOp(effect, symbol, operands, result.type)
        return self.value(self.emit(op), result)

    # Values

    def value(self, ssa: SSAValue, layout: Layout) -> object:
        """What stands for a value of the module in the program, until the current scope ends."""
        if not isinstance(layout, Parts):
            return Symbolic(ssa, self.block, layout)
        names = layout.kind.names
        fields = [self.emit(FieldOp(name, ssa)) for name in names]
        pairs = zip(fields, layout.items, strict=True)
        return self.made_of(layout.kind.make([self.value(field, item) for field, item in pairs]))

    def made_of(self, value: object) -> object:
        """A dict or object that captured code has just made of its parts."""
        if is_exact_dict(value):
            return self.made_dict(value)
        if not is_list(value):
            self.owns(value)
        return value

    def text(self, value: SSAValue) -> Symbolic:
        """What stands for a text."""
        return Symbolic(value, self.block, TEXT_LEAF)

    def hold(self, value: object, layout: Layout) -> SSAValue:
        """One value of the module that holds all of `value`, laid out so."""
        value = known_or_symbolic(value)
        if isinstance(value, Symbolic):
            return self.converted(self.checked(value), value.layout, layout)
        match layout:
            case ListOf():
                assert is_list(value)
                element = layout.element or TEXT_LEAF
                items = [self.hold(item, element) for item in value]
                result = self.emit(ListOp(items, layout.type))
                result.name_hint = self._list_names.get(id(value))
                return result
            case Parts():
                held = zip(layout.kind.parts(value), layout.items, strict=True)
                return self.emit(RecordOp([self.hold(*part) for part in held], layout.type))
            case Maybe(inner) if value is not None:
                return self.converted(self.hold(value, inner), inner, layout)
            case _ if isinstance(value, Enum):
                member = Applied(Member(value), OBJECT)
                symbol = self.functions.symbol(f"{type(value).__name__}_{value.name}", member)
                return self.converted(
                    self.emit(ApplyOp("pure", symbol, [], OBJECT.type)), OBJECT, layout
                )
            case _ if layout in (OBJECT, ANY) and value is not None:
                found = layout_of(value)
                if found is None:
                    self.refuse(f"{describe(value)} in one arm", "make it of one type")
                return self.converted(self.hold(value, found), found, layout)
            case _:
                return self.constant(value, layout)

    def is_here(self, value: object) -> bool:
        """Whether all that `value` holds exists here."""
        value = known_or_symbolic(value)
        if isinstance(value, Symbolic):
            return self._is_in_scope(value)
        return all(map(self.is_here, parts_of(value)))

    def _is_in_scope(self, value: Symbolic) -> bool:
        home = value.scope
        while home in self.moved:
            home = self.moved[home]
        return any(scope.block is home for scope in self.scopes)

    def checked(self, value: Symbolic) -> SSAValue:
        """The value of the module that stands for `value`, if it exists here."""
        if not self._is_in_scope(value):
            self.refuse(
                "a value from inside a function that runs for each element",
                "return it: the results are collected",
            )
        return value.ssa

    def constant(self, value: object, layout: Layout) -> SSAValue:
        """A value that is known."""
        match value:
            case str():
                self.check_unicode(value)
                return self.emit(ConstantOp(value))
            case bool():
                return self.emit(arith.ConstantOp(IntegerAttr(int(value), i1)))
            case int() | float() if layout == FLOAT:
                return self.emit(arith.ConstantOp(FloatAttr(float(value), f64)))
            case int():
                return self.emit(arith.ConstantOp(IntegerAttr(value, i64)))
            case _:
                symbol = self.functions.symbol("none", NOTHING)
                return self.emit(ApplyOp("pure", symbol, [], NONE.type))

    def nothing_of(self, found: Attribute) -> SSAValue:
        """Some value of a type, which nobody looks at."""
        known: dict[Attribute, object] = {TEXT: "", i1: False, i64: 0, f64: 0.0}
        if found in known:
            layout = next(leaf for leaf in ATOMS.values() if leaf.type == found)
            return self.constant(known[found], layout)
        match found:
            case ListType():
                return self.emit(ListOp([], found))
            case RecordType():
                fields = [self.nothing_of(field) for field in found.fields.values()]
                return self.emit(RecordOp(fields, found))
            case _:
                symbol = self.functions.symbol("none", NOTHING)
                return self.emit(ApplyOp("pure", symbol, [], found))

    def converted(self, ssa: SSAValue, found: Layout, wanted: Layout) -> SSAValue:
        """A value laid out in one way, laid out in another that can hold it."""
        if found == wanted:
            return ssa
        if (found, wanted) == (INT, FLOAT):
            return self.emit(arith.SIToFPOp(ssa, f64))
        if wanted in (OBJECT, ANY) and not is_held_as_it_is(found):
            return self._rewritten(ssa, found, wanted)
        if found.type == wanted.type:
            return ssa
        if wanted.type == NONE.type:
            symbol = self.functions.symbol("some", SOME)
            return self.emit(ApplyOp("pure", symbol, [ssa], wanted.type))
        if isinstance(found, ListOf) and found.element is None and isinstance(wanted, ListOf):
            return self.emit(ListOp([], wanted.type))
        if found.type == NONE.type:
            symbol = self.functions.symbol(f"as_{_type_name(wanted)}", SOME)
            return self.emit(ApplyOp("pure", symbol, [ssa], wanted.type))
        return self._rewritten(ssa, found, wanted)

    def _rewritten(self, ssa: SSAValue, found: Layout, wanted: Layout) -> SSAValue:
        """The same value of Python, held in another way."""
        if wanted != ANY and joined(found, wanted) != wanted:
            self.refuse("a value that may be of several types", "make it of one type")
        known = Symbolic(ssa, self.block, found)
        result = self.apply_python(f"as_{_type_name(wanted)}", _same, [known], result=wanted)
        assert isinstance(result, Symbolic)
        return result.ssa

    def named(self, value: object, name: str) -> None:
        value = known_or_symbolic(value)
        if isinstance(value, Symbolic):
            value.ssa.name_hint = value.ssa.name_hint or value_hint(name)
        elif isinstance(value, TrackedList):
            self._list_names.setdefault(id(value), value_hint(name))


def _nothing() -> None:
    return None


class Member:
    """Gives a member of an enumeration."""

    def __init__(self, member: Enum) -> None:
        self.member = member

    def __call__(self) -> Enum:
        return self.member


def _same(value: object) -> object:
    return value


NOTHING = Applied(_nothing, NONE)
SOME = Applied(_same, OBJECT)


def _type_name(layout: Layout) -> str:
    return layout.name if isinstance(layout, Leaf) else "value"


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
