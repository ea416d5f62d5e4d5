"""`flatten-templates`: write texts that are put together step by step as one template.

    %a = llm.template "a{0}"(%x)
    %b = llm.template "{0}b{1}"(%a, %x)    =>    %b = llm.template "a{0}b{0}"(%x)

The equations are those of `canonicalize` for templates and joins, and no others. Holes are
renumbered, and a known text that is taken in has its braces doubled. Legal because a text
is nothing but its characters: whoever put them together, the prompt is the same. What has
a label is not taken in, as the label would be lost, nor is a text from outside of a region,
which would be put together again in each run. Keeps `exact`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, Region, SSAValue
from xdsl.pattern_rewriter import RewritePattern
from xdsl.transforms.dead_code_elimination import is_trivially_dead

from ember_mlir.dialects.llm import ConstantOp, ListOp, TemplateOp
from ember_mlir.dialects.operations import walk
from ember_mlir.passes.canonicalize.known import is_labelled
from ember_mlir.passes.canonicalize.simplifier import Simplifier
from ember_mlir.passes.canonicalize.templates import FlattenTemplate, JoinOfFew
from ember_mlir.passes.optimization import Optimization, current_setting, fired, missed

PATTERNS: Mapping[str, Sequence[RewritePattern]] = {
    "llm.template": (FlattenTemplate(),),
    "llm.join": (JoinOfFew(),),
}


class FlattenTemplatesPass(Optimization):
    """Write texts that are put together step by step as one template."""

    name = "flatten-templates"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        simplifier = Simplifier(PATTERNS, tell)
        for region in op.regions:
            simplifier.simplify(region)
        simplifier.finish()
        if simplifier.has_changed:
            for region in op.regions:
                erase_taken_in(region)
        if current_setting().remarks is not None:
            tell_what_stays(op)


def tell(op: Operation) -> None:
    """Tell of a text that is put together at once now."""
    fired(op, "takes in the texts that it was put together from")


def erase_taken_in(region: Region) -> None:
    """Erase the texts, and lists of them, that nobody reads any more."""
    for block in region.blocks:
        for op in reversed(list(block.ops)):
            if isinstance(op, TemplateOp | ConstantOp | ListOp) and is_trivially_dead(op):
                op.detach()
                op.erase()
            for inner in op.regions:
                erase_taken_in(inner)


def tell_what_stays(module: ModuleOp) -> None:
    """Tell of each template that has not taken in all it is put together from, and why."""
    for op in walk(module):
        if isinstance(op, TemplateOp):
            obstacles = (obstacle(op, hole) for hole in op.holes)
            if (found := next(filter(None, obstacles), None)) is not None:
                missed(op, found)


def obstacle(op: TemplateOp, hole: SSAValue) -> str | None:
    """Why `op` has not taken in what fills one of its holes, if that is a text to take in."""
    inner = hole.owner
    if not isinstance(inner, TemplateOp | ConstantOp):
        return None
    if is_labelled(op):
        return "has a label of its own, so it takes in no text"
    if is_labelled(inner) or (isinstance(inner, ConstantOp) and inner.label is not None):
        return "does not take in a text with a label, which would be lost"
    if isinstance(inner, TemplateOp) and inner.parent is not op.parent:
        return "does not take in a text from outside of its region"
    return "does not take in a long text that others read too"
