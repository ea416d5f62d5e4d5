"""Which members of a list a vote may leave unmade, and what forbids it.

A vote that stops needs no more of the members that it alone reads. Where each of them is
made from one of another list that nobody else reads, it needs no more of those either, and
so on: the `sources` of the vote, the nearest first.

    %drafts = ensemble.sample 5 …          (read by the map alone)
    %sums = ensemble.map %x in %drafts …   (read by the vote alone)
    %sum = ensemble.vote %sums stop …
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import cached_property

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from ember_mlir.dialects.ensemble import MapOp, ParallelOp, SampleOp, VoteOp
from ember_mlir.dialects.values import LABELS, AsksModel, ListType
from ember_mlir.passes.analysis.enclosing import with_enclosing
from ember_mlir.passes.analysis.failures import decisive_operations, effectful_operations
from ember_mlir.passes.analysis.labels import Labels, infer_labels
from ember_mlir.passes.analysis.repetitions import most_items

DECISIVE = "takes a list whose failure is handled, or comes before an effect"

Source = SampleOp | MapOp | ParallelOp
"""What makes a list one by one, so that it may stop in between."""


def sources_of(vote: VoteOp) -> Sequence[Source]:
    """What makes the members of a vote, from the last on; empty if it may not stop there.

    Only what stands in the block of the vote counts: it runs as often as the vote.
    """
    found: list[Source] = []
    owner = vote.answers.owner
    while isinstance(owner, SampleOp | MapOp | ParallelOp) and owner.parent is vote.parent:
        found.append(owner)
        if not isinstance(owner, MapOp):
            break
        owner = owner.items.owner
        # Of a list that may become shorter, no place is known before all of it is there.
        if isinstance(owner, SampleOp | MapOp | ParallelOp) and owner.drop is not None:
            break
    return found


def unread_elsewhere(vote: VoteOp) -> Sequence[Source]:
    """The sources of a vote whose members nobody reads but what leads to the vote."""
    found: list[Source] = []
    for source in sources_of(vote):
        if not source.result.has_one_use():
            break
        found.append(source)
    return found


def unfit(vote: VoteOp) -> str | None:
    """Why a vote needs all of its list, however that is made.

    The words complete "this operation …".
    """
    if vote.keys is not None:
        return "compares by keys, which are made of all answers"
    if not vote.answers.has_one_use():
        return "is not the only one that reads its list"
    if isinstance(vote.result.type, ListType):
        return "gives a list, which others would take piece by piece"
    return None


class Votes:
    """What is known of the votes of a module; each fact is found when it is first needed."""

    def __init__(self, module: ModuleOp) -> None:
        self._module = module

    def ask(self, vote: VoteOp) -> bool:
        """Whether models are asked for what a vote takes, right before it."""
        return any(source in self.asking for source in sources_of(vote))

    def obstacle(self, vote: VoteOp) -> str | None:
        """Why all members must be made, in words that complete "this operation …".

        That one of the members fails, or not, must be known where that does more than end
        the program.
        """
        sources = sources_of(vote)
        if not sources:
            return "takes a list that is not made right before it"
        if (why := unfit(vote)) is not None:
            return why
        if any(source in self._decisive for source in sources):
            return DECISIVE
        if any(source in self._acting for source in sources):
            return "takes a list whose members call a function that is not pure"
        return None

    def is_saving(self, vote: VoteOp) -> bool:
        """Whether some of the calls for what a vote takes are for this vote alone."""
        calls = [source for source in unread_elsewhere(vote) if source in self.asking]
        return bool(calls) and most_items(vote.answers) not in (0, 1)

    def tells_more(self, vote: VoteOp) -> bool:
        """Whether a model would learn by how many it is asked what it is not told.

        How many are asked depends on what the others have said.
        """
        sources = [source for source in sources_of(vote) if source in self.asking]
        label = LABELS.index(self._labels.of(vote.answers))
        return label > min(self._least_told[source] for source in sources)

    @cached_property
    def asking(self) -> Set[Operation]:
        """What asks models, and all around it."""
        return with_enclosing(op for op in self._module.walk() if op.has_trait(AsksModel))

    @cached_property
    def _decisive(self) -> Set[Operation]:
        return decisive_operations(self._module)

    @cached_property
    def _acting(self) -> Set[Operation]:
        return effectful_operations(self._module)

    @cached_property
    def _labels(self) -> Labels:
        return infer_labels(self._module)

    @cached_property
    def _least_told(self) -> Mapping[Operation, int]:
        """The least label of the requests in each operation."""
        found: dict[Operation, int] = {}
        for asking in self._labels.requests:
            rank = LABELS.index(self._labels.of_request(asking))
            around: Operation | None = asking.op
            while around is not None and found.get(around, len(LABELS)) > rank:
                found[around] = rank
                around = around.parent_op()
        return found
