"""The shapes of a program: what its calls have to do with one another.

- An *ensemble* is several calls with one prompt, each an independent draw, that feed one
  list, which a vote, a judge or a join makes one.
- A *map* is several calls with one expression about different values.
- A *reduction* is calls that are asked with the answers of several others.
- A *chain* is calls each of which is asked with what the one before answered.

Each may be written call by call (`straight`), as a loop, or as one operation. A call
belongs to at most one straight shape of a kind. Expressions are hashed and never compared
one by one, so it takes linear time, and sorting.
"""

from __future__ import annotations

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.traits import IsolatedFromAbove

from ember_mlir.dialects.ensemble import BestOp, JudgeOp, ParallelOp, RefineOp, SampleOp, VoteOp
from ember_mlir.dialects.llm import GenerateOp, GetOp, ListOp
from ember_mlir.dialects.values import AsksModel, ListType, is_greedy
from ember_mlir.passes.analysis.shapes.answers import Answers, Flow, together
from ember_mlir.passes.analysis.shapes.expressions import Expressions
from ember_mlir.passes.analysis.shapes.groups import Groups, read_by
from ember_mlir.passes.analysis.shapes.records import Calls, How, Kind, Shape
from ember_mlir.passes.analysis.shapes.repeats import Repeats

__all__ = ["Calls", "How", "Kind", "Shape", "shapes_of"]

CHOICES = (VoteOp, BestOp, JudgeOp, GetOp)
"""What gives one of several answers as it is."""


def shapes_of(module: ModuleOp) -> list[Shape]:
    """The shapes of `module`, which is of the level "llm", in the order of the text."""
    finder = _Finder()
    for region in module.regions:
        for block in region.blocks:
            finder.block(block)
    return finder.in_order()


class _Finder:
    """A walk over a module that finds its shapes."""

    def __init__(self) -> None:
        self._order: dict[Operation, int] = {}
        self._found: list[Shape] = []
        self._expressions = Expressions()
        self._groups = Groups(self._expressions)
        self._repeats = Repeats()

    def in_order(self) -> list[Shape]:
        """All that was found, in the order of the text."""
        found = [*self._found, *self._groups.ensembles, *self._groups.maps()]
        return sorted(found, key=lambda shape: self._order[shape.ops[0]])

    def block(self, block: Block) -> None:
        """Look through a block. What is around it is a leaf to the chains inside."""
        answers, flows = Answers(), dict[SSAValue, Flow | None]()
        for op in block.ops:
            self._order[op] = len(self._order)
            asked = together(flows.get(operand) for operand in op.operands)
            given = asked
            self._expressions.note(op)
            if op.regions:
                if self._regions(op):
                    # Only a refinement is known to ask with the value that it begins with.
                    begun = asked if isinstance(op, RefineOp) else None
                    given = answers.ask(op, begun, gives_many=gives_list(op))
            elif op.has_trait(AsksModel):
                self._groups.ask(op, self._repeats.ask(op))
                if isinstance(op, GenerateOp | SampleOp):
                    given = answers.ask(op, asked, gives_many=gives_list(op))
            else:
                self._repeats.plain(op)
            if isinstance(op, CHOICES) and asked is not None:
                given = Flow(asked.last)
            flows |= dict.fromkeys(op.results, given)
            self._note(op)
        self._found += answers.shapes()

    def _regions(self, op: Operation) -> bool:
        """Look through the regions of `op`; whether something is asked in them."""
        self._repeats.enter(op)
        for region in op.regions:
            for block in region.blocks:
                self.block(block)
        inner, found = self._repeats.leave(op)
        self._found += found
        return inner.calls is not None and not op.has_trait(IsolatedFromAbove)

    def _note(self, op: Operation) -> None:
        """Note what an operation says by itself."""
        match op:
            case ListOp():
                self._groups.listing(op)
            case ParallelOp():
                self._groups.parallel(op)
            case SampleOp() if op.count.value.data > 1 and not is_greedy(op):
                calls = Calls.of([op], op.count.value.data)
                shape = Shape("ensemble", "operation", (op,), calls, read_by(op.result))
                self._found.append(shape)
            case _:
                pass


def gives_list(op: Operation) -> bool:
    """Whether an operation gives a list of what was answered."""
    return any(isinstance(result.type, ListType) for result in op.results)
