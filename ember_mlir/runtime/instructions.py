"""The instructions: one class per operation of `exec`, or per part of one."""

from __future__ import annotations

from ember_mlir.errors import SourceLocation
from ember_mlir.runtime.fanout import FanoutState
from ember_mlir.runtime.frames import AGAIN, PENDING, Frame, FrameTable, Instruction, Slot
from ember_mlir.runtime.lists import Pieces
from ember_mlir.runtime.reduce import ReduceState
from ember_mlir.runtime.tables import RequestSpec
from ember_mlir.semantics import fill_template, vote


class Format(Instruction):
    """`exec.format`: a template, parsed once, with its holes filled.

    Holes are numbered by slot, so that the slots of the frame are what fills them.
    """

    __slots__ = ("pieces",)

    def __init__(self, inputs: tuple[int, ...], output: int, pieces: tuple[str | int, ...]) -> None:
        super().__init__(inputs, output)
        self.pieces = tuple([p if isinstance(p, str) else inputs[p] for p in pieces])

    def fire(self, frame: Frame) -> Slot:
        return fill_template(self.pieces, frame.slots)


class List(Instruction):
    """`exec.list`: the list itself, at once; each piece follows by a `Put`."""

    __slots__ = ("_length",)

    def __init__(self, output: int, handle: int, length: int) -> None:
        super().__init__((), output, handle=handle)
        self._length = length

    def fire(self, frame: Frame) -> Slot:
        pieces = Pieces(self._length)
        frame.deliver(self.handle, pieces)
        return pieces


class Put(Instruction):
    """A piece of an `exec.list`."""

    __slots__ = ("_position",)

    def __init__(self, handle: int, value: int, position: int) -> None:
        super().__init__((handle, value))
        self._position = position

    def fire(self, frame: Frame) -> Slot:
        pieces, value = (frame.slots[slot] for slot in self.inputs)
        if self.shared:
            value.kept = True
        pieces.put(self._position, value)


class Join(Instruction):
    """`exec.join`: the texts of a list as one, once all are there."""

    __slots__ = ("_separator",)

    def __init__(self, inputs: tuple[int, ...], output: int, separator: str) -> None:
        super().__init__(inputs, output)
        self._separator = separator

    def fire(self, frame: Frame) -> Slot:
        items = frame.slots[self.inputs[0]]
        if items.missing:
            items.await_all(frame, self.index)
            return AGAIN
        return self._separator.join(items.values)


class Vote(Instruction):
    """`exec.vote`: the answer given most often, once all are there."""

    __slots__ = ()

    def fire(self, frame: Frame) -> Slot:
        answers = frame.slots[self.inputs[0]]
        if answers.missing:
            answers.await_all(frame, self.index)
            return AGAIN
        return vote(answers.values)


class Ask(Instruction):
    """`exec.request`: one request; its answer comes later.

    With a `template`, the prompt is what `Format` would make of it.
    """

    __slots__ = ("_spec", "template")

    def __init__(self, inputs: tuple[int, ...], output: int, spec: RequestSpec) -> None:
        super().__init__(inputs, output, location=spec.location)
        self._spec = spec
        self.template: tuple[str | int, ...] | None = None

    def fire(self, frame: Frame) -> Slot:
        slots, template = frame.slots, self.template
        prompt = slots[self.inputs[0]] if template is None else fill_template(template, slots)
        frame.engine.submit(frame, self, self._spec, prompt)
        return PENDING


class Fanout(Instruction):
    """`exec.fanout`: a body per piece, or `count` of them; captures follow by `Capture`."""

    __slots__ = ("_count", "captures", "table")

    has_bodies = True

    def __init__(
        self,
        inputs: tuple[int, ...],
        output: int,
        handle: int,
        *,
        table: FrameTable,
        captures: int,
        count: int | None,
        location: SourceLocation | None,
    ) -> None:
        super().__init__(inputs, output, handle=handle, location=location)
        self.table = table
        self.captures = captures
        self._count = count

    def fire(self, frame: Frame) -> Slot:
        source: Pieces | None = frame.slots[self.inputs[0]] if self.inputs else None
        if source is not None and self.shared:
            source.kept = True
        length = len(source.values) if source is not None else self._count or 0
        state = FanoutState(frame, self, source, length)
        if self.captures:
            frame.deliver(self.handle, state)
        state.open()
        if not length:
            frame.engine.settle(frame)
        return state.out


class Reduce(Instruction):
    """`exec.reduce`: a tree of bodies; its result comes later."""

    __slots__ = ("arity", "captures", "table")

    has_bodies = True

    def __init__(
        self,
        inputs: tuple[int, ...],
        output: int,
        handle: int,
        *,
        table: FrameTable,
        captures: int,
        arity: int,
        location: SourceLocation | None,
    ) -> None:
        super().__init__(inputs, output, handle=handle, location=location)
        self.table = table
        self.captures = captures
        self.arity = arity

    def fire(self, frame: Frame) -> Slot:
        source: Pieces = frame.slots[self.inputs[0]]
        if self.shared:
            source.kept = True
        state = ReduceState(frame, self, source)
        if self.captures:
            frame.deliver(self.handle, state)
        state.open()
        return PENDING


class Capture(Instruction):
    """What all bodies of a fan-out or reduction take besides their piece or group."""

    __slots__ = ("_position",)

    def __init__(self, handle: int, value: int, position: int) -> None:
        super().__init__((handle, value))
        self._position = position

    def fire(self, frame: Frame) -> Slot:
        state, value = (frame.slots[slot] for slot in self.inputs)
        state.capture(self._position, value, shared=self.shared)


class Return(Instruction):
    """A result of `exec.return`; it leaves the frame as soon as it is there."""

    __slots__ = ("number",)

    def __init__(self, value: int, number: int) -> None:
        super().__init__((value,))
        self.number = number

    def fire(self, frame: Frame) -> Slot:
        value = frame.slots[self.inputs[0]]
        if self.shared:
            value.kept = True
        frame.parent.returned(frame, self.number, value)
