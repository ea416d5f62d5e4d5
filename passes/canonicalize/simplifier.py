"""One walk that applies patterns and folds, in linear time however wide operations are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from xdsl.builder import InsertOpInvT
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import FloatAttr, IntegerAttr, UnknownLoc
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint
from xdsl.traits import ConstantLike, HasCanonicalizationPatternsTrait, HasFolder
from xdsl.utils.hints import isa

from ember_mlir.errors import EmberError
from ember_mlir.passes.canonicalize import scf
from ember_mlir.passes.canonicalize.known import is_labelled

MAX_REWRITES = 10_000
"""How often one operation may be rewritten before its patterns count as endless."""


class Simplifier:
    """Simplifies regions in program order, so that operands are in their simplest form.

    What a rewrite replaces is kept in a table and renamed in each user when that is
    visited: every operation's operands are copied once, not once per operand. With
    `patterns` by the names of operations, these are applied and nothing else is.
    `rewritten` is told each operation that was.
    """

    def __init__(
        self,
        patterns: Mapping[str, Sequence[RewritePattern]] | None = None,
        rewritten: Callable[[Operation], None] | None = None,
    ) -> None:
        self._given = patterns
        self._rewritten = rewritten
        self.renamed: dict[SSAValue, SSAValue] = {}
        self.dead: dict[Operation, None] = {}
        self.has_changed = False
        self._patterns: dict[type[Operation], Sequence[RewritePattern]] = {}

    def simplify(self, region: Region) -> None:
        """Simplify all operations of `region`."""
        for block in region.blocks:
            op = block.first_op
            while op is not None:
                op = self._visit(op, block)

    def finish(self) -> None:
        """Erase what has been replaced."""
        # What has been replaced may still read what was replaced before or after it.
        for op in self.dead:
            op.detach()
            op.drop_all_references()
        for op in self.dead:
            op.erase(drop_references=False)
        self.dead.clear()

    def current(self, value: SSAValue) -> SSAValue:
        """What `value` has become."""
        while (found := self.renamed.get(value)) is not None:
            value = found
        return value

    def _visit(self, op: Operation, block: Block) -> Operation | None:
        """Simplify one operation; the one to go on with."""
        if op in self.dead:
            return op.next_op
        if any(operand in self.renamed for operand in op.operands):
            op.operands = [self.current(operand) for operand in op.operands]
        before = op.prev_op
        for _ in range(MAX_REWRITES):
            if not self._rewrite(op):
                break
            if op in self.dead:
                # What has taken its place stands where it did, and is visited too.
                return block.first_op if before is None else before.next_op
        else:
            raise EmberError(f"the patterns of '{op.name}' must come to an end, but do not")
        for region in op.regions:
            self.simplify(region)
        # What is known of its regions now may simplify the operation itself.
        if op.regions and self._rewrite(op):
            return block.first_op if before is None else before.next_op
        return op.next_op

    def _rewrite(self, op: Operation) -> bool:
        """Apply the first fold or pattern that fits; whether one did."""
        folder = None if self._given is not None else _folder_of(type(op))
        patterns = self._patterns_of(op)
        # What would take the place of what is labelled would have to carry the label.
        if (folder is None and not patterns) or is_labelled(op):
            return False
        rewriter = RecordingRewriter(op, self)
        if folder is None or not _fold(op, folder, rewriter):
            for pattern in patterns:
                pattern.match_and_rewrite(op, rewriter)
                if rewriter.has_done_action:
                    break
            else:
                return False
        self.has_changed = True
        if self._rewritten is not None:
            self._rewritten(op)
        return True

    def _patterns_of(self, op: Operation) -> Sequence[RewritePattern]:
        if self._given is not None:
            return self._given.get(op.name, ())
        kind = type(op)
        if (known := self._patterns.get(kind)) is None:
            known = scf.PATTERNS.get(op.name)
            if known is None:
                traits = op.get_traits_of_type(HasCanonicalizationPatternsTrait)
                known = [pattern for trait in traits for pattern in trait.get_patterns(kind)]
            self._patterns[kind] = known
        return known


@cache
def _folder_of(kind: type[Operation]) -> HasFolder | None:
    """What folds operations of a class; what is known already is not folded."""
    return None if kind.has_trait(ConstantLike) else kind.get_trait(HasFolder)


def _fold(op: Operation, folder: HasFolder, rewriter: PatternRewriter) -> bool:
    folded = folder.fold(op)
    if folded is None:
        return False
    made = [_value(found) for found in folded]
    if None in made:
        return False
    values = [found for found in made if found is not None]
    owners = [value.owner for value in values]
    new = [made for made in owners if isinstance(made, Operation) and made.parent is None]
    rewriter.replace(op, new, values)
    return True


def _value(folded: SSAValue | Attribute) -> SSAValue | None:
    """A folded result as a value; None if it is not a number."""
    if isinstance(folded, SSAValue):
        return folded
    if isa(folded, IntegerAttr | FloatAttr):
        return ConstantOp(folded).result
    return None


class RecordingRewriter(PatternRewriter):
    """A rewriter that notes what is replaced and erased, and leaves it where it is."""

    def __init__(self, op: Operation, simplifier: Simplifier) -> None:
        super().__init__(op)
        self._simplifier = simplifier
        self._location = op.location

    def insert(self, op: InsertOpInvT, insertion_point: InsertPoint | None = None) -> InsertOpInvT:
        for made in (op,) if isinstance(op, Operation) else op:
            if isinstance(made.location, UnknownLoc):
                made.location = self._location
        return super().insert(op, insertion_point)

    def replace_all_uses_with(
        self, from_value: SSAValue, to_value: SSAValue | None, safe_erase: bool = True
    ) -> None:
        if to_value is not None and to_value is not from_value:
            self.has_done_action = True
            self._simplifier.renamed[from_value] = self._simplifier.current(to_value)

    def erase(self, op: Operation, safe_erase: bool = True) -> None:
        self.has_done_action = True
        self._simplifier.dead[op] = None

    def inline_block(
        self, block: Block, insertion_point: InsertPoint, arg_values: Sequence[SSAValue] = ()
    ) -> None:
        for argument, value in zip(block.args, arg_values, strict=True):
            self.replace_all_uses_with(argument, value)
        for op in list(block.ops):
            op.detach()
            self.insert(op, insertion_point)
