"""The types of slots: values, tokens and handles, never futures."""

from __future__ import annotations

from xdsl.dialects.builtin import ArrayAttr, ModuleOp, NoneType
from xdsl.ir import Attribute, SSAValue

from ember_mlir.dialects import sched
from ember_mlir.dialects.exec import HANDLE, TOKEN
from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.values import ListType, RecordType
from ember_mlir.passes.rewriting import retype


def to_slots(module: ModuleOp) -> None:
    """Give everything the type of the slot that it becomes."""
    known: dict[Attribute, Attribute] = {}

    def convert(value: SSAValue) -> None:
        found = value.type
        slot = known.get(found)
        if slot is None:
            slot = known[found] = slot_type(found)
        if slot is not found:
            retype(value, slot)

    for op in walk(module):
        for region in op.regions:
            for block in region.blocks:
                for argument in block.args:
                    convert(argument)
        for result in op.results:
            convert(result)


def slot_type(found: Attribute) -> Attribute:
    """The type of the slot of what has the type `found` at the level `sched`.

    >>> print(slot_type(sched.StreamType(NoneType())))
    !llm.list<!exec.token>
    """
    match found:
        case sched.FutureType(value=value):
            return slot_type(value)
        case sched.StreamType(element=element) | ListType(element=element):
            return ListType(slot_type(element))
        case RecordType():
            return RecordType(found.names, ArrayAttr([slot_type(kind) for kind in found.types]))
        case sched.ScopeType():
            return HANDLE
        case NoneType():
            return TOKEN
        case _:
            return found
