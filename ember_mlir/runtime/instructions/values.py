"""Instructions that compute at once on values that are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ember_mlir.errors import SourceLocation
from ember_mlir.runtime.frames import AGAIN, TOKEN, Frame, Instruction, Slot
from ember_mlir.runtime.instructions.templates import filling
from ember_mlir.runtime.lists import Pieces, all_there, plain, shared
from ember_mlir.semantics import element


class Format(Instruction):
    """`exec.format`: a template, parsed once, with its holes filled."""

    __slots__ = ("_filling", "pieces")

    def __init__(self, inputs: tuple[int, ...], output: int, pieces: tuple[str | int, ...]) -> None:
        super().__init__(inputs, output)
        # Holes are numbered by slot, so that the slots of the frame are what fills them.
        self.pieces = [p if isinstance(p, str) else inputs[p] for p in pieces]
        self._filling = filling(self.pieces)

    def fire(self, frame: Frame) -> Slot:
        return self._filling(frame.slots)


class Compute(Instruction):
    """`exec.compute`, `exec.parse`, `exec.accept`: a function of values that are all there.

    `make` turns its plain value into one that the engine holds. Several results are held
    as a tuple, of which each `Pick` takes one.
    """

    __slots__ = ("_function", "_has_lists", "_make")

    def __init__(
        self,
        inputs: tuple[int, ...],
        output: int,
        function: Callable[..., Slot],
        make: Callable[[Slot], Slot] | None,
        *,
        has_lists: bool,
        location: SourceLocation | None,
    ) -> None:
        super().__init__(inputs, output, location=location)
        self._function = function
        self._make = make
        self._has_lists = has_lists

    def fire(self, frame: Frame) -> Slot:
        slots = frame.slots
        values = [slots[slot] for slot in self.inputs]
        if self._has_lists:
            if not all_there(frame, self.index, values):
                return AGAIN
            values = [plain(value) for value in values]
        value = self._function(*values)
        return value if self._make is None else self._make(value)


class Pick(Instruction):
    """One of several results of a `Compute`."""

    __slots__ = ("_make", "_number")

    def __init__(
        self, source: int, output: int, number: int, make: Callable[[Slot], Slot] | None
    ) -> None:
        super().__init__((source,), output)
        self._number = number
        self._make = make

    def fire(self, frame: Frame) -> Slot:
        value = frame.slots[self.inputs[0]][self._number]
        return value if self._make is None else self._make(value)


class Length(Instruction):
    """The length of a list, which is there before its pieces are."""

    __slots__ = ()

    def fire(self, frame: Frame) -> Slot:
        return len(frame.slots[self.inputs[0]].values)


class Element(Instruction):
    """An element of a list, as soon as that one is there."""

    __slots__ = ()

    def fire(self, frame: Frame) -> Slot:
        slots = frame.slots
        pieces, index = slots[self.inputs[0]], slots[self.inputs[1]]
        value = element(pieces.values, index)
        if not pieces.has(index):
            # A negative index counts from the end.
            pieces.subscribe(_OneElement(frame, self.index, index % len(pieces.values)))
            return AGAIN
        return shared(value)


class _OneElement:
    """Has an instruction fire again when one element of a list is there."""

    __slots__ = ("_frame", "_row", "_wanted")

    def __init__(self, frame: Frame, row: int, wanted: int) -> None:
        self._frame = frame
        self._row = row
        self._wanted = wanted

    def arrived(self, index: int) -> None:
        if index == self._wanted:
            self._frame.engine.ready.append((self._frame, self._row))


class List(Instruction):
    """`exec.list`: the list itself, at once; each piece follows by a `Put`."""

    __slots__ = ("_length",)

    def __init__(self, output: int, handle: int, length: int) -> None:
        super().__init__((), output, handle=handle)
        self._length = length

    def fire(self, frame: Frame) -> Slot:
        pieces = Pieces(self._length)
        frame.hand(self.handle, pieces)
        return pieces


class Put(Instruction):
    """A piece of an `exec.list`."""

    __slots__ = ("_position",)

    def __init__(self, handle: int, value: int, position: int) -> None:
        super().__init__((handle, value))
        self._position = position

    def fire(self, frame: Frame) -> Slot:
        handle, source = self.inputs
        value = frame.slots[source]
        frame.slots[handle].put(self._position, shared(value) if self.shared else value)


class Join(Instruction):
    """`exec.join`: the texts of a list as one, once all are there."""

    __slots__ = ("separator",)

    def __init__(self, inputs: tuple[int, ...], output: int, separator: str) -> None:
        super().__init__(inputs, output)
        self.separator = separator

    def fire(self, frame: Frame) -> Slot:
        items = frame.slots[self.inputs[0]]
        if items.missing and not all_there(frame, self.index, (items,)):
            return AGAIN
        return self.separator.join(items.values)


class Done(Instruction):
    """`exec.done`: a token, once all of its inputs are there, lists with all their pieces."""

    __slots__ = ()

    def fire(self, frame: Frame) -> Slot:
        values: Sequence[Slot] = [frame.slots[slot] for slot in self.inputs]
        return TOKEN if all_there(frame, self.index, values) else AGAIN


class Return(Instruction):
    """A result of `exec.return`; it leaves the frame as soon as it is there."""

    __slots__ = ("number",)

    def __init__(self, value: int, number: int) -> None:
        super().__init__((value,))
        self.number = number

    def fire(self, frame: Frame) -> Slot:
        value = frame.slots[self.inputs[0]]
        frame.parent.returned(frame, self.number, shared(value) if self.shared else value)
