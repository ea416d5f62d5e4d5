"""Several requests of one block are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint

from ember_mlir.dialects import llm
from ember_mlir.dialects.values import TEXTS, Draw, DrawAttr
from ember_mlir.passes.batch_requests.calls import Call, about
from ember_mlir.passes.canonicalize.known import whole
from ember_mlir.passes.optimization import fired


class SeveralToList(RewritePattern):
    """The request stands where the last of them stood, as by then all texts are there.

    %a = embed @m(%s) site <3>, %b = embed @m(%t) site <5>
      =>  %es = embed @m(list(%s, %t)) site <3[*]>, %a = get %es[0], %b = get %es[1]
    """

    def __init__(self, groups: Mapping[Operation, Sequence[Call]]) -> None:
        self.groups = groups

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        members = self.groups.get(op)
        if members is None:
            return
        first = members[0]
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
        rewriter.insert(new, InsertPoint.before(op))
        for member in members:
            rewriter.erase(member)


def site_of(first: Call) -> DrawAttr | None:
    """The identity of a batch: that of its first request, with an index that counts its texts."""
    if first.draw is None:
        return None
    site = first.draw.data.members[0]
    return DrawAttr(Draw(site.chain, (*site.indices, None)))
