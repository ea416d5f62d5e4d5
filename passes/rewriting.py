"""What the lowerings share: replacing operations in linear time, and keeping their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import signature
from types import UnionType
from typing import TypeVar, get_args

from xdsl.dialects.builtin import LocationAttr, ModuleOp, StringAttr
from xdsl.ir import Attribute, Block, BlockArgument, Operation, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.rewriter import InsertPoint
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.ensemble import YieldOp
from ember_mlir.dialects.locations import invalid, unnamed
from ember_mlir.dialects.wording import sentence

PatternT = TypeVar("PatternT", bound=RewritePattern)
OperationT = TypeVar("OperationT", bound=Operation)


class Replacer(PatternRewriter):
    """A rewriter that tells the users of a replaced value only when it comes to them.

    Telling them at once copies the operands of a user for each that is replaced, which
    takes quadratic time where an operation has many. For the same reason replaced
    operations are erased at the end, when nobody uses them any more.
    """

    def __init__(self, module: ModuleOp) -> None:
        super().__init__(InsertPoint.at_end(module.body.block))
        self._new: dict[SSAValue, SSAValue] = {}
        self._dead: list[Operation] = []

    def replace_all_uses_with(
        self, from_value: SSAValue, to_value: SSAValue | None, safe_erase: bool = True
    ) -> None:
        assert to_value is not None, "a lowering replaces every value by another"
        self._new[from_value] = self._newest(to_value)

    def replace(
        self,
        op: Operation,
        new_ops: Operation | Sequence[Operation],
        new_results: Sequence[SSAValue | None] | None = None,
        safe_erase: bool = True,
    ) -> None:
        # As xDSL does it, without all that tells others of each step.
        made = (new_ops,) if isinstance(new_ops, Operation) else tuple(new_ops)
        results = made[-1].results if new_results is None else new_results
        block = op.parent
        assert block is not None, "what is replaced stands somewhere"
        block.insert_ops_before(made, op)
        for old, new in zip(op.results, results, strict=True):
            self.replace_all_uses_with(old, new)
            if new is not None and not new.name_hint:
                new.name_hint = old.name_hint
        only = results[0] if len(results) == 1 else None
        if only is not None and only.name_hint is not None:
            for other in (result for one in made for result in one.results):
                if not other.name_hint:
                    other.name_hint = only.name_hint
        self.erase(op)

    def erase(self, op: Operation, safe_erase: bool = True) -> None:
        op.detach()
        self._dead.append(op)

    def update(self, op: Operation) -> None:
        """Make `op` use what the values that it uses have been replaced by."""
        found = [*op.operands]
        newest = [self._newest(value) for value in found]
        if newest != found:
            op.operands = newest

    def finish(self) -> None:
        """Erase the operations that were replaced."""
        for op in self._dead:
            op.drop_all_references()
        for result in (result for op in self._dead for result in op.results):
            # An operation that a pass has made and never put anywhere may still use it.
            if result.first_use is not None:
                result.erase(safe_erase=False)

    def _newest(self, value: SSAValue) -> SSAValue:
        while (newer := self._new.get(value)) is not None:
            value = newer
        return value


def rewrites(
    method: Callable[[PatternT, OperationT, PatternRewriter], None],
) -> Callable[[PatternT, Operation, PatternRewriter], None]:
    """Let a pattern see only the operations of the class, or classes, that it is written for.

    As `op_type_rewrite_pattern`, and `may_rewrite` knows which these are.
    """
    *_, parameter, _ = signature(method, eval_str=True).parameters.values()
    found: object = parameter.annotation
    made = op_type_rewrite_pattern(method)
    kinds = get_args(found) if isinstance(found, UnionType) else (found,)
    _kinds[made] = tuple([kind for kind in kinds if isinstance(kind, type)])
    return made


_kinds: dict[object, tuple[type, ...]] = {}


def may_rewrite(pattern: RewritePattern, kind: type[Operation]) -> bool:
    """Whether a pattern may do something with operations of a class."""
    kinds = _kinds.get(type(pattern).match_and_rewrite)
    return kinds is None or issubclass(kind, kinds)


def apply_once(
    module: ModuleOp, ops: Iterable[Operation], patterns: Sequence[RewritePattern]
) -> None:
    """Apply `patterns` to each of `ops`, in an order in which values come before their uses.

    What the patterns make is not visited. Raises `InvalidIRError` if it cannot be.
    """
    rewriter = Replacer(module)
    chosen: dict[type[Operation], Sequence[RewritePattern]] = {}
    for op in list(ops):
        rewriter.update(op)
        kind = type(op)
        if kind not in chosen:
            chosen[kind] = [found for found in patterns if may_rewrite(found, kind)]
        try:
            for pattern in chosen[kind]:
                pattern.match_and_rewrite(op, rewriter)
                if op.parent is None:
                    break
        except VerifyException as error:
            raise invalid(op, sentence(str(error))) from error
    rewriter.finish()


def rename(op: Operation, new: Mapping[SSAValue, SSAValue]) -> None:
    """Replace the operands of `op` that `new` has another value for, all in one go."""
    if new and any(operand in new for operand in op.operands):
        op.operands = [new.get(operand, operand) for operand in op.operands]


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
    """Give `value` another type, in place.

    xDSL can only replace a value by one of the new type, which tells every user one by
    one, in quadratic time where an operation uses many.
    """
    value._type = new_type  # pyright: ignore[reportPrivateUsage]


def block_for(values: Sequence[SSAValue], types: Iterable[Attribute]) -> Block:
    """An empty block with an argument for each of `values`, of its name and place."""
    block = Block(arg_types=types)
    for argument, value in zip(block.args, values, strict=True):
        argument.name_hint = value.name_hint
        argument.location = place_of(value)
    return block


def yielding(ops: Sequence[Operation]) -> Region:
    """A region of `ops` that yields what the last one gives."""
    return Region(Block([*ops, YieldOp(ops[-1].results[0])]))


def place_of(value: SSAValue) -> LocationAttr:
    """Where `value` comes from, without the name that it was written with there.

    An argument has no place inside of operators either: its name would be taken for its own.
    """
    owner = value.owner
    location = value.location if isinstance(value, BlockArgument) else None
    if location is None:
        assert isinstance(owner, Operation)
        location = owner.location
    return unnamed(location)


def move_ops(source: Block, target: Block | Operation, new: Mapping[SSAValue, SSAValue]) -> None:
    """Move all operations of `source` to the end of a block or before an operation.

    On the way they are made to use what `new` has for the values that they use.
    """
    for op in list(source.ops):
        op.detach()
        rename(op, new)
        if isinstance(target, Block):
            target.add_op(op)
        else:
            assert target.parent is not None, "what is moved has a place to go to"
            target.parent.insert_op_before(op, target)


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
