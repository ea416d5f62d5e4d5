"""Effects keep their order: what has one waits for a token of all that comes before it.

A function with an effect is called only when all that stands before it in the program and
can fail has succeeded, so its task reads a token of that:

    %a = sched.task(…) on @m_lane …     =>    %a = sched.task(…) on @m_lane …
    %b = sched.task(…) { … @send … }          %over = sched.done(%a)
                                              %b = sched.task(…, %over) { … @send … }

In a region the token of what stands before the region comes first. What an effect comes
behind, and has a region, is over only when all in the region that can fail has succeeded:
a branch or a loop gives a token of that too, and what members yield waits for one.

Where a failure is handled, by another arm or by `on_error`, the program goes on, and an
effect must not be lost by it: there, what can fail behind an effect waits for the effect.
Elsewhere it need not, as a failure ends the program.

Where a fallback names the errors that it takes, the first error in program order decides. So
within such an arm, what may be one of these errors has a place as if it had an effect.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import NamedTuple

from xdsl.dialects import func
from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Attribute, Block, Operation, OpResult, Region, SSAValue, SSAValues

from ember_mlir.dialects import sched
from ember_mlir.dialects.formats.errors import takes_some_errors
from ember_mlir.dialects.locations import unnamed
from ember_mlir.dialects.sched.tasks import LOCAL_OPS, REQUESTS
from ember_mlir.passes.analysis.label_values import can_fail
from ember_mlir.passes.analysis.named_errors import deciding_operations
from ember_mlir.passes.lower_to_sched.regions import add_before, last_of, regions_first
from ember_mlir.passes.rewriting import block_for

Members = sched.FanoutOp | sched.ReduceOp | sched.ParallelOp


def acting_operations(root: Operation) -> Set[Operation]:
    """The operations in `root` that apply a function with an effect, and all around them.

    What decides by its error which arm runs counts as such, up to the fallback.
    """
    acting: set[Operation] = set()
    for op in regions_first(root):
        if op.name == "llm.apply" and op.properties.get("effect") == StringAttr("effectful"):
            _mark(op, acting)
    return acting | deciding_operations(root)


def failing_operations(root: Operation) -> Set[Operation]:
    """The operations in `root` that can fail, and those around them that fail with them."""
    failing: set[Operation] = set()
    for op in regions_first(root):
        computes = op.name in LOCAL_OPS or op.name in REQUESTS
        # A reduction has no value for the empty list.
        if (computes and can_fail(op)) or isinstance(op, sched.ReduceOp):
            _mark(op, failing, until_handled=True)
    return failing


def _mark(op: Operation, marked: set[Operation], *, until_handled: bool = False) -> None:
    """Add `op` and the operations around it; all around one that is marked are."""
    found: Operation | None = op
    while found is not None and found not in marked:
        marked.add(found)
        region = found.parent_region()
        found = None if region is None else region.parent
        if until_handled and found is not None and handles(found, region):
            if not takes_some_errors(found):
                return


def handles(op: Operation, region: Region | None) -> bool:
    """Whether the program goes on after a failure of `region`, one of `op`."""
    match op:
        case sched.AttemptOp():
            return region is not op.regions[-1]
        case sched.FanoutOp() | sched.ParallelOp():
            return op.drop is not None or op.default is not None
        case _:
            return False


def order_effects(function: func.FuncOp) -> None:
    """Give the effects in a function the order that they have in the text."""
    acting, around = acting_operations(function), set[Operation]()
    for op in acting:
        _mark(op, around)
    order = Order(acting, failing_operations(function), around)
    order.block(function.body.block, Before(None, None, handled=False), covered=False)


class Before:
    """What stands before a place in a block.

    `token` says that what stands before the block is over. What fails in the block has to
    wait for `effect`, if there is one, and behind an effect in the block itself for that
    one, if the failure is `handled`.
    """

    def __init__(self, token: SSAValue | None, effect: SSAValue | None, *, handled: bool) -> None:
        self.handled = handled
        self._outside: set[SSAValue] = set() if token is None else {token}
        # All up to the last effect, and what can fail behind that and nobody has read.
        self._first: Sequence[SSAValue] = list(self._outside)
        self._pending: dict[SSAValue, None] = {}
        self._effect = effect
        self._has_acted = False

    def token(self, place: Operation) -> SSAValue:
        """A token that all before `place` that can fail is over."""
        return token_of([*self._first, *self._pending], place)

    def effect(self, place: Operation) -> SSAValue | None:
        """A token of the effect that what fails at `place` has to wait for."""
        if not self.handled or not self._has_acted:
            return self._effect
        token = token_of(self._first, place)
        self._first = [token]
        return token

    def add_effect(self, *values: SSAValue) -> None:
        """Note an effect: when `values` are there it is over, and all before it."""
        self._first = values
        self._pending.clear()
        self._has_acted = True

    def add_failing(self, *values: SSAValue) -> None:
        """Note what can fail, and has not when `values` are there."""
        self._pending.update(dict.fromkeys(values))

    def add(self, op: Operation, *, fails: bool) -> None:
        """Note an operation whose result is there once all that it reads is."""
        read = [value for value in op.operands if value in self._pending]
        for value in dict.fromkeys(read):
            del self._pending[value]
        if read or fails:
            self.add_failing(*op.results)

    def is_told_by(self, values: Sequence[SSAValue]) -> bool:
        """Whether all in the block that can fail has succeeded once `values` are there."""
        return {*self._first, *self._pending} - self._outside <= set(values)


class Inside(NamedTuple):
    """What stands before the regions of an operation: as for `Before`, for each of them.

    There is a token if functions with an effect stand in the regions.
    """

    token: SSAValue | None
    effect: SSAValue | None
    handled: bool

    def before(self, op: Operation, region: Region) -> Before:
        """What stands before the first operation of `region`, one of `op`."""
        return Before(self.token, self.effect, handled=self.handled or handles(op, region))

    def first(self) -> Sequence[SSAValue]:
        """The token, if there is one."""
        return [] if self.token is None else [self.token]


class Order:
    """The walk over a function: `acting` operations have effects in them, `failing` can fail.

    `around` are the acting ones and all around them.
    """

    def __init__(
        self, acting: Set[Operation], failing: Set[Operation], around: Set[Operation]
    ) -> None:
        self.acting = acting
        self.failing = failing
        self.around = around

    def block(self, block: Block, before: Before, *, covered: bool) -> None:
        """Order the effects of a block, and note in `before` what stands in it.

        If it is `covered`, somebody asks whether all of it has succeeded.
        """
        ops = list(block.ops)
        acts = sum(op in self.acting for op in ops)
        for op in ops:
            acts -= op in self.acting
            if isinstance(op, sched.TaskOp):
                self.task(op, before)
            elif isinstance(op, sched.ListOp):
                before.add(op, fails=False)
            elif op.regions:
                self.regions(op, before, covered=covered or acts > 0)

    def task(self, op: sched.TaskOp, before: Before) -> None:
        """A task with an effect waits for all before it."""
        if op in self.acting:
            read(op, before.token(op))
            before.add_effect(op.result)
            return
        fails = op in self.failing
        effect = before.effect(op) if fails else None
        if effect is not None:
            read(op, effect)
        before.add(op, fails=fails)

    def regions(self, op: Operation, before: Before, *, covered: bool) -> None:
        """Order what stands in the regions of `op`, if there is anything to order."""
        acts, fails = op in self.acting, op in self.failing
        effect = before.effect(op) if acts or fails else None
        if not acts and effect is None and not (fails and covered):
            if op in self.around:
                self.inside(op, before)
            return
        inside = Inside(before.token(op) if acts else None, effect, before.handled)
        covered = covered or (acts and before.handled)
        match op:
            case sched.IfOp():
                over = self.branch(op, inside, covered=covered)
            case sched.LoopOp():
                over = self.loop(op, inside, covered=covered)
            case sched.FanoutOp() | sched.ReduceOp() | sched.ParallelOp():
                over = self.members(op, inside, covered=covered)
            case _:
                # A result leaves an arm only when all of the arm has succeeded.
                for region in op.regions:
                    self.block(region.block, inside.before(op, region), covered=False)
                over = [*inside.first(), *op.results]
        if acts:
            before.add_effect(*over)
        elif fails and covered:
            before.add_failing(*over)

    def inside(self, op: Operation, before: Before) -> None:
        """Order what stands in the regions of `op`, where nothing outside matters."""
        inside = Inside(None, None, before.handled)
        for region in op.regions:
            self.block(region.block, inside.before(op, region), covered=False)

    def branch(self, op: sched.IfOp, inside: Inside, *, covered: bool) -> Sequence[SSAValue]:
        """Order the regions of a branch; what says that it is over, if it is `covered`."""
        befores = [inside.before(op, region) for region in op.regions]
        ends = [last_of(region) for region in op.regions]
        for region, before in zip(op.regions, befores, strict=True):
            self.block(region.block, before, covered=covered)
        both = list(zip(befores, ends, strict=True))
        if not covered or all(before.is_told_by(end.operands) for before, end in both):
            return [*inside.first(), *op.results]
        for before, end in both:
            end.operands = [*end.operands, before.token(end)]
        return [add_result(op, sched.DONE)]

    def loop(self, op: sched.LoopOp, inside: Inside, *, covered: bool) -> Sequence[SSAValue]:
        """Order the runs of a loop: its state has the token of the run before."""
        block, end = op.body.block, last_of(op.body)
        if not covered and inside.token is None:
            self.block(block, inside.before(op, op.body), covered=False)
            return []
        start = token_of(inside.first(), op)
        op.operands = [*op.operands, start]
        token = block.insert_arg(sched.DONE, len(block.args), unnamed(op.location))
        token.name_hint = "over"
        waits = inside.handled and inside.token is not None
        before = Before(token, token if waits else inside.effect, handled=inside.handled)
        self.block(block, before, covered=True)
        end.operands = [*end.operands, before.token(end)]
        return [add_result(op, sched.DONE)]

    def members(self, op: Members, inside: Inside, *, covered: bool) -> Sequence[SSAValue]:
        """Order what runs for each of several: what is yielded waits for all of a run."""
        if isinstance(op, sched.ReduceOp) and inside.effect is not None:
            op.operands = [waiting(op.items, inside.effect, op)]
        for region in op.regions:
            before, end = inside.before(op, region), last_of(region)
            # Where a run may fail, nothing leaves it before all of it has succeeded.
            asked = covered and not handles(op, region)
            self.block(region.block, before, covered=asked)
            if asked and not before.is_told_by(end.operands):
                end.operands = [waiting(end.operands[0], before.token(end), end)]
        return [*inside.first(), op.result]


def token_of(values: Sequence[SSAValue], place: Operation) -> SSAValue:
    """A token, made before `place` unless it is one of them, that `values` are there."""
    if len(values) == 1 and values[0].type == sched.DONE:
        return values[0]
    done = sched.DoneOp(values)
    done.result.name_hint = "over"
    add_before(place, done)
    return done.result


def read(task: sched.TaskOp, token: SSAValue) -> None:
    """Let a task wait for a token."""
    block = task.body.block
    argument = block.insert_arg(sched.value_of(token.type), len(block.args), unnamed(task.location))
    argument.name_hint = token.name_hint
    task.operands = [*task.operands, token]


def waiting(value: SSAValue, token: SSAValue, place: Operation) -> SSAValue:
    """`value` once the token is there, by a task before `place`."""
    both = [value, token]
    block = block_for(both, [sched.value_of(found.type) for found in both])
    leave = sched.YieldOp(block.args[0])
    leave.location = place.location
    block.add_op(leave)
    task = sched.TaskOp(both, Region(block), value.type)
    task.result.name_hint = value.name_hint
    add_before(place, task)
    return task.result


def add_result(op: Operation, found: Attribute) -> SSAValue:
    """A further result of `op`, behind those that it has."""
    result = OpResult(found, op, len(op.results))
    op.results = SSAValues((*op.results, result))
    result.name_hint = "over"
    return result
