"""The trace: a recorder that writes operations of `llm` and `ensemble`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FunctionType

from xdsl.ir import Block, Region, SSAValue

from ember_mlir.dialects.ensemble import MapOp, ReduceOp, VoteOp, YieldOp
from ember_mlir.dialects.llm import JoinOp, ParseOp, RedactOp, RestoreOp, TemplateOp, TopKOp
from ember_mlir.errors import CaptureError
from ember_mlir.frontend.containers import Change
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.layouts import EMBEDDING_LEAF, INT, TEXT_LEAF, Layout, ListOf
from ember_mlir.frontend.names import value_hint
from ember_mlir.frontend.sameness import is_same_contents
from ember_mlir.frontend.tracing.requests import Asking
from ember_mlir.frontend.values import describe
from ember_mlir.grammars import Grammar
from ember_mlir.semantics import escape_template


class Trace(Asking):
    """One capture: operations are added to the innermost scope."""

    options = 0
    """How many blocks are around in which other options hold."""

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

    def parse(self, text: object, grammar: Grammar, layout: Layout) -> object:
        return self.value(self.emit(ParseOp(self.hold(text, TEXT_LEAF), grammar)), layout)

    def nearest(self, query: object, vectors: object, k: int) -> object:
        near = self.hold(query, EMBEDDING_LEAF)
        op = TopKOp(k, self.hold(vectors, ListOf(EMBEDDING_LEAF)), near)
        return self.value(self.emit(op), ListOf(INT))

    def redact(self, text: object, policies: Sequence[str], label: str) -> tuple[object, object]:
        op = RedactOp(self.hold(text, TEXT_LEAF), policies, label)
        self.add(op)
        return self.text(op.masked), self.value(op.hidden, ListOf(TEXT_LEAF))

    def restore(self, text: object, hidden: object) -> object:
        hides = self.hold(hidden, ListOf(TEXT_LEAF))
        return self.text(self.emit(RestoreOp(self.hold(text, TEXT_LEAF), hides)))

    def known(
        self, name: str, function: Callable[..., object], argument: object, result: Layout
    ) -> object:
        return self.apply_python(name, function, [argument], result=result)

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
            result = self.apply(function, self.part(block.args[0], layout))
            found = layout_of(result)
            self.check_result(result, found is not None and expected in (None, found))
            assert found is not None
            self.aliases.copy(result)
            self.add(YieldOp(self.hold(result, found)))
        self.check_unchanged(self.close(), "a mapped or merging function")
        return Region(block), found

    def check_unchanged(self, changes: dict[int, Change], what: str) -> None:
        """Refuse changes of what is outside of a region that has no state."""
        if has_changed(changes):
            raise StateChange(
                f"a change of what is outside of {what} is not captured yet; return the value "
                "instead: the results are collected",
                location=self.location,
            )
        # What is noted all the same has been changed on paths that raise.
        self.lose((), changes.values())


class StateChange(CaptureError):
    """A region that has no state changes something that is outside of it."""


def has_changed(changes: Mapping[int, Change]) -> bool:
    """Whether anything is made of something else by now."""
    return not all(is_same_contents(one.before, one.after) for one in changes.values())


def _argument_hint(function: Callable[..., object]) -> str | None:
    """The name of the first argument of `function`, if it can name a value."""
    if isinstance(function, Callee):
        function = function.function
    if isinstance(function, FunctionType) and function.__code__.co_argcount:
        return value_hint(function.__code__.co_varnames[0])
    return None
