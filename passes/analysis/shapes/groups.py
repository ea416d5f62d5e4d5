"""Ensembles and maps that are written call by call.

list(generate @m(%p), generate @m(%p))                               an ensemble
generate @m(template "Q: {0}"(%a)), generate @m(template "Q: {0}"(%b))    a map
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from xdsl.ir import Block, Operation, SSAValue

from ember_mlir.dialects.ensemble import BestOp, JudgeOp, ParallelOp, VoteOp
from ember_mlir.dialects.llm import ContentOp, FieldOp, GenerateOp, JoinOp, ListOp, ParseOp
from ember_mlir.dialects.values import DrawAttr, is_greedy
from ember_mlir.passes.analysis.shapes.expressions import LEAF, Expressions, Key, key_of
from ember_mlir.passes.analysis.shapes.records import Calls, Shape

Alike = tuple[Key, Block | None, int, tuple[int, ...]]
"""What the calls of a map share: what they ask, where, how deep, and at which site."""

READING = (ParseOp, FieldOp, ContentOp)
"""What reads something out of one answer."""

CHOOSING: Mapping[type[Operation], str] = {
    VoteOp: "vote",
    JudgeOp: "judge",
    BestOp: "best",
    JoinOp: "join",
}
"""What makes one of many."""


class Groups:
    """Calls that are alike, noted in the order of the text."""

    def __init__(self, expressions: Expressions) -> None:
        self.ensembles: list[Shape] = []
        self._expressions = expressions
        self._listed: set[Operation] = set()
        self._alike: dict[Alike, list[Operation]] = {}

    def ask(self, op: Operation, depth: int) -> None:
        """Note a request; those of one depth do not depend on one another."""
        forms, site = self._expressions.forms(op.operands), site_of(op)
        if site is None and all(form == LEAF for form in forms):
            # That two calls take a value as it is says nothing.
            return
        # What one call of the source asks, in several rounds that were unrolled, is one prompt.
        key = key_of(op, () if site is not None else forms)
        self._alike.setdefault((key, op.parent, depth, site or ()), []).append(op)

    def maps(self) -> Iterator[Shape]:
        """The maps among the requests that were noted."""
        for ops in self._alike.values():
            prompts = {self._expressions.numbers(op.operands) for op in ops}
            if len(prompts) > 1:
                detail = "one prompt about different values"
                yield Shape("map", "straight", tuple(ops), Calls.of(ops), detail)

    def listing(self, op: ListOp) -> None:
        """Note a list, whose elements may be samples of one request."""
        for ops in self._samples(op.items):
            found = [call for call in ops if call not in self._listed]
            if len(found) > 1:
                self._listed.update(found)
                detail = read_by(op.result)
                shape = Shape("ensemble", "straight", tuple(found), Calls.of(found), detail)
                self.ensembles.append(shape)

    def parallel(self, op: ParallelOp) -> None:
        """Note arms, which may be samples of one request."""
        given = [region.block.last_op for region in op.arms]
        for ops in self._samples([last.operands[0] for last in given if last is not None]):
            if len(ops) > 1:
                shape = Shape(
                    "ensemble", "operation", (op,), Calls.of(ops), f"arms, {read_by(op.result)}"
                )
                self.ensembles.append(shape)

    def _samples(self, values: Iterable[SSAValue]) -> Iterable[Sequence[Operation]]:
        """The sampled calls that gave `values`, those of one request together."""
        alike: dict[Key, dict[Operation, None]] = {}
        for value in values:
            call = answered(value)
            if call is not None and not is_greedy(call):
                key = key_of(call, self._expressions.numbers(call.operands))
                alike.setdefault(key, {})[call] = None
        return [list(ops) for ops in alike.values()]


def site_of(op: Operation) -> tuple[int, ...] | None:
    """The call sites that lead to one of several calls that were written as one."""
    draw = op.properties.get("draw")
    if not isinstance(draw, DrawAttr):
        return None
    member = draw.data.members[0]
    return member.chain if any(index is not None for index in member.indices) else None


def answered(value: SSAValue) -> GenerateOp | None:
    """The call whose answer `value` is, or was read out of."""
    owner = value.owner
    while isinstance(owner, READING):
        owner = owner.operands[0].owner
    return owner if isinstance(owner, GenerateOp) else None


def read_by(value: SSAValue) -> str:
    """What becomes of many answers."""
    found = [CHOOSING[type(use.operation)] for use in value.uses if type(use.operation) in CHOOSING]
    return ", ".join(dict.fromkeys(found)) or "list"
