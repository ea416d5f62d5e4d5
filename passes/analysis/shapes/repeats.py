"""Maps, reductions, chains and ensembles that are loops or operations.

Of each value it is known, of all regions around it that repeat, whether it depends on the
element or index of a round, on what the round before gave, and on the answer of a call that
was asked about that. Each is a number with a bit for each region, the outermost first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from xdsl.dialects import scf
from xdsl.dialects.builtin import Float64Type, IndexType, IntegerType
from xdsl.ir import Block, Operation, SSAValue

from ember_mlir.dialects.ensemble import MapOp, ReduceOp, RefineOp
from ember_mlir.dialects.values import is_greedy, repeats
from ember_mlir.passes.analysis.shapes.groups import read_by
from ember_mlir.passes.analysis.shapes.records import Calls, Shape


@dataclass(frozen=True, slots=True)
class Depends:
    """On what a value depends, with a bit for each region around that repeats.

    `vague` has the bits of the regions that it may depend on in some way.
    """

    element: int = 0
    state: int = 0
    answer: int = 0
    vague: int = 0

    def __or__(self, other: Depends) -> Depends:
        return Depends(
            self.element | other.element,
            self.state | other.state,
            self.answer | other.answer,
            self.vague | other.vague,
        )

    def outside(self, bit: int) -> Depends:
        """The same, without the region of `bit` and those inside of it."""
        known = bit - 1
        return Depends(
            self.element & known, self.state & known, self.answer & known, self.vague & known
        )


NOTHING = Depends()


@dataclass
class Inside:
    """What stands in a region: its calls, and what their prompts depend on.

    `always` has the bits of the regions on which all sampled calls depend, and `both` of
    those of which one call depends on the element and on the round before.
    """

    bit: int = 0
    depth: int = 0
    calls: Calls | None = None
    any: Depends = NOTHING
    both: int = 0
    always: int = -1

    def ask(self, op: Operation, prompt: Depends, depth: int) -> None:
        """Note a call."""
        varying = prompt.element | prompt.state | prompt.vague
        always = -1 if is_greedy(op) else varying
        self.take(Inside(0, depth, Calls.of([op]), prompt, prompt.element & prompt.state, always))

    def take(self, inner: Inside) -> None:
        """Note what stands in a region inside of this one."""
        self.depth = max(self.depth, inner.depth)
        self.any |= inner.any
        self.both |= inner.both
        self.always &= inner.always
        if self.calls is None or inner.calls is None:
            self.calls = self.calls or inner.calls
        else:
            self.calls = self.calls.and_those(inner.calls)


class Repeats:
    """The regions that the walk is in, and what values depend on."""

    def __init__(self) -> None:
        self._depends: dict[SSAValue, Depends] = {}
        self._depths: dict[SSAValue, int] = {}
        self._open: list[Inside] = [Inside()]
        self._bit = 1

    def of(self, values: Iterable[SSAValue]) -> Depends:
        """What any of `values` depends on."""
        found = NOTHING
        for value in values:
            found |= self._depends.get(value, NOTHING)
        return found

    def depth(self, values: Iterable[SSAValue]) -> int:
        """How many calls led to `values`, one after another."""
        return max((self._depths.get(value, 0) for value in values), default=0)

    def plain(self, op: Operation) -> None:
        """Note an operation that asks nobody and has no region."""
        self._give(op.results, self.of(op.operands), self.depth(op.operands))

    def ask(self, op: Operation) -> int:
        """Note a request; the number of calls that lead to it."""
        prompt, depth = self.of(op.operands), self.depth(op.operands)
        self._open[-1].ask(op, prompt, depth + 1)
        self._give(op.results, replace(prompt, answer=prompt.answer | prompt.state), depth + 1)
        return depth

    def enter(self, op: Operation) -> None:
        """Go into the regions of `op`."""
        bit = self._bit if repeats(op) else 0
        if bit:
            self._bit <<= 1
        self._open.append(Inside(bit))
        taken, depth = self.of(op.operands), self.depth(op.operands)
        blocks = [region.block for region in op.regions if region.blocks]
        for at, argument in enumerate(arg for block in blocks for arg in block.args):
            own = taken
            if isinstance(op, MapOp | ReduceOp) or (isinstance(op, scf.ForOp) and at == 0):
                own |= Depends(element=bit)
            elif bit:
                # What comes back from the end of a round may depend on all that is around.
                own |= Depends(vague=bit - 1)
                own |= Depends(element=bit) if is_number(argument) else Depends(state=bit)
            self._give([argument], own, depth)

    def leave(self, op: Operation) -> tuple[Inside, list[Shape]]:
        """Leave the regions of `op`: what stands in them, and its shapes."""
        inner = self._open.pop()
        yielded = [value for block in blocks_of(op) for value in yields_of(block)]
        given = self.of((*op.operands, *yielded))
        found = list(shapes_of_repeat(op, inner, given)) if inner.bit and inner.calls else []
        if inner.bit:
            self._bit = inner.bit
            given = given.outside(inner.bit)
        depth = max(self.depth((*op.operands, *yielded)), inner.depth)
        self._open[-1].take(inner)
        self._give(op.results, given, depth)
        return inner, found

    def _give(self, values: Sequence[SSAValue], depends: Depends, depth: int) -> None:
        self._depends |= dict.fromkeys(values, depends)
        self._depths |= dict.fromkeys(values, depth)


def shapes_of_repeat(op: Operation, inner: Inside, given: Depends) -> Iterator[Shape]:
    """The shapes of an operation whose region repeats and asks; `given` is what it yields."""
    assert inner.calls is not None
    about_element, goes_on = inner.any.element & inner.bit, given.answer & inner.bit
    loop = isinstance(op, scf.ForOp | scf.WhileOp)
    how = "loop" if loop else "operation"
    calls = replace(inner.calls, count=0)
    if isinstance(op, ReduceOp):
        detail = f"a tree of groups of {op.arity.value.data}"
        yield Shape("reduce", how, (op,), calls, detail)
        return
    if goes_on:
        detail = "a loop that asks about what it got before"
        if isinstance(op, RefineOp):
            detail = f"a refinement of at most {op.rounds.value.data} rounds"
        yield Shape("chain", how, (op,), calls, detail)
    if goes_on and inner.both & inner.bit:
        yield Shape("reduce", how, (op,), calls, "a fold: each round takes in one more")
    if about_element and not goes_on:
        yield Shape("map", how, (op,), calls, "a loop over a list" if loop else "over a list")
    if not inner.always & inner.bit:
        detail = f"asked alike in every round, {read_by(op.results[0])}" if op.results else "a loop"
        yield Shape("ensemble", how, (op,), calls, detail)


def is_number(value: SSAValue) -> bool:
    """Whether a value only counts or decides."""
    return isinstance(value.type, IntegerType | IndexType | Float64Type)


def blocks_of(op: Operation) -> list[Block]:
    """The blocks that `op` runs."""
    return [block for region in op.regions for block in region.blocks]


def yields_of(block: Block) -> Sequence[SSAValue]:
    """What the last operation of a block hands out."""
    return () if block.last_op is None else block.last_op.operands
