"""How values of Python are held by values of a module."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Sequence
from enum import Enum
from inspect import iscoroutinefunction
from typing import NoReturn

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, IntegerAttr, f64, i1, i64
from xdsl.ir import Attribute, Block, SSAValue

from ember_mlir.dialects.llm import ApplyOp, ConstantOp, FieldOp, ListOp, RecordOp
from ember_mlir.dialects.values import TEXT, ListType, RecordType
from ember_mlir.frontend.aliases import Aliases, parts_of
from ember_mlir.frontend.applied import Applied, AsyncApplied, Functions
from ember_mlir.frontend.containers import KnownSet, TrackedList, TrackedSet
from ember_mlir.frontend.effects import Declared, declared
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.joining import is_held_alike, joined
from ember_mlir.frontend.layouts import (
    ANY,
    ATOMS,
    FLOAT,
    INT,
    NONE,
    OBJECT,
    TEXT_LEAF,
    EnumOf,
    Layout,
    Leaf,
    ListOf,
    Maybe,
    Parts,
    ReadyOf,
    SetOf,
    holds_records,
)
from ember_mlir.frontend.names import value_hint
from ember_mlir.frontend.narrowing import is_exact_dict
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.ready_values import Ready
from ember_mlir.frontend.tracing.scopes import Scoped
from ember_mlir.frontend.values import Symbolic, describe, known_or_symbolic


class Holding(Scoped, ABC):
    """A recorder that knows what stands for what."""

    def __init__(self, entry: Block) -> None:
        super().__init__(entry)
        self.functions = Functions()
        self.aliases = Aliases()
        # The lists themselves are kept, so that their ids stay theirs.
        self._list_names: dict[int, tuple[object, str | None]] = {}

    def value(self, ssa: SSAValue, layout: Layout) -> object:
        """What stands for a value of the module in the program, until the current scope ends."""
        if isinstance(layout, ReadyOf):
            # Of a list that is begun elsewhere, no element is read here.
            return Ready(self.value(ssa, layout.inner), None, self.tries())
        if not isinstance(layout, Parts):
            return Symbolic(ssa, self.block, layout)
        names = layout.kind.names
        fields = [self.emit(FieldOp(name, ssa)) for name in names]
        pairs = zip(fields, layout.items, strict=True)
        return self.made_of(layout.kind.make([self.value(field, item) for field, item in pairs]))

    def symbolic_of(self, value: object) -> object:
        """A value that is known, as one of the program."""
        layout = layout_of(value)
        if layout is None:
            self.refuse(f"a change of {describe(value)}", "keep texts, numbers and tuples in it")
        return self.value(self.hold(value, layout), layout)

    def part(self, ssa: SSAValue, layout: Layout) -> object:
        """What stands for a value that is a part of another one, or the caller's.

        It is read for itself, so a change of it would be missed where it comes from.
        """
        value = self.value(ssa, layout)
        self.aliases.copy(value)
        return value

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
                _, result.name_hint = self._list_names.get(id(value), (value, None))
                return result
            case SetOf() if isinstance(value, KnownSet | TrackedSet):
                made = self.apply_python("set", tuple, [[*value.items]], result=layout)
                assert isinstance(made, Symbolic)
                return made.ssa
            case Parts():
                held = zip(layout.kind.parts(value), layout.items, strict=True)
                return self.emit(RecordOp([self.hold(*part) for part in held], layout.type))
            case EnumOf(inner=inner):
                return self.constant(layout.write(value), inner)
            case ReadyOf(inner=inner) if isinstance(value, Ready):
                return self.hold(value.value, inner)
            case Maybe(inner) if value is not None:
                return self.converted(self.hold(value, inner), inner, layout)
            case _ if isinstance(value, Enum):
                member = Applied(Member(value), OBJECT)
                symbol = self.functions.symbol(f"{type(value).__name__}_{value.name}", member)
                held = self.emit(ApplyOp("pure", symbol, [], OBJECT.type))
                return self.converted(held, OBJECT, layout)
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
        home = self._home_of(value)
        return any(scope.block is home for scope in self.scopes)

    def _home_of(self, value: Symbolic) -> Block:
        """The block outside of which a value does not exist."""
        home = value.scope
        while home in self.moved:
            home = self.moved[home]
        return home

    def checked(self, value: Symbolic) -> SSAValue:
        """The value of the module that stands for `value`, if it exists here."""
        if not self._is_in_scope(value):
            self.refuse(
                "a value from inside a function that runs for each element",
                "return it: the results are collected",
            )
        layout = value.layout
        if isinstance(layout, ListOf) and isinstance(layout.element, ReadyOf):
            self._check_begun(value)
        return value.ssa

    def _check_begun(self, value: Symbolic) -> None:
        """Refuse a list of calls inside of a `try` that were begun before it."""
        tried = self.tries()
        homes = [scope.block for scope in self.scopes]
        if tried and homes.index(self._home_of(value)) < homes.index(tried[-1].block):
            self.refuse_earlier_call()

    def refuse_earlier_call(self) -> NoReturn:
        """Refuse to wait for a call that was begun before the `try` around."""
        self.refuse(
            "waiting inside of 'try' for a call that was begun before the 'try'",
            "put the 'try' into the function that is called, or the call into the 'try'",
        )

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
        if not is_held_alike(found, wanted):
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
            self._list_names.setdefault(id(value), (value, value_hint(name)))

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

        found = declared(function)
        make = AsyncApplied if iscoroutinefunction(function) else Applied
        known = found or Declared("effectful")
        applied = make(function, result, inline=known.inline, memory_mb=known.memory_mb)
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
        for value, _ in holes if result not in ATOMS.values() else ():
            self._give(value)
        symbol = self.functions.symbol(name, applied)
        operands = [self.hold(value, layout) for value, layout in holes]
        op = ApplyOp(effect, symbol, operands, result.type)
        may_be_part = any(holds_records(layout) for _, layout in holes)
        return (self.part if may_be_part else self.value)(self.emit(op), result)

    def _give(self, value: object) -> None:
        """Take note that somebody else may have what dicts hold."""
        found = known_or_symbolic(value)
        if isinstance(found, Symbolic) and found.whole is not None:
            found.whole.is_given = True
        for part in parts_of(value):
            self._give(part)


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
