"""Comprehensions over lists that are not known: maps.

[f(x) for x in xs]            =>   ensemble.map %x in %xs do { yield %fx }
[f(x) for x in xs if c(x)]    =>   a map to lists of one element or none, which are joined
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xdsl.ir import Block
from xdsl.ir import Region as Body

from ember_mlir.dialects.ensemble import MapOp, YieldOp
from ember_mlir.frontend.containers import TrackedList
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import is_known_iterable
from ember_mlir.frontend.layouts import OBJECT, Layout, ListOf
from ember_mlir.frontend.lists import list_method
from ember_mlir.frontend.narrowing import is_any_list
from ember_mlir.frontend.one_by_one import apart
from ember_mlir.frontend.operators import binary, truth
from ember_mlir.frontend.regions.branches import branched
from ember_mlir.frontend.regions.loops import Loop, erase_behind, steps
from ember_mlir.frontend.regions.merging import Outcome
from ember_mlir.frontend.regions.under_way import UnderWay
from ember_mlir.frontend.rewriting.places import Place, Shape
from ember_mlir.frontend.trace import Trace, has_changed
from ember_mlir.frontend.values import (
    Symbolic,
    Unknown,
    describe,
    known_or_symbolic,
    refuse_look,
)

VALUE = ("an element",)


class Collection:
    """A comprehension under way: `levels` has what each region around has collected.

    An item is one value, or a list of which all elements belong to the result. It
    `is_captured` if an element is that may be none, or many.
    """

    def __init__(self) -> None:
        self.levels: list[list[tuple[object, bool]]] = [[]]
        self.tests: list[tuple[Symbolic, Place]] = []
        self.is_captured = False


class Collections(UnderWay[Collection]):
    """The comprehensions under way of one recorder, the innermost last."""

    def begin(self) -> None:
        """A comprehension begins."""
        self._under_way.append(Collection())

    def source(
        self,
        place: Place,
        items: Iterable[object],
        shape: Shape | None,
        sources: Sequence[object] = (),
    ) -> Iterator[object]:
        """What a comprehension runs through: `items`, which come from `sources`."""
        found = known_or_symbolic(items)
        with self.recorder.repetitions() as begin:
            if isinstance(found, Symbolic):
                begin(None)
                yield from self._captured(place, found, shape, sources)
                return
            if isinstance(found, Unknown):
                refuse_look("iteration", found, place.location)
            if isinstance(self.recorder, Trace) and not _is_known(items):
                self.recorder.refuse(
                    f"a loop over {describe(items)}", "loop over a list", place.location
                )
            for index, item in enumerate(steps(self.recorder, items, place)):
                begin(index)
                yield item

    def _captured(
        self, place: Place, items: Symbolic, shape: Shape | None, sources: Sequence[object]
    ) -> Iterator[object]:
        trace = self.trace
        trace.location = place.location
        layout = items.layout
        if not isinstance(layout, ListOf):
            trace.refuse(f"a loop over {describe(items)}", "loop over a list", place.location)
        collection = self._under_way[-1]
        collection.is_captured = True
        collection.levels.append([])
        block = Block(arg_types=[layout.known.type])
        source = trace.checked(items)
        trace.open(block)
        yield self._element(trace.part(block.args[0], layout.known), shape)
        found = collection.levels.pop()
        trace.location = place.location
        if len(found) == 1 and not found[0][1]:
            value, is_many = found[0][0], False
        else:
            value, is_many = self._list_of(found), True
        inner = layout_of(value)
        if inner is None:
            trace.refuse(f"{describe(value)} in a list", "make texts or numbers of it")
        trace.aliases.copy(value)
        trace.add(YieldOp(trace.hold(value, inner)))
        changes = trace.close()
        if has_changed(changes):
            erase_behind(block)
            yield from self._with_state(place, items, shape, sources)
            return
        trace.lose((), changes.values())
        mapped = trace.emit(MapOp(source, Body(block), ListOf(inner).type))
        result = trace.value(mapped, ListOf(inner))
        if is_many:
            result = self._flat(result, inner)
        collection.levels[-1].append((result, True))

    def _element(self, element: object, shape: Shape | None) -> object:
        """An element, as Python can take it apart."""
        is_object = isinstance(element, Symbolic) and element.layout == OBJECT
        if is_object and shape is not None and shape.star is None and not any(shape.parts):
            return apart(self.trace, element, len(shape.parts))
        return element

    def _with_state(
        self, place: Place, items: Symbolic, shape: Shape | None, sources: Sequence[object]
    ) -> Iterator[object]:
        """A comprehension that changes something is a loop, which collects its elements."""
        trace, levels = self.trace, self._under_way[-1].levels
        result = trace.made([])
        assert isinstance(result, TrackedList)
        loop = Loop(trace, place, items)
        loop.sources = sources
        for element in loop.passes():
            loop.enter({})
            levels.append([])
            yield self._element(element, shape)
            trace.location = place.location
            list_method(trace, result, "extend", [self._list_of(levels.pop())])
            loop.leave({})
        levels[-1].append((known_or_symbolic(result), True))

    def _flat(self, lists: object, layout: Layout) -> object:
        """The elements of lists, as one list."""
        return self.trace.apply_python("flatten", flattened, [lists], result=layout)

    def _list_of(self, found: list[tuple[object, bool]]) -> object:
        """The list that these items make."""
        parts: list[object] = []
        for value, is_many in found:
            parts.append(value if is_many else [value])
        if not parts:
            return []
        result = parts[0]
        for part in parts[1:]:
            result = self._joined(result, part)
        return result

    def _joined(self, first: object, second: object) -> object:
        if is_any_list(first) and is_any_list(second):
            known: list[object] = [*first, *second]
            return known
        return binary(self.trace, "+", first, second)

    def kept(self, place: Place, value: object) -> object:
        """Whether an element belongs to the result: of one that is not known, Python goes on."""
        if not isinstance(self.recorder, Trace):
            return value
        trace = self.recorder
        trace.location = place.location
        test = truth(trace, known_or_symbolic(value))
        if not isinstance(test, Symbolic):
            return test
        collection = self._under_way[-1]
        collection.is_captured = True
        collection.tests.append((test, place))
        trace.open(Block())
        return True

    def item(self, value: object) -> object:
        """An element of the result."""
        collection = self._under_way[-1]
        if not isinstance(self.recorder, Trace):
            return value
        kept = value
        is_many = False
        while collection.tests:
            test, place = collection.tests.pop()
            some: object = kept if is_many else [kept]
            block = self.recorder.block
            inside = Outcome(block, (some,), (some,), self.recorder.close())
            outside = Outcome(Block(), ([],), ([],), {})
            self.recorder.location = place.location
            (kept,) = branched(self.recorder, test, [inside, outside], VALUE)
            kept, is_many = known_or_symbolic(kept), True
        collection.levels[-1].append((kept, is_many))
        return value

    def end(self, known: list[object]) -> object:
        """The value of the comprehension, which Python has made as `known`."""
        collection = self._under_way.pop()
        return self._list_of(collection.levels[0]) if collection.is_captured else known


def _is_known(items: object) -> bool:
    return type(items) is str or is_known_iterable(items)


def flattened(lists: object) -> list[object]:
    """The elements of lists, in order."""
    assert isinstance(lists, list | tuple)
    rows: list[list[object]] = [*lists]
    return [item for row in rows for item in row]
