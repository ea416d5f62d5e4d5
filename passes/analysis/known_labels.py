"""Labels for a pass that needs them only at some places: they are inferred at the first one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.utils.hints import isa

from ember_mlir.dialects.names import LABEL, LENGTH_LABEL
from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.values import LABELS, LabelAttr
from ember_mlir.passes.analysis.labels import Asking, Labels, infer_labels


class KnownLabels:
    """How high values and requests of a module are labelled; 0 is public.

    They are those that the module had at the first question; a pass that asks must not
    raise any.
    """

    def __init__(self, module: ModuleOp) -> None:
        self._module = module

    @property
    def are_written(self) -> bool:
        """Whether any label above public is."""
        return self._labels is not None

    def of(self, value: SSAValue) -> int:
        """The rank of a value."""
        return 0 if self._labels is None else LABELS.index(self._labels.of(value))

    def of_request(self, op: Operation) -> int:
        """The rank of all that the request `op` tells, and of its being sent."""
        labels = self._labels
        return 0 if labels is None else LABELS.index(labels.of_request(self._requests[op]))

    @cached_property
    def _labels(self) -> Labels | None:
        return infer_labels(self._module) if has_labels(self._module) else None

    @cached_property
    def _requests(self) -> Mapping[Operation, Asking]:
        labels = self._labels
        return {} if labels is None else {asking.op: asking for asking in labels.requests}


def has_labels(module: ModuleOp) -> bool:
    """Whether a label above public is written anywhere in a module."""
    # Nearly no operation has an attribute, and nearly none but a request such a property.
    return any(
        is_above_public(found)
        for op in walk(module)
        if op.attributes or not _LABELLED.isdisjoint(op.properties)
        for found in labels_on(op)
    )


_LABELLED = frozenset({"label", "arg_attrs"})
"""The properties in which labels stand."""


def is_above_public(found: Attribute | None) -> bool:
    """Whether an attribute is a label, and not the lowest; what is wrongly one counts."""
    return found is not None and not (isinstance(found, LabelAttr) and found.data == LABELS[0])


def labels_on(op: Operation) -> Iterator[Attribute | None]:
    """What is written as a label on an operation, or on an argument of a function."""
    yield op.properties.get("label")
    arguments = op.properties.get("arg_attrs")
    found: Sequence[DictionaryAttr] = ()
    # `isa` costs more than all else here, and only functions have such a property.
    if arguments is not None and isa(arguments, ArrayAttr[DictionaryAttr]):
        found = arguments.data
    for attributes in (op.attributes, *(argument.data for argument in found)):
        yield attributes.get(LABEL)
        yield attributes.get(LENGTH_LABEL)
