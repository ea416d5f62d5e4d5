"""What operations must share to be one value: request and draw, or how they are made."""

from __future__ import annotations

from itertools import zip_longest
from typing import NamedTuple

from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.traits import IsTerminator

from ember_mlir.dialects.names import LABEL, LENGTH_LABEL
from ember_mlir.dialects.values import has_no_effect, is_greedy

LABELS = (LABEL, LENGTH_LABEL)


class Key(NamedTuple):
    """What an operation must share with another to be equal to it."""

    name: str
    operands: tuple[SSAValue, ...]
    properties: tuple[tuple[str, Attribute], ...]
    types: tuple[Attribute, ...]


def key_of(op: Operation) -> Key | None:
    """What an operation must share with another to be equal to it, if it can be equal."""
    if op.regions or not op.results or op.has_trait(IsTerminator) or not has_no_effect(op):
        return None
    properties = sorted(op.properties.items())
    if "draw" in op.properties and is_greedy(op):
        properties = [(name, found) for name, found in properties if name != "draw"]
    # What is labelled is not what is not, though the values be the same.
    labels = [(name, op.attributes[name]) for name in LABELS if name in op.attributes]
    return Key(op.name, tuple(op.operands), (*properties, *labels), tuple(op.result_types))


def give_the_same(first: Region, second: Region) -> bool:
    """Whether two arms end with one value, as their operations are equal one by one.

    It takes time linear in the shorter one, so that many may be compared with the first.
    """
    same: dict[SSAValue, SSAValue] = {}
    for op, other in zip_longest(first.block.ops, second.block.ops):
        if op is None or other is None:
            break
        key, operands = key_of(op), tuple([same.get(value, value) for value in other.operands])
        if op.has_trait(IsTerminator) and op.name == other.name:
            return operands == tuple(op.operands)
        found = key_of(other)
        if key is None or found is None or found._replace(operands=operands) != key:
            break
        same.update(zip(other.results, op.results, strict=True))
    return False
