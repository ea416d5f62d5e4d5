"""How many calls and tokens a program of the level `llm` takes: at least, and at most.

A forward count over the tree of regions, of a run in which nothing fails. Work that
repeats counts as often as it repeats; the length of a list that is not known is n, so a
count is a polynomial in n. Of a branch the least is that of the cheaper region and the
most that of the dearer one.

Tokens rest on two assumptions: a text that is not known has `UNKNOWN_TEXT` tokens, and an
answer without a limit `UNKNOWN_ANSWER`. They tell one form of a program from another, not
what a run will cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce

from xdsl.dialects import scf
from xdsl.dialects.builtin import IntegerAttr
from xdsl.ir import Block, Operation, Region, SSAValue

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.values import AsksModel, ListType
from ember_mlir.passes.analysis.counts import ONE, ZERO, Count, Estimate, N, Range, exactly
from ember_mlir.passes.canonicalize.known import known_integer
from ember_mlir.semantics import Boundary, parse_template

UNKNOWN_TEXT = 64
"""The tokens that a text counts as that is not known before the program runs."""

UNKNOWN_ANSWER = 256
"""The tokens that an answer without a limit counts as."""

CHARACTERS_PER_TOKEN = 4

ONCE = exactly(ONE)

Listed = llm.EmbedOp | llm.ScoreOp
"""What may be asked of a list of texts."""


def estimate(module: Operation) -> Estimate:
    """What one run of each function of `module` takes; linear in the module."""
    return Estimator().of(module)


class Estimator:
    """Counts a module, what is inside before what is around it."""

    def __init__(self) -> None:
        self._batches: dict[str, int] = {}
        self._lengths: dict[SSAValue, Range] = {}
        self._texts: dict[SSAValue, int] = {}
        self._regions: dict[Region, Estimate] = {}

    def of(self, root: Operation) -> Estimate:
        """What the operations in `root` take."""
        for op in walk(root, inside_first=True):
            self._note(op)
            region = op.parent
            if region is not None and (around := region.parent) is not None:
                found = self._operation(op)
                if found is not None:
                    self._regions[around] = self.region(around).plus(found)
        total = Estimate()
        for region in root.regions:
            total = total.plus(self.region(region))
        return total

    def region(self, region: Region) -> Estimate:
        """What has been counted in a region."""
        return self._regions.get(region, Estimate())

    def length(self, items: SSAValue) -> Range:
        """How many elements a list has."""
        return self._lengths.get(items) or exactly(N)

    def text(self, value: SSAValue) -> int:
        """About how many characters a text has."""
        return self._texts.get(value, UNKNOWN_TEXT * CHARACTERS_PER_TOKEN)

    def _operation(self, op: Operation) -> Estimate | None:
        """What an operation takes, with what is inside of it; None if nothing."""
        if op.has_trait(AsksModel):
            return self._request(op)
        if not op.regions:
            return self._vote(op) if isinstance(op, ensemble.VoteOp) else None
        regions = [self.region(region) for region in op.regions]
        if not any(found.calls.most.terms for found in regions):
            return None
        count = REGIONS.get(op.name, in_order)
        return count(self, op, regions)

    def _request(self, op: Operation) -> Estimate:
        """One call, or as many as it takes, and again while an answer does not fit."""
        retries = op.properties.get("retries")
        tries = 1 + (retries.value.data if isinstance(retries, IntegerAttr) else 0)
        limit = op.properties.get("max_tokens")
        answer = limit.value.data if isinstance(limit, IntegerAttr) else UNKNOWN_ANSWER
        answer = 0 if isinstance(op, Listed) else answer
        asked = sum(self._asked(op, operand) for operand in op.operands) // CHARACTERS_PER_TOKEN
        tokens = exactly(Count.of(asked + answer)).times(self._texts_of(op))
        return Estimate(self._calls_of(op), tokens).times(Range(ONE, Count.of(tries)))

    def _texts_of(self, op: Operation) -> Range:
        """About how many texts something is asked."""
        match op:
            case ensemble.SampleOp():
                return exactly(Count.of(op.count.value.data))
            case ensemble.JudgeOp():
                # Of one answer no model is asked.
                return Range(ZERO, ONE)
            case llm.ScoreOp() if len(self.length(op.labels).least.terms) != 1:
                # Of no label no model is asked.
                return Range(ZERO, self._length_of(op.text).most)
            case llm.EmbedOp() | llm.ScoreOp():
                return self._length_of(op.text)
            case _:
                return ONCE

    def _length_of(self, text: SSAValue) -> Range:
        return self.length(text) if isinstance(text.type, ListType) else ONCE

    def _calls_of(self, op: Operation) -> Range:
        """How many requests are sent: of a list, as many as batches."""
        texts = self._texts_of(op)
        if not isinstance(op, Listed) or not isinstance(op.text.type, ListType):
            return texts
        batch = self._batches.get(op.model.string_value(), 1)
        return Range(*(batches(count, batch) for count in texts))

    def _asked(self, op: Operation, operand: SSAValue) -> int:
        """About how many characters one request tells of an operand."""
        # Of a list whose texts are asked about one by one, a text; other lists are short.
        is_short = isinstance(operand.type, ListType) and not (
            isinstance(op, Listed) and operand is op.text
        )
        return 0 if is_short else self.text(operand)

    def _vote(self, op: ensemble.VoteOp) -> Estimate | None:
        """What a vote that asks for answers as it needs them may save of those that it takes."""
        owner = op.answers.owner
        if op.stop is None or op.at_once is not None or isinstance(owner, Block):
            return None
        members, length = self._operation(owner), self.length(op.answers).most
        if members is None or len(length.terms) > 1:
            return None
        count = int(sum(length.terms))
        needed = least_answers(op, count)
        spared = Count.of(Fraction(needed - count, max(count, 1)))
        return members.times(Range(spared, ZERO))

    def _note(self, op: Operation) -> None:
        """Note the lengths of lists and of texts that are known."""
        match op:
            case llm.ModelOp() if op.batch is not None:
                self._batches[op.sym_name.data] = op.batch.value.data
            case llm.ConstantOp():
                self._texts[op.result] = len(op.value.data)
            case llm.TemplateOp():
                holes = list(op.holes)
                pieces = parse_template(op.template.data)
                sizes = [len(p) if isinstance(p, str) else self.text(holes[p]) for p in pieces]
                self._texts[op.result] = sum(sizes)
            case llm.ListOp():
                self._lengths[op.result] = exactly(Count.of(len(op.items)))
            case llm.ConcatOp():
                total = Range()
                for items in op.operands:
                    total = total.plus(self.length(items))
                self._lengths[op.results[0]] = total
            case ensemble.SampleOp():
                self._lengths[op.result] = _kept(op, exactly(Count.of(op.count.value.data)))
            case ensemble.ParallelOp():
                self._lengths[op.result] = _kept(op, exactly(Count.of(len(op.arms))))
            case ensemble.MapOp():
                self._lengths[op.result] = _kept(op, self.length(op.items))
            case _:
                pass


def batches(texts: Count, most: int) -> Count:
    """In how many requests so many texts go, of which each takes `most`."""
    if len(texts.terms) > 1:
        return Count(tuple(term / most for term in texts.terms))
    return Count.of(-(-int(sum(texts.terms)) // most))


def least_answers(op: ensemble.VoteOp, count: int) -> int:
    """How many of `count` answers decide a vote that stops early, if they all agree."""
    if op.confidence is not None:
        return min(count, Boundary(op.confidence.data, count).least_leader(0))
    # The first answer wins ties: half of them will do.
    return -(-count // 2)


def _kept(op: Operation, length: Range) -> Range:
    """The length of a list whose members may be left out."""
    return Range(ZERO, length.most) if "drop" in op.properties else length


# What operations with regions take.

CountRegions = Callable[[Estimator, Operation, Sequence[Estimate]], Estimate]


def in_order(estimator: Estimator, op: Operation, regions: Sequence[Estimate]) -> Estimate:
    """All regions, once each."""
    return reduce(Estimate.plus, regions)


def one_of(estimator: Estimator, op: Operation, regions: Sequence[Estimate]) -> Estimate:
    """One of the regions."""
    return reduce(Estimate.or_else, regions)


def until_good(estimator: Estimator, op: Operation, regions: Sequence[Estimate]) -> Estimate:
    """The first region, and perhaps the others."""
    total = regions[0]
    for found in regions[1:]:
        total = total.plus(found.times(Range(ZERO, ONE)))
    return total


def some_of(estimator: Estimator, op: Operation, regions: Sequence[Estimate]) -> Estimate:
    """At least one of the regions, at most all."""
    return one_of(estimator, op, regions).or_else(in_order(estimator, op, regions))


def each_element(estimator: Estimator, op: Operation, regions: Sequence[Estimate]) -> Estimate:
    """The region for each element of a list."""
    return regions[0].times(estimator.length(op.operands[0]))


def each_node(estimator: Estimator, op: Operation, regions: Sequence[Estimate]) -> Estimate:
    """The region for each node of a tree: each merges `arity` values into one."""
    assert isinstance(op, ensemble.ReduceOp)
    arity = op.arity.value.data
    length = estimator.length(op.items)
    return regions[0].times(Range(*(nodes(bound, arity) for bound in length)))


def nodes(length: Count, arity: int) -> Count:
    """How many nodes a tree has; of an unknown length n about n / (arity - 1).

    >>> print(nodes(Count.of(5), 3), nodes(Count.of(1), 3), nodes(N, 3))
    3 0 0.5n
    """
    if len(length.terms) > 1:
        return Count(tuple(term / (arity - 1) for term in length.terms))
    left, found = int(sum(length.terms)), 0
    while left > 1:
        # A group of one is passed on.
        found += left // arity + (left % arity > 1)
        left = -(-left // arity)
    return Count.of(found)


def each_round(estimator: Estimator, op: Operation, regions: Sequence[Estimate]) -> Estimate:
    """The region once, or in up to as many rounds as are written."""
    assert isinstance(op, ensemble.RefineOp)
    return regions[0].times(Range(ONE, Count.of(op.rounds.value.data)))


def counted(estimator: Estimator, op: Operation, regions: Sequence[Estimate]) -> Estimate:
    """The region in each round of a loop whose bounds are known, else in n rounds."""
    bounds = [known_integer(bound) for bound in op.operands[:3]]
    first, end, step = bounds
    if first is None or end is None or step is None or step < 1:
        return regions[0].times(exactly(N))
    rounds = max(0, -(-(end - first) // step))
    return regions[0].times(exactly(Count.of(rounds)))


def unbounded(estimator: Estimator, op: Operation, regions: Sequence[Estimate]) -> Estimate:
    """The regions in any number of rounds; what decides on them, at least once."""
    before, after = regions
    return before.plus(before.plus(after).times(Range(ZERO, N)))


REGIONS: Mapping[str, CountRegions] = {
    scf.IfOp.name: one_of,
    scf.ForOp.name: counted,
    scf.WhileOp.name: unbounded,
    ensemble.CascadeOp.name: until_good,
    ensemble.FallbackOp.name: until_good,
    ensemble.RaceOp.name: some_of,
    ensemble.MapOp.name: each_element,
    ensemble.ReduceOp.name: each_node,
    ensemble.RefineOp.name: each_round,
}
