"""What the lowerings share: replacing operations without losing where they come from."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Attribute, BlockArgument, Operation, SSAValue
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
)
from xdsl.rewriter import Rewriter

from ember_mlir.errors import EmberError


def replace(
    rewriter: PatternRewriter,
    op: Operation,
    new: Operation | Sequence[Operation],
    results: Sequence[SSAValue] | None = None,
) -> None:
    """Replace `op`, handing on its source location and its discardable attributes."""
    for made in [new] if isinstance(new, Operation) else new:
        made.location = op.location
    last = new if isinstance(new, Operation) else new[-1]
    last.attributes = {**op.attributes, **last.attributes}
    rewriter.replace(op, new, results)


def retype(value: SSAValue, new_type: Attribute) -> None:
    """Give `value` another type; an argument keeps the place and name it was written with."""
    location = value.location if isinstance(value, BlockArgument) else None
    made = Rewriter.replace_value_with_new_type(value, new_type)
    if location is not None and isinstance(made, BlockArgument):
        made.location = location


def apply_once(
    module: ModuleOp, patterns: Sequence[RewritePattern], *, inner_first: bool = False
) -> None:
    """Apply `patterns` to each operation that is there now, in program order."""
    applier = GreedyRewritePatternApplier(list(patterns), dce_enabled=False)
    walker = PatternRewriteWalker(applier, apply_recursively=False, walk_regions_first=inner_first)
    try:
        walker.rewrite_module(module)
    except EmberError as error:
        # xDSL adds a note that holds the whole module.
        error.__notes__ = []
        raise


class SymbolNames:
    """The symbols of a module, to make new ones that are not taken."""

    def __init__(self, module: ModuleOp) -> None:
        symbols = [op.properties.get("sym_name") for op in module.ops]
        self._taken = {found.data for found in symbols if isinstance(found, StringAttr)}
        self._numbers: dict[str, int] = {}

    def fresh(self, wanted: str) -> str:
        """`wanted`, or `wanted` with the first number that makes it new."""
        name, number = wanted, self._numbers.get(wanted, 0)
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        # The next one of this name starts to count here, so that many take linear time.
        self._numbers[wanted] = number
        self._taken.add(name)
        return name
