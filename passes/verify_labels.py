"""`verify-labels`: refuse a module that would tell a model what it may not see.

It changes nothing. The label of a request, of all that it tells and of being sent at all,
must not exceed the clearance of the model, or at the level `exec` that of the lane; a
label that is written must not be below the one that is inferred. Else it is a
`LabelError` at the request, with the path of the label from where it begins. What this
promises is said in `passes/analysis/labels.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp, StringAttr, SymbolRefAttr
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from ember_mlir.dialects.locations import location_of
from ember_mlir.dialects.values import LABELS, Label, LabelAttr, Utf8Attr
from ember_mlir.errors import LabelError
from ember_mlir.limits import on_any_stack
from ember_mlir.passes.analysis.known_labels import has_labels
from ember_mlir.passes.analysis.labels import LABEL, Asking, Labels, infer_labels


class VerifyLabelsPass(ModulePass):
    """Check that no request tells a model what it is not cleared for."""

    name = "verify-labels"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        verify_labels(op)


def verify_labels(module: ModuleOp) -> None:
    """Raise `LabelError` at the first request that is above the clearance of its model."""
    # Where no label above public is written, none begins, and all may see what is public.
    if not on_any_stack(lambda: has_labels(module)):
        return
    labels = infer_labels(module)
    clearances = clearances_of(module)
    for asking in labels.requests:
        verify_request(asking, labels, clearance_of(asking.op, clearances))
    for function in module.ops:
        if isinstance(function, func.FuncOp) and function.body.blocks:
            verify_results(function, labels)


def verify_results(function: func.FuncOp, labels: Labels) -> None:
    """Raise `LabelError` if a result of a function says that it is lower than it is."""
    returned = function.body.block.last_op
    written = function.res_attrs
    if returned is None or written is None:
        return
    for value, attributes in zip(returned.operands, written, strict=False):
        said, label = label_in(attributes.data.get(LABEL)), labels.of(value)
        if said is not None and exceeds(label, said):
            raise refused(
                function,
                f"must label its result '{label}' at least, but it is written as '{said}'; "
                "run infer-labels",
            )


def verify_request(asking: Asking, labels: Labels, clearance: Label) -> None:
    """Raise `LabelError` if a request is above `clearance`, or says that it is lower."""
    op, label, written = asking.op, labels.of_request(asking), label_on(asking.op)
    if exceeds(label, clearance):
        raise leak(op, label, clearance, labels.path_to(asking))
    if written is None:
        return
    if exceeds(label, written):
        raise refused(
            op,
            f"must be labelled '{label}' at least, but is written as '{written}': "
            f"{labels.path_to(asking)}; run infer-labels",
        )
    if exceeds(written, clearance):
        raise refused(
            op,
            f"{destination(op, written, clearance)}; lower the label that is written, "
            "or ask a model with clearance",
        )


def leak(op: Operation, label: Label, clearance: Label, path: str) -> LabelError:
    """The error that `op` tells what its model may not see."""
    return refused(
        op,
        f"{destination(op, label, clearance)}: {path}; "
        "redact or declassify what is sensitive, or ask a model with clearance",
    )


def refused(op: Operation, message: str) -> LabelError:
    return LabelError(f"'{op.name}' {message}", location=location_of(op))


def exceeds(label: Label, bound: Label) -> bool:
    """Whether `label` is above `bound`.

    >>> exceeds("pii", "internal"), exceeds("public", "public")
    (True, False)
    """
    return LABELS.index(label) > LABELS.index(bound)


def clearances_of(module: ModuleOp) -> Mapping[str, Label]:
    """The clearance of each model and lane by its symbol; of one that states none, public."""
    found: dict[str, Label] = {}
    for op in module.ops:
        symbol = op.properties.get("sym_name")
        if op.name in ("llm.model", "sched.lane", "exec.lane") and isinstance(symbol, StringAttr):
            found[symbol.data] = label_in(op.properties.get("clearance")) or "public"
    return found


def clearance_of(op: Operation, clearances: Mapping[str, Label]) -> Label:
    """The highest label that all who get the request `op` may see."""
    audience = op.properties.get("audience")
    if isinstance(audience, Utf8Attr):
        # A store keeps what belongs to one user or tenant apart.
        return "public" if audience.data == "shared" else LABELS[-1]
    found = [clearances.get(symbol, "public") for symbol in targets_of(op)]
    return LABELS[min(map(LABELS.index, found), default=0)]


def destination(op: Operation, label: Label, clearance: Label) -> str:
    """That a request with `label` must not go where it goes."""
    targets = targets_of(op)
    kind, there = ("model", f"@{targets[0]}") if targets else ("store", "one that all share")
    return f"must go to a {kind} cleared for '{label}', but {there} is cleared for '{clearance}'"


def targets_of(op: Operation) -> list[str]:
    """The symbols of the model and the lane that a request goes to."""
    task = op.parent_op()
    lane = None if task is None or task.name != "sched.task" else task.properties.get("lane")
    found = (op.properties.get("model"), op.properties.get("lane"), lane)
    return [symbol.string_value() for symbol in found if isinstance(symbol, SymbolRefAttr)]


def label_on(op: Operation) -> Label | None:
    """The label that is written on a request."""
    return label_in(op.properties.get("label")) or label_in(op.attributes.get(LABEL))


def label_in(found: object) -> Label | None:
    """The label that an attribute is, if it is one."""
    if not isinstance(found, LabelAttr):
        return None
    return LABELS[LABELS.index(found.data)]
