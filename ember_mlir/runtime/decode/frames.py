"""One frame: an instruction, or several, for each operation of its text, then linked."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.ir import Attribute, Operation, SSAValue

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.exec.types import HandleType, KeyType, TokenType
from ember_mlir.dialects.values import ListType, Utf8Attr
from ember_mlir.runtime.decode.linking import link
from ember_mlir.runtime.decode.rows import ROWS
from ember_mlir.runtime.decode.symbols import Symbols
from ember_mlir.runtime.frames import MISSING, FrameTable, Instruction, Slot
from ember_mlir.runtime.unsupported import check_done, not_run

_WITHOUT_VALUE = TokenType | HandleType | KeyType


class FrameDecoder:
    """Turns one frame into rows, which read and write numbered slots.

    `initial` is what each slot holds at the start, `is_list` whether it holds a list,
    `released` the slots that are let go of after their last reader, `names` those of values.
    """

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.code: list[Instruction] = []
        self.initial: list[Slot] = []
        self.is_list: list[bool] = []
        self.released: set[int] = set()
        self.names: dict[str, int] = {}
        self._slots: dict[SSAValue, int] = {}

    def decode(self, frame: ops.FrameOp, table: FrameTable) -> None:
        """Fill `table` with what `frame` says."""
        for argument in frame.body.block.args:
            self.define(argument)
        table.arguments = len(self.initial)
        for op in frame.body.block.ops:
            check_done(op)
            self._decode(op)
        link(self, table)

    def _decode(self, op: Operation) -> None:
        if (add := ROWS.get(type(op))) is not None:
            add(self, op)
        elif isinstance(op, ops.ConstantOp):
            value = op.value
            self.define(op.result, value.data if isinstance(value, Utf8Attr) else _number(op))
        elif isinstance(op, ops.ReleaseOp):
            self.released.update(self.read(op.values))
        else:
            raise not_run(op)

    def define(self, value: SSAValue, known: Slot = MISSING) -> int:
        """A new slot, for a value of the text."""
        slot = self.new_slot(value.type, known)
        self._slots[value] = slot
        # What a run had finished is told by these names, where it fails.
        if value.name_hint is not None and not isinstance(value.type, _WITHOUT_VALUE):
            self.names.setdefault(value.name_hint, slot)
        return slot

    def new_slot(self, of: Attribute | None = None, known: Slot = MISSING) -> int:
        """A new slot; what it holds is `known` from the start, or comes later."""
        self.initial.append(known)
        self.is_list.append(isinstance(of, ListType))
        return len(self.initial) - 1

    def read(self, values: Sequence[SSAValue]) -> tuple[int, ...]:
        """The slots of values of the text."""
        return tuple([self._slots[value] for value in values])

    def add(self, instruction: Instruction) -> None:
        """Add a row."""
        self.code.append(instruction)


def _number(op: ops.ConstantOp) -> Slot:
    value = op.value
    assert not isinstance(value, Utf8Attr)
    number = value.value.data
    return bool(number) if str(op.result.type) == "i1" else number
