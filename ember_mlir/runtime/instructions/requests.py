"""Instructions that call the world outside; their values come later."""

from __future__ import annotations

from collections.abc import Sequence

from ember_mlir.runtime.calls import Caller, Spec, new_call
from ember_mlir.runtime.frames import AGAIN, PENDING, Frame, Slot
from ember_mlir.runtime.instructions.templates import Filling
from ember_mlir.runtime.lists import all_there, plain


class Ask(Caller):
    """`exec.request`, `exec.embed`: one request about a text or a conversation.

    With a `template`, the prompt is what `Format` would make of it.
    """

    __slots__ = ("template",)

    def __init__(self, inputs: tuple[int, ...], output: int, spec: Spec) -> None:
        super().__init__(inputs, output, spec)
        self.template: Filling | None = None

    def prompt(self, slots: Sequence[Slot]) -> Slot:
        """What is asked, where these are the slots of the frame."""
        template = self.template
        return slots[self.inputs[0]] if template is None else template(slots)

    def fire(self, frame: Frame) -> Slot:
        prompt, index = self.prompt(frame.slots), frame.index
        call = new_call(self, prompt, frame, index, frame.scope, frame.path, frame.redraws)
        frame.engine.submit(call)
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
