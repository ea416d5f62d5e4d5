"""Functions of Python that a program applies when it runs, and what they are applied to.

Of its arguments, what is known at capture is part of the function that is registered;
what is not, and known texts and numbers, are operands, so that the text of the program
says what is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ember_mlir.frontend.containers import TrackedSet
from ember_mlir.frontend.iterators import OneTimeIterator, is_view
from ember_mlir.frontend.layouts import ATOMS, Layout
from ember_mlir.frontend.names import ascii_symbol
from ember_mlir.frontend.narrowing import is_awaitable, is_exact_list, is_exact_tuple, is_slice
from ember_mlir.frontend.plain import is_dict, is_list
from ember_mlir.frontend.values import (
    Unknown,
    holds_symbolic,
    known_or_symbolic,
    refuse_look,
)

LayoutOf = Callable[[object], Layout | None]
Hole = tuple[object, Layout]
"""An operand, and how it is laid out."""


class _Operand:
    """Stands in the arguments for an operand, of the number."""

    def __init__(self, number: int, layout: Layout) -> None:
        self.number = number
        self.layout = layout

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Operand):
            return False
        return other.number == self.number and other.layout == self.layout

    def __hash__(self) -> int:
        return hash((self.number, self.layout))


class Applied:
    """A function, with what is known of its arguments; takes and gives values of a run.

    One that is `inline` is so quick that it needs no thread; `memory_mb` is how much memory it
    takes, if that is declared.
    """

    def __init__(
        self,
        function: Callable[..., object],
        result: Layout,
        *,
        inline: bool = False,
        memory_mb: int | None = None,
    ) -> None:
        self.function = function
        self.result = result
        self.inline = inline
        self.memory_mb = memory_mb
        self._args: list[object] = []
        self._kwargs: dict[str, object] = {}
        self._holes: list[Hole] = []

    def take(
        self,
        args: Sequence[object],
        kwargs: dict[str, object],
        layout_of: LayoutOf,
        is_own: Callable[[object], bool],
    ) -> list[Hole]:
        """The operands for these arguments; the rest is kept.

        An object that `is_own`, made by captured code, may change behind the call.
        """

        def layout(value: object) -> Layout | None:
            held = type(value) in ATOMS or holds_symbolic(value) or is_own(value)
            return layout_of(value) if held else None

        self._args = [self._kept(value, layout) for value in args]
        self._kwargs = {name: self._kept(value, layout) for name, value in kwargs.items()}
        return self._holes

    def _kept(self, value: object, layout_of: LayoutOf) -> object:
        value = known_or_symbolic(value)
        if isinstance(value, Unknown):
            refuse_look("argument", value)
        if is_view(value) or isinstance(value, OneTimeIterator):
            value = [*value]
        whole = layout_of(value)
        if whole is not None and value is not None:
            self._holes.append((value, whole))
            return _Operand(len(self._holes) - 1, whole)
        # What has no layout as a whole may hold parts that have one; a copy stays as it is.
        if isinstance(value, TrackedSet):
            return {*value.items}
        if is_slice(value):
            parts = [self._kept(part, layout_of) for part in (value.start, value.stop, value.step)]
            return slice(*parts)
        if is_list(value):
            items = [self._kept(item, layout_of) for item in value]
            return tuple(items) if isinstance(value, tuple) else items
        if is_dict(value):
            return {key: self._kept(item, layout_of) for key, item in value.items()}
        return value

    def positional(self) -> Sequence[Hole] | None:
        """The arguments, if all are operands in their order; None if there are others."""
        holes = self._holes if len(self._args) == len(self._holes) else None
        in_order = holes is not None and all(
            isinstance(found, _Operand) and found.number == number
            for number, found in enumerate(self._args)
        )
        return holes if in_order and not self._kwargs else None

    def __call__(self, *operands: object) -> object:
        return written(self.called(operands), self.result)

    def called(self, operands: Sequence[object]) -> object:
        """What the function returns."""
        pairs = zip(operands, self._holes, strict=True)
        read = [layout.read(held) for held, (_, layout) in pairs] if self._holes else [*operands]
        if not self._args and not self._kwargs:
            return self.function(*read)
        args = [_filled(value, read) for value in self._args]
        kwargs = {name: _filled(value, read) for name, value in self._kwargs.items()}
        return self.function(*args, **kwargs)

    def is_same(self, other: Applied) -> bool:
        """Whether both do the same with the same operands, as far as can be told."""
        return (
            self.function is other.function
            and self.result == other.result
            and len(self._holes) == len(other._holes)
            and _is_same(self._args, other._args)
            and _is_same([*self._kwargs.items()], [*other._kwargs.items()])
        )


class AsyncApplied(Applied):
    """A function that is to be awaited."""

    async def __call__(self, *operands: object) -> object:
        returned = self.called(operands)
        assert is_awaitable(returned)
        return written(await returned, self.result)


def _filled(value: object, read: Sequence[object]) -> object:
    """What is known of an argument, with operands in its holes."""
    if isinstance(value, _Operand):
        return read[value.number]
    if is_slice(value):
        return slice(*[_filled(part, read) for part in (value.start, value.stop, value.step)])
    if is_exact_list(value) or is_exact_tuple(value):
        filled = [_filled(item, read) for item in value]
        return tuple(filled) if is_exact_tuple(value) else filled
    if is_dict(value):
        return {key: _filled(item, read) for key, item in value.items()}
    return value


def written(value: object, layout: Layout) -> object:
    """The value of a run for what a function has returned; what does not fit is told later."""
    try:
        return layout.write(value)
    except (AssertionError, AttributeError, ValueError):
        return value


def _is_same(first: object, second: object) -> bool:
    if first is second:
        return True
    if type(first) is not type(second):
        return False
    if is_list(first) and is_list(second):
        pairs = zip(first, second, strict=False)
        return len(first) == len(second) and all(_is_same(*pair) for pair in pairs)
    return isinstance(first, str | int | float | _Operand) and first == second


class Functions:
    """The functions of a program, by their symbols."""

    def __init__(self) -> None:
        self.by_symbol: dict[str, Applied] = {}

    def symbol(self, name: str, function: Applied) -> str:
        """The symbol of a function: its name, or one like it if that is taken."""
        for symbol in _symbols(ascii_symbol(name)):
            known = self.by_symbol.setdefault(symbol, function)
            if known is function or known.is_same(function):
                return symbol
        raise AssertionError("there are names without end")


def _symbols(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1
