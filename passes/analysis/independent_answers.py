"""How far a vote that stops adaptively may be from the vote over all, where a bound is known.

It is known of answers that are drawn independently, each as likely in all members, and of
which there can only be two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from decimal import Decimal

from xdsl.dialects.builtin import i1
from xdsl.ir import Operation

from ember_mlir.dialects.ensemble import MapOp, SampleOp, VoteOp
from ember_mlir.dialects.values import AsksModel, Draw, DrawAttr
from ember_mlir.grammars.few_texts import few_texts
from ember_mlir.passes.analysis.adaptive_votes import MAX_MEMBERS, most_differing
from ember_mlir.passes.analysis.enclosing import with_enclosing
from ember_mlir.passes.analysis.repetitions import executions, most_items
from ember_mlir.passes.analysis.votes import sources_of
from ember_mlir.semantics import vote_key

Chain = tuple[int, ...]


def dependent_requests(root: Operation) -> Set[Operation]:
    """The requests in `root` two runs of which may have the same draw, and all around them.

    So may two requests: a sample that has the draw of another is no sample of its own.
    """
    requests = [op for op in root.walk() if op.has_trait(AsksModel)]
    found = Counter(chain for op in requests for chain in {draw.chain for draw in draws_of(op)})
    return with_enclosing(op for op in requests if not _are_apart(draws_of(op), found))


def draws_of(op: Operation) -> tuple[Draw, ...]:
    """The draws of a request; none if it has no identity yet, and so is a sample of its own."""
    draw = op.properties.get("draw")
    return draw.data.members if isinstance(draw, DrawAttr) else ()


def _are_apart(draws: tuple[Draw, ...], requests: Mapping[Chain, int]) -> bool:
    """Whether no two runs of a request have the same draw, nor one of another request."""
    shapes = {(draw.chain, tuple([i is None for i in draw.indices])) for draw in draws}
    # Of one chain, draws of one shape differ in a number; of two shapes they might be the same.
    apart = len({chain for chain, _ in shapes}) == len(shapes) and len(set(draws)) == len(draws)
    return apart and all(requests[draw.chain] == 1 for draw in draws)


def greatest_difference(
    vote: VoteOp, confidence: Decimal, dependent: Set[Operation]
) -> Decimal | str:
    """The greatest total variation that an adaptive stop of `vote` brings to a run.

    It is that of one vote times how often the vote runs. Where no bound is known, why, in
    words that complete "this operation …". `dependent` are the `dependent_requests` of the
    module.
    """
    if (why := _not_two_answers(vote, dependent)) is not None:
        return why
    members, times = most_items(vote.answers), executions(vote)
    if members is None or members > MAX_MEMBERS:
        return f"is over more than {MAX_MEMBERS} answers, for which no bound is computed"
    if times is None:
        return "runs nobody knows how often, each time with a chance of another winner"
    least = 1 if vote.min_valid is None else vote.min_valid.value.data
    return min(Decimal(1), times * most_differing(members, confidence, least))


def _not_two_answers(vote: VoteOp, dependent: Set[Operation]) -> str | None:
    """Why the answers of a vote may be more than two, or depend on one another."""
    sources = sources_of(vote)
    root = sources[-1] if sources else None
    if not isinstance(root, SampleOp):
        return "is over answers to several requests, of which one may be likelier than another"
    if any(source.drop is not None or source.default is not None for source in sources):
        return "is over answers that may be left out or replaced"
    if vote.result.type != i1 and (isinstance(sources[0], MapOp) or not _is_of_two_texts(root)):
        return "is over answers that are not known to be one of two"
    if any(source in dependent for source in sources):
        return "is over samples whose draws other samples have too"
    return None


def _is_of_two_texts(sample: SampleOp) -> bool:
    """Whether a grammar leaves at most two answers, as a vote compares them."""
    texts = None if sample.grammar is None else few_texts(sample.grammar.data)
    return texts is not None and len(set(map(vote_key, texts))) <= 2
