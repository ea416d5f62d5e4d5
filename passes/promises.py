"""What a module has left of its source: the promise that its text carries along.

    builtin.module attributes {ember.kept = "distribution, bounded(0.02)"} { … }

A module that was rewritten only exactly says nothing. Else it names the classes that were
used, the weakest last, with the δ that was spent, so that whoever rewrites it further
goes on counting.
"""

from __future__ import annotations

from xdsl.dialects.builtin import ModuleOp

from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.names import KEPT
from ember_mlir.dialects.values import Utf8Attr
from ember_mlir.errors import PipelineError
from ember_mlir.passes.equivalence import KINDS, Equivalence
from ember_mlir.passes.optimization import Promises


def read_promises(module: ModuleOp) -> Promises:
    """The promises that `module` says were kept, by class.

    Raises `InvalidIRError` if that cannot be read.
    """
    written = module.attributes.get(KEPT)
    if written is None:
        return {}
    if not isinstance(written, Utf8Attr):
        raise invalid(module, f"must say by '{KEPT}' what was kept, as a text, but got {written}")
    try:
        found = [Equivalence.parse(text) for text in written.data.split(", ")]
    except PipelineError as error:
        raise invalid(module, f"must say by '{KEPT}' what was kept: {error.message}") from error
    kinds = [promise.kind for promise in found]
    if len(set(kinds)) < len(kinds):
        raise invalid(
            module, f"must say by '{KEPT}' each class once, but got {written.data}; add up the δ"
        )
    return {promise.kind: promise for promise in found}


def write_promises(module: ModuleOp, kept: Promises) -> None:
    """Note in `module` what all rewrites have kept, if that is not all."""
    weaker = [str(kept[kind]) for kind in KINDS if kind in kept and kind != "exact"]
    if weaker:
        module.attributes[KEPT] = Utf8Attr(", ".join(weaker))


def promises_of(module: ModuleOp) -> str:
    """What `module` says was kept, as it says it; empty if all was."""
    return ", ".join(map(str, read_promises(module).values()))
