"""What all rounds of a loop give, as a map that takes the body of the loop."""

from __future__ import annotations

from xdsl.dialects import scf
from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects.ensemble import MapOp, YieldOp
from ember_mlir.dialects.llm import ConcatOp, ListOp
from ember_mlir.dialects.values import ListType
from ember_mlir.passes.analysis.folds import Elements, last_of
from ember_mlir.passes.rewriting import place_of, rename

Made = tuple[list[Operation], SSAValue]
"""Operations, and the value that they are made for."""


def map_of(loop: scf.ForOp, elements: Elements, value: SSAValue, *combining: Operation) -> Made:
    """What gives the `value` of all rounds of a loop as a list.

    It takes the body of the loop, without the operations that combine values.
    """
    block, last = loop.body.block, last_of(loop)
    element = block.insert_arg(element_of(elements.items), 0, place_of(elements.items))
    element.name_hint = elements.reads[0].result.name_hint if elements.reads else None
    new: dict[SSAValue, SSAValue] = {read.result: element for read in elements.reads}
    for reader in dict.fromkeys(use.operation for old in new for use in old.uses):
        rename(reader, new)
    given = YieldOp(new.get(value, value))
    given.location = last.location
    for op in (last, *combining, *elements.reads, *elements.casts):
        op.detach()
        op.erase()
    for argument in block.args[1:]:
        block.erase_arg(argument)
    if block.is_empty and given.operands[0] is element:
        return [], elements.items
    block.add_op(given)
    loop.body.detach_block(block)
    mapped = MapOp(elements.items, Region(block), ListType(value.type))
    return [mapped], mapped.result


def behind(first: SSAValue, ops: list[Operation], items: SSAValue) -> Made:
    """A value and then the elements of a list, as one list."""
    found = ListType(first.type)
    begin = ListOp([first], found)
    everything = ConcatOp([begin.result, items], found)
    return [*ops, begin, everything], everything.result


def beside(op: Operation, made: Operation) -> SSAValue:
    """What `made` gives, which is put before `op`."""
    made.location = op.location
    Rewriter.insert_op(made, InsertPoint.before(op))
    return made.results[0]


def element_of(items: SSAValue) -> Attribute:
    """The type of the elements of a list."""
    assert isinstance(items.type, ListType)
    return items.type.element
