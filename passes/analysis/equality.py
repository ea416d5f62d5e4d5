"""What operations must share to be one value: request and draw, or how they are made."""

from __future__ import annotations

from typing import NamedTuple

from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.traits import IsTerminator, get_effects

from ember_mlir.dialects.names import LABEL, LENGTH_LABEL
from ember_mlir.dialects.values import is_greedy

LABELS = (LABEL, LENGTH_LABEL)


class Key(NamedTuple):
    """What an operation must share with another to be equal to it."""

    name: str
    operands: tuple[SSAValue, ...]
    properties: tuple[tuple[str, Attribute], ...]
    types: tuple[Attribute, ...]


def key_of(op: Operation) -> Key | None:
    """What an operation must share with another to be equal to it, if it can be equal."""
    if op.regions or not op.results or op.has_trait(IsTerminator) or get_effects(op) != set():
        return None
    ignored = "draw" if is_greedy(op) else ""
    properties = sorted((k, v) for k, v in op.properties.items() if k != ignored)
    # What is labelled is not what is not, though the values be the same.
    labels = [(name, found) for name in LABELS if (found := op.attributes.get(name)) is not None]
    return Key(op.name, tuple(op.operands), (*properties, *labels), tuple(op.result_types))
