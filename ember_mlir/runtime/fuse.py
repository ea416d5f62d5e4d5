"""Rows that are always fired together, made one: what most frames consist of.

A text that only a request reads is put together by the request, and a value that is only
returned leaves the frame at once. Nothing else changes: neither can fail, and what is
between them is seen by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from ember_mlir.runtime.frames import Instruction
from ember_mlir.runtime.instructions.requests import Ask
from ember_mlir.runtime.instructions.templates import Joined, Piece
from ember_mlir.runtime.instructions.values import Format, Join, Return

Consumers = Sequence[Sequence[int]]
"""The rows that read each slot."""


def fuse(
    code: Sequence[Instruction], consumers: Consumers
) -> tuple[list[Instruction], dict[int, int]]:
    """The rows that are left of `code`, and the numbers of the slots that are only returned.

    Only what runs frames has such a slot: any other row keeps the number itself.
    """
    makers = {row.output: row for row in code if isinstance(row, Format | Join)}
    texts = {slot: row for slot, row in makers.items() if len(consumers[slot]) == 1}
    gone: dict[Instruction, None] = {}
    returned: dict[int, int] = {}
    for row in code:
        if isinstance(row, Ask) and (text := texts.get(row.inputs[0])) is not None:
            _take_in(row, text, texts, gone)
        for slot in row.outputs if row.output < 0 else (row.output,):
            readers = [code[index] for index in consumers[slot]]
            if len(readers) > 1 or not isinstance(reader := next(iter(readers), None), Return):
                continue
            gone[reader] = None
            if row.has_bodies:
                returned[slot] = reader.number
            else:
                row.output, row.returns = -1, reader.number
    return [row for row in code if row not in gone], returned


def _take_in(
    ask: Ask, text: Format | Join, texts: dict[int, Format | Join], gone: dict[Instruction, None]
) -> None:
    """Have a request put together its prompt, which is what `text` makes."""
    gone[text] = None
    if isinstance(text, Join):
        ask.fill(text.inputs, [Joined(text.inputs[0], text.separator)])
        return
    joins = {slot: row for slot in text.inputs if isinstance(row := texts.get(slot), Join)}
    pieces: list[Piece] = []
    for piece in text.pieces:
        join = joins.get(piece) if isinstance(piece, int) else None
        pieces.append(piece if join is None else Joined(join.inputs[0], join.separator))
    gone.update(dict.fromkeys(joins.values()))
    inputs = [joins[slot].inputs[0] if slot in joins else slot for slot in text.inputs]
    ask.fill(tuple(inputs), pieces)
