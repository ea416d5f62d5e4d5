"""What follows from who reads which slot: counters, successors, and when slots are emptied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ember_mlir.runtime.frames import MISSING, FrameTable, Instruction
from ember_mlir.runtime.fuse import fuse
from ember_mlir.runtime.instructions.bodies import Members
from ember_mlir.runtime.instructions.control import Spawn
from ember_mlir.runtime.instructions.requests import Ask
from ember_mlir.runtime.instructions.values import Return
from ember_mlir.runtime.instructions.votes import Quorum

if TYPE_CHECKING:
    from ember_mlir.runtime.decode.frames import FrameDecoder

Consumers = list[tuple[int, ...]]


def link(decoder: FrameDecoder, table: FrameTable) -> None:
    """Fill in a table from the rows and slots of its frame."""
    initial = table.initial = decoder.initial
    table.names = decoder.names
    table.results = sum([isinstance(row, Return) for row in decoder.code])
    table.code, returned = fuse(decoder.code, _consumers(decoder.code, len(initial)))
    table.returned = [returned.get(slot, -1) for slot in range(len(initial))]
    table.consumers = _consumers(table.code, len(initial))
    released = {slot for slot in decoder.released if len(table.consumers[slot]) > 1}
    for row in table.code:
        _link(row, table, decoder.is_list, released)
    if released:
        table.uses = [len(rows) for rows in table.consumers]
    table.need = [sum([initial[slot] is MISSING for slot in row.inputs]) for row in table.code]
    table.only = [_only(rows, table.need) for rows in table.consumers]
    table.roots = tuple([index for index, need in enumerate(table.need) if not need])
    table.left = sum([row.settles or row.has_bodies for row in table.code])
    if len(table.code) == 1 and isinstance(table.code[0], Ask):
        table.leaf = table.code[0]
    _link_quorums(table)


def _consumers(code: list[Instruction], slots: int) -> Consumers:
    """Number the rows of `code`; the rows that read each slot."""
    consumers: list[list[int]] = [[] for _ in range(slots)]
    for index, row in enumerate(code):
        row.index = index
        for slot in row.inputs:
            consumers[slot].append(index)
    return [tuple(rows) for rows in consumers]


def _only(rows: tuple[int, ...], need: list[int]) -> int:
    return rows[0] if len(rows) == 1 and need[rows[0]] == 1 else -1


def _link(row: Instruction, table: FrameTable, is_list: list[bool], released: set[int]) -> None:
    consumers = table.consumers
    if row.output >= 0:
        row.successors = consumers[row.output]
    row.settles = not row.successors and not row.has_bodies
    # A slot that only this row reads is empty after it.
    row.releases = tuple([slot for slot in row.inputs if len(consumers[slot]) == 1])
    row.counted = tuple([slot for slot in row.inputs if slot in released])
    row.shared = any([is_list[slot] and len(consumers[slot]) > 1 for slot in row.inputs])
    if isinstance(row, Spawn):
        row.results_read = sum([table.is_read(slot) for slot in row.results])


def _link_quorums(table: FrameTable) -> None:
    """Let a quorum that stops say how many members it needs of the list that only it reads.

    Members that are made from those of a list which nobody else reads hand that on.
    """
    makers = {row.output: row for row in table.code if isinstance(row, Members)}
    for row in table.code:
        if isinstance(row, Quorum) and row.stops and len(row.inputs) == 1:
            maker = makers.get(row.inputs[0])
            while maker is not None and len(table.consumers[maker.output]) == 1:
                maker.demanded = True
                maker = makers.get(maker.inputs[0]) if maker.inputs else None
                if maker is not None and (maker.drop or maker.in_order):
                    # Where members may be left out, no place is known before the end.
                    break
