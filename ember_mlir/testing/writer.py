"""Writes the text of a random program: what is visible where, and who makes what."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st
from xdsl.ir import Attribute

from ember_mlir.dialects.values import ListType

T = TypeVar("T")

MAX_NESTING = 6
"""How deep expressions nest."""

MAX_REGIONS = 3
"""How deep regions nest."""


class Name(NamedTuple):
    """A value that is visible, and its type."""

    name: str
    type: Attribute


Write = Callable[["Writer", Attribute], str]
"""Writes an operation, and all that it needs, that makes a value of a type; its name."""


class Maker(NamedTuple):
    """An operation that random programs may have: which types it makes, and how it is written.

    One that `nests` has regions. One of a higher `weight` is taken more often.
    """

    operation: str
    makes: Callable[[Attribute], bool]
    write: Write
    weight: int = 1
    nests: bool = False


@dataclass(frozen=True)
class Language:
    """What programs may consist of.

    `types` are those that are asked for, and `leaf` writes the simplest value of a type.
    """

    types: Sequence[Attribute]
    makers: Sequence[Maker]
    leaf: Write


class Writer:
    """A program that is being written, line by line.

    `calls` are those written so far: prompt, text up to the identity, and whether greedy.
    What is `hidden` is read by nothing more.
    `value` is asked for a value of a type, and gives one that is visible, or writes an
    operation that makes one, whose operands it asks itself for. Each choice is drawn
    from Hypothesis, the simplest first, so that a failing program shrinks.
    """

    def __init__(self, draw: st.DrawFn, language: Language, max_ops: int) -> None:
        self.draw = draw
        self.language = language
        self.ops_left = max_ops
        self.lines: list[str] = []
        self.visible: list[Name] = []
        self.functions: dict[str, Attribute] = {}
        self.calls: list[tuple[str, str, bool]] = []
        self.hidden: set[str] = set()
        self.repetitions = 0
        self.regions = 0
        self._nesting = 0
        self._names = 0

    # Choices.

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`, the first being the simplest."""
        return self.draw(st.sampled_from(options))

    def number(self, most: int, least: int = 0) -> int:
        """A whole number up to `most`."""
        return self.draw(st.integers(least, most))

    def sometimes(self, one_in: int = 2) -> bool:
        """True in one of so many cases; False is the simpler one."""
        return self.number(one_in - 1) == one_in - 1

    def type(self) -> Attribute:
        """A type of the language."""
        return self.pick(self.language.types)

    # Text.

    def fresh(self) -> str:
        """A name that no value has yet."""
        self._names += 1
        return f"%v{self._names}"

    def line(self, text: str) -> None:
        """Write a line."""
        self.lines.append("  " * (self.regions + 1) + text)

    def op(self, text: str, found: Attribute) -> str:
        """Write an operation with one result of the type `found`; the result's name."""
        name = self.fresh()
        self.ops_left -= 1
        self.line(f"{name} = {text}")
        self.visible.append(Name(name, found))
        return name

    def multiple(self, results: Sequence[tuple[str, Attribute]], text: str) -> None:
        """Write an operation with several results."""
        self.ops_left -= 1
        self.line(f"{', '.join([name for name, _ in results])} = {text}")
        self.visible += [Name(*result) for result in results]

    def close(self, result: str, found: Attribute, *more: tuple[str, Attribute]) -> str:
        """End an operation with regions, and make its results visible; the first one's name."""
        self.ops_left -= 1
        self.line("}")
        self.visible += [Name(result, found), *(Name(*other) for other in more)]
        return result

    @contextmanager
    def region(self, *arguments: Name, repeats: bool = False) -> Generator[None]:
        """Write what stands in a region; what it makes is not visible behind it."""
        outside = len(self.visible)
        self.visible += arguments
        self.regions += 1
        self.repetitions += repeats
        yield
        self.repetitions -= repeats
        self.regions -= 1
        del self.visible[outside:]

    # Values.

    def value(self, wanted: Attribute) -> str:
        """The name of a value of the type `wanted`."""
        known = [name for name, found in self.readable() if found == wanted]
        if known and self.number(9) < 5:
            return known[self.number(len(known) - 1)]
        self._nesting += 1
        try:
            makers = self._makers(wanted)
            return self.draw(_made(self, wanted, makers)) if makers else self.leaf(wanted)
        finally:
            self._nesting -= 1

    @property
    def may_nest(self) -> bool:
        """Whether one more region may stand here."""
        return self.regions < MAX_REGIONS

    def readable(self) -> list[Name]:
        """The values that anything may read here."""
        return [found for found in self.visible if found.name not in self.hidden]

    def hide(self, *names: str) -> None:
        """Let these values be read by nothing from here on, but by who has their names."""
        self.hidden.update(names)

    def leaf(self, wanted: Attribute) -> str:
        """The name of a new value of the type `wanted`, as simple as can be."""
        return self.language.leaf(self, wanted)

    def pick_list(self) -> Name:
        """A list of some type."""
        found = self.pick([found for found in self.language.types if isinstance(found, ListType)])
        return Name(self.value(found), found)

    def function(self, effect: str, result: Attribute) -> str:
        """The name of a Python function that returns a value of the type `result`."""
        name = next((n for n, t in self.functions.items() if t == result and effect in n), None)
        if name is None:
            name = f"{effect}_{len(self.functions)}"
            self.functions[name] = result
        return name

    def values(self, wanted: Attribute, counts: Sequence[int] = (1, 2, 3, 2, 0)) -> list[str]:
        """The names of some values of one type, as many as one of `counts`."""
        return [self.value(wanted) for _ in range(self.pick(counts))]

    def _makers(self, wanted: Attribute) -> list[Maker]:
        if self.ops_left <= 0 or self._nesting > MAX_NESTING:
            return []
        nests = self.may_nest
        fitting = [m for m in self.language.makers if m.makes(wanted) and (nests or not m.nests)]
        return [maker for maker in fitting for _ in range(maker.weight)]


@st.composite
def _made(draw: st.DrawFn, writer: Writer, wanted: Attribute, makers: Sequence[Maker]) -> str:
    # A strategy of its own, so that Hypothesis sees an expression as one piece to shrink.
    before, writer.draw = writer.draw, draw
    try:
        return writer.pick(makers).write(writer, wanted)
    finally:
        writer.draw = before
