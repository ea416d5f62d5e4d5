"""Several requests of one block are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects import llm
from ember_mlir.dialects.values import TEXTS, Draw, DrawAttr
from ember_mlir.passes.batch_requests.calls import Call, about
from ember_mlir.passes.canonicalize.known import whole
from ember_mlir.passes.optimization import fired


class Batch(NamedTuple):
    """Requests of one block that are one, which stands before their first reader, if given.

    Then what makes the texts is `moved` there, in this order; the reader stood at `place`.
    """

    members: Sequence[Call]
    reader: Operation | None = None
    place: int = 0
    moved: Sequence[Operation] = ()


class SeveralToList(RewritePattern):
    """The request stands where the last of them stood, as by then all texts are there.

    If something reads one of them before that, it stands in front of it, and so does what
    makes the texts.

    %a = embed @m(%s) site <3>, %b = embed @m(%t) site <5>
      =>  %es = embed @m(list(%s, %t)) site <3[*]>, %a = get %es[0], %b = get %es[1]
    """

    def __init__(self, groups: Mapping[Operation, Batch]) -> None:
        self.groups = groups
        # In front of which place what has moved stands by now.
        self._moved: dict[Operation, int] = {}

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        batch = self.groups.get(op)
        if batch is None:
            return
        members, first = batch.members, batch.members[0]
        fired(first, f"asks about {len(members)} texts in one request")
        texts = llm.ListOp([member.text for member in members], TEXTS)
        made = about(first, texts.result, site_of(first))
        new: list[Operation] = [texts, made]
        for index, member in enumerate(members):
            number = whole(index)
            answer = llm.GetOp(made.result, number.result)
            answer.result.name_hint = member.result.name_hint
            new += [number, answer]
            rewriter.replace_all_uses_with(member.result, answer.result)
        for added in new:
            added.location = first.location
        self._make_room(batch)
        rewriter.insert(new, InsertPoint.before(batch.reader or op))
        for member in members:
            rewriter.erase(member)

    def _make_room(self, batch: Batch) -> None:
        """Have what makes the texts stand in front of the reader, if it does not yet."""
        if batch.reader is None:
            return
        for made in batch.moved:
            if self._moved.get(made, batch.place + 1) > batch.place:
                self._moved[made] = batch.place
                made.detach()
                Rewriter.insert_op(made, InsertPoint.before(batch.reader))


def site_of(first: Call) -> DrawAttr | None:
    """The identity of a batch: that of its first request, with an index that counts its texts."""
    if first.draw is None:
        return None
    site = first.draw.data.members[0]
    return DrawAttr(Draw(site.chain, (*site.indices, None)))
