"""Instructions that call the world outside; their values come later."""

from __future__ import annotations

from collections.abc import Sequence

from ember_mlir.runtime.batches import Batches
from ember_mlir.runtime.calls import Caller, Spec, new_call
from ember_mlir.runtime.frames import AGAIN, PENDING, Frame, Instruction, Slot
from ember_mlir.runtime.instructions.templates import Filling, Joined, Piece, filling
from ember_mlir.runtime.lists import Pieces, all_there, plain
from ember_mlir.runtime.tables import LaneTable


class Ask(Caller):
    """`exec.request`, `exec.embed`: one request about a text or a conversation.

    With a template, the prompt is what `Format` and `Join` would make of it; `lists` are
    the slots of the lists in it.
    """

    __slots__ = ("_filling", "lists")

    def __init__(self, inputs: tuple[int, ...], output: int, spec: Spec) -> None:
        super().__init__(inputs, output, spec)
        self._filling: Filling | None = None
        self.lists: tuple[int, ...] = ()

    def fill(self, inputs: tuple[int, ...], pieces: Sequence[Piece]) -> None:
        """Let the prompt be a template, whose holes take slots among `inputs`."""
        self.inputs = inputs
        self.lists = tuple([piece.slot for piece in pieces if isinstance(piece, Joined)])
        self._filling = filling(pieces)

    def prompt(self, slots: Sequence[Slot]) -> Slot:
        """What is asked, where these are the slots of the frame."""
        make = self._filling
        return slots[self.inputs[0]] if make is None else make(slots)

    def is_ready(self, slots: Sequence[Slot]) -> bool:
        """Whether the lists are there, with all their pieces."""
        return not any([slots[slot].missing for slot in self.lists])

    def fire(self, frame: Frame) -> Slot:
        slots = frame.slots
        if self.lists and not all_there(frame, self.index, [slots[slot] for slot in self.lists]):
            return AGAIN
        prompt, index = self.prompt(slots), frame.index
        call = new_call(self, prompt, frame, index, frame.scope, frame.path, frame.redraws)
        frame.engine.submit(call)
        return PENDING


class AskEach(Instruction):
    """`exec.embed`, `exec.score` of a list of texts, once they are all there.

    The texts are its first input, and the labels of a score its second. `part` is one of
    its requests, in place of a frame.
    """

    __slots__ = ("part",)

    has_bodies = True

    def __init__(self, inputs: tuple[int, ...], output: int, spec: Spec) -> None:
        super().__init__(inputs, output, location=spec.location)
        self.part = Ask((), -1, spec)
        self.part.returns = 0

    def lane_of(self, frame: Frame) -> LaneTable:
        """The lane that the requests go to."""
        return frame.engine.lanes[self.part.spec.lane].table

    def fire(self, frame: Frame) -> Slot:
        values = [frame.slots[slot] for slot in self.inputs]
        if not all_there(frame, self.index, values):
            return AGAIN
        texts, *labels = [plain(value) for value in values]
        state = Batches(frame, self, texts, tuple(*labels))
        # Before anything starts: with the last of it, the frame may be over.
        frame.deliver(self.output, state.out)
        if labels == [[]]:
            # Nothing is asked about no label.
            for index in range(len(texts)):
                state.out.put(index, Pieces.complete([]))
        if state.out.missing:
            state.open()
        else:
            state.close()
        return PENDING


class AskAll(Caller):
    """`exec.score`, `exec.apply`: a call about several values, once they are all there.

    What comes behind the first `count` inputs is only waited for.
    """

    __slots__ = ("_count",)

    def __init__(self, inputs: tuple[int, ...], output: int, spec: Spec, count: int) -> None:
        super().__init__(inputs, output, spec)
        self._count = count

    def fire(self, frame: Frame) -> Slot:
        slots = frame.slots
        values = [slots[slot] for slot in self.inputs[: self._count]]
        if not all_there(frame, self.index, values):
            return AGAIN
        asked = tuple([plain(value) for value in values])
        index = frame.index
        call = new_call(self, asked, frame, index, frame.scope, frame.path, frame.redraws)
        frame.engine.submit(call)
        return PENDING
