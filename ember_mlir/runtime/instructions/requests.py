"""Instructions that call the world outside; their values come later."""

from __future__ import annotations

from ember_mlir.runtime.calls import Spec
from ember_mlir.runtime.frames import AGAIN, PENDING, Frame, Instruction, Slot
from ember_mlir.runtime.lists import all_there, plain
from ember_mlir.semantics import fill_template


class Ask(Instruction):
    """`exec.request`, `exec.embed`: one request about a text or a conversation.

    With a `template`, the prompt is what `Format` would make of it.
    """

    __slots__ = ("spec", "template")

    def __init__(self, inputs: tuple[int, ...], output: int, spec: Spec) -> None:
        super().__init__(inputs, output, location=spec.location)
        self.spec = spec
        self.template: tuple[str | int, ...] | None = None

    def fire(self, frame: Frame) -> Slot:
        slots, template = frame.slots, self.template
        prompt = slots[self.inputs[0]] if template is None else fill_template(template, slots)
        frame.engine.submit(frame, self, self.spec, prompt)
        return PENDING


class AskAll(Instruction):
    """`exec.score`, `exec.apply`: a call about several values, once they are all there.

    What comes behind the first `count` inputs is only waited for.
    """

    __slots__ = ("_count", "_spec")

    def __init__(self, inputs: tuple[int, ...], output: int, spec: Spec, count: int) -> None:
        super().__init__(inputs, output, location=spec.location)
        self._spec = spec
        self._count = count

    def fire(self, frame: Frame) -> Slot:
        slots = frame.slots
        values = [slots[slot] for slot in self.inputs[: self._count]]
        if not all_there(frame, self.index, values):
            return AGAIN
        asked = tuple([plain(value) for value in values])
        frame.engine.submit(frame, self, self._spec, asked)
        return PENDING
