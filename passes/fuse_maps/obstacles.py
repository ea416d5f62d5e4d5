"""What keeps two maps in a row apart."""

from __future__ import annotations

from ember_mlir.dialects.ensemble import MapOp
from ember_mlir.passes.analysis.order import Order, is_sure_region
from ember_mlir.passes.canonicalize.known import is_labelled


def obstacle(first: MapOp, second: MapOp, order: Order) -> str | None:
    """Why two maps in a row cannot be one, if they cannot."""
    if not first.result.has_one_use():
        return "maps over a list that others read, too"
    if any(op.drop is not None or op.default is not None for op in (first, second)):
        return "maps over a map, but one of them has an on_error"
    if is_labelled(first):
        return "maps over a map with a label, which would be lost"
    if any(order.acts(op) for op in (first, second)):
        return "maps over a map, but a function that is not pure keeps their order"
    if order.acts_before(first) != order.acts_before(second):
        return "maps over a map, but a function that is not pure stands between them"
    if order.is_handled(first) and not is_sure_region(first.body):
        return "maps over a map whose failure is handled, and would come after more requests"
    return None
