"""Rows that are always fired together, made one: what most frames consist of.

A template that only a request reads is filled in by the request, and an answer that is
only returned leaves the frame at once. Nothing else changes: neither can fail, and what
is between them is seen by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from ember_mlir.runtime.frames import Instruction
from ember_mlir.runtime.instructions.requests import Ask
from ember_mlir.runtime.instructions.values import Format, Return


def fuse(code: Sequence[Instruction], consumers: Sequence[Sequence[int]]) -> list[Instruction]:
    """The rows that are left of `code`, where `consumers` are the rows that read each slot."""
    templates = {row.output: row for row in code if isinstance(row, Format)}
    gone: dict[Instruction, None] = {}
    for row in code:
        if not isinstance(row, Ask):
            continue
        template = templates.get(row.inputs[0])
        if template is not None and len(consumers[template.output]) == 1:
            row.inputs, row.template = template.inputs, template.template
            gone[template] = None
        readers = [code[index] for index in consumers[row.output]]
        if len(readers) == 1 and isinstance(readers[0], Return):
            row.output, row.returns = -1, readers[0].number
            gone[readers[0]] = None
    return [row for row in code if row not in gone]
