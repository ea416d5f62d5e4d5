"""`infer-labels`: write the label of each request, and of each result, where text shows it.

    llm.generate @m(%letter)    =>    llm.generate @m(%letter) {ember.label = #llm.label"pii"}

Labels begin at the arguments and constants that have one, and reach all that depends on
them. What is public is not written. Requests of the levels `sched` and `exec` have a
property for it (`label "pii"`). What was written before is replaced. Keeps `exact`, as
nothing is computed otherwise.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp
from xdsl.ir import Attribute, Operation
from xdsl.passes import ModulePass

from ember_mlir.dialects.values import Label, LabelAttr
from ember_mlir.passes.analysis.labels import LABEL, Labels, infer_labels

WITH_LABEL = frozenset({"sched.request", "sched.embed", "sched.score"})
"""The requests that may have their label as a property; those of `exec` must."""

WITHOUT_LABEL = frozenset({"sched.cached"})
"""What is no request of its own, though its key is told to a store."""


class InferLabelsPass(ModulePass):
    """Write the label of each request and result that is not public."""

    name = "infer-labels"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        write_labels(op, infer_labels(op))


def write_labels(module: ModuleOp, labels: Labels) -> None:
    """Write `labels` on the requests of `module` and on the results of its functions."""
    for asking in labels.requests:
        write_label(asking.op, labels.of_request(asking))
    for op in module.ops:
        if isinstance(op, func.FuncOp) and op.body.blocks:
            write_results(op, labels)


def write_label(op: Operation, label: Label) -> None:
    """Write the label of a request, where the requests of its level have it."""
    public = label == "public"
    if op.name in WITH_LABEL or op.name.startswith("exec."):
        if public and op.name in WITH_LABEL:
            op.properties.pop("label", None)
        else:
            op.properties["label"] = LabelAttr(label)
    elif public:
        op.attributes.pop(LABEL, None)
    elif op.name not in WITHOUT_LABEL:
        op.attributes[LABEL] = LabelAttr(label)


def write_results(function: func.FuncOp, labels: Labels) -> None:
    """Write the labels of what a function returns."""
    returned = function.body.block.last_op
    assert returned is not None
    written = function.res_attrs
    known = written.data if written is not None else [DictionaryAttr({})] * len(returned.operands)
    found: list[DictionaryAttr] = []
    for value, attributes in zip(returned.operands, known, strict=True):
        kept: dict[str, Attribute] = {k: v for k, v in attributes.data.items() if k != LABEL}
        label = labels.of(value)
        found.append(
            DictionaryAttr(kept if label == "public" else {**kept, LABEL: LabelAttr(label)})
        )
    function.res_attrs = ArrayAttr(found) if any(attrs.data for attrs in found) else None
