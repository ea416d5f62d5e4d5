"""What asks a model: each call is a task with one request, on the lane of its model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from xdsl.dialects import arith
from xdsl.dialects.builtin import SymbolRefAttr, f64
from xdsl.ir import Block, Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import ensemble, llm, sched
from ember_mlir.dialects.formats.requests import PARAMETERS
from ember_mlir.dialects.formats.strategies import Retry
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.names import LABEL
from ember_mlir.dialects.values import ListType
from ember_mlir.passes.lower_to_sched.regions import closed
from ember_mlir.passes.lower_to_sched.tasks import task_of, whole
from ember_mlir.passes.rewriting import replace, rewrites

Call = llm.GenerateOp | ensemble.SampleOp | llm.EmbedOp | llm.ScoreOp | ensemble.JudgeOp
Lanes = Mapping[str, SymbolRefAttr]
Made = TypeVar("Made", sched.RequestOp, sched.EmbedOp, sched.ScoreOp)

TAKEN_OVER = (*PARAMETERS, "grammar", "tools", "draw")
"""What a request takes over from the call that it is of."""


def lane_of(op: Call, lanes: Lanes) -> SymbolRefAttr:
    """The lane of the model that `op` asks."""
    model = op.model.string_value()
    if model not in lanes:
        raise invalid(op, f"must name a model of this module, but got @{model}")
    return lanes[model]


def request_of(op: Call, prompt: SSAValue) -> sched.RequestOp:
    """The request of a call for a text or turn."""
    tools = op.tools if isinstance(op, llm.GenerateOp) else None
    names = [tool.string_value() for tool in tools.data] if tools is not None else []
    request = sched.RequestOp(op.model.string_value(), prompt, tools=names)
    for name in TAKEN_OVER:
        if name in op.properties:
            request.properties[name] = op.properties[name]
    return labelled(request, op)


def labelled(request: Made, op: Call) -> Made:
    """`request` with the label and the name of the call that it is of."""
    # `replace` hands the attributes of the call on, but the label belongs to the request.
    if (label := op.attributes.pop(LABEL, None)) is not None:
        request.properties["label"] = label
    request.results[0].name_hint = op.results[0].name_hint
    return request


class GenerateToTask(RewritePattern):
    """A call is a task; one that may be asked again with another draw is tried so often.

    llm.generate @m(%p) as … retries 2  =>  sched.attempt at_most 3 redraw do { sched.task … }
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes

    @rewrites
    def match_and_rewrite(self, op: llm.GenerateOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, asked(op, self.lanes))


def asked(op: llm.GenerateOp | ensemble.SampleOp, lanes: Lanes) -> sched.TaskOp | sched.AttemptOp:
    """What gives one answer to a call."""
    lane = lane_of(op, lanes)
    task = task_of(op, [op.prompt], lambda prompts: [request_of(op, prompts[0])], lane=lane)
    task.result.name_hint = op.result.name_hint
    if op.retries is None:
        return task
    again = Retry(at_most=1 + op.retries.value.data, redraw=True)
    return sched.AttemptOp([closed(Block([task]), op, task.result)], task.result.type, again)


class EmbedToTask(RewritePattern):
    """llm.embed @m(%t)  =>  sched.task(%x = %t) on @m_lane { sched.embed @m(%x) … }"""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes

    @rewrites
    def match_and_rewrite(self, op: llm.EmbedOp, rewriter: PatternRewriter, /) -> None:
        def body(texts: Sequence[SSAValue]) -> Sequence[Operation]:
            return [labelled(sched.EmbedOp(op.model.string_value(), texts[0], op.draw), op)]

        replace(rewriter, op, task_of(op, [op.text], body, lane=lane_of(op, self.lanes)))


class ScoreToTask(RewritePattern):
    """Of no label, no model is asked; for a list of texts the request itself sees to that.

    llm.score @m(%t) among %l  =>  sched.if (%l has any) do { sched.task … } else { no score }
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes

    @rewrites
    def match_and_rewrite(self, op: llm.ScoreOp, rewriter: PatternRewriter, /) -> None:
        def body(values: Sequence[SSAValue]) -> Sequence[Operation]:
            text, labels = values
            return [labelled(sched.ScoreOp(op.model.string_value(), text, labels, op.draw), op)]

        task = task_of(op, [op.text, op.labels], body, lane=lane_of(op, self.lanes))
        is_one = op.result.type == ListType(f64)
        if known_length(op.labels) or not is_one:
            replace(rewriter, op, task)
            return
        some = length_is(op, op.labels, "ne", 0)
        some.result.name_hint = "some"
        none = sched.ListOp([], sched.future_of(ListType(f64)))
        none.location = op.location
        asks, asks_not = Block([task]), Block([none])
        chosen = sched.IfOp(
            some.result,
            closed(asks, op, task.result),
            closed(asks_not, op, none.result),
            [none.result.type],
        )
        replace(rewriter, op, [some, chosen])


class JudgeToTasks(RewritePattern):
    """Of one answer, no model is asked; of none, what a judge would be asked is the error.

    ensemble.judge @m(%p) among %l
      =>  sched.if (%l has one) do { the answer } else { ballot, request on @m_lane, elect }
    """

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes

    @rewrites
    def match_and_rewrite(self, op: ensemble.JudgeOp, rewriter: PatternRewriter, /) -> None:
        lane = lane_of(op, self.lanes)
        count = known_length(op.answers)
        if count is not None:
            replace(rewriter, op, [only_answer(op)] if count == 1 else judging(op, lane))
            return
        only, tasks = only_answer(op), judging(op, lane)
        one = length_is(op, op.answers, "eq", 1)
        one.result.name_hint = "one"
        chosen = sched.IfOp(
            one.result,
            closed(Block([only]), op, only.result),
            closed(Block(tasks), op, tasks[-1].result),
            [only.result.type],
        )
        replace(rewriter, op, [one, chosen])


def only_answer(op: ensemble.JudgeOp) -> sched.TaskOp:
    """The answer of a judgement that there is one of."""
    return task_of(op, [op.answers], first_of)


def judging(op: ensemble.JudgeOp, lane: SymbolRefAttr) -> Sequence[sched.TaskOp]:
    """Ask which answer is best, and read the reply."""
    answers = op.answers
    ballot = task_of(op, [op.prompt, answers], lambda values: [sched.BallotOp(*values)])
    reply = task_of(op, [ballot.result], lambda texts: [request_of(op, texts[0])], lane=lane)
    elect = task_of(op, [reply.result, answers], lambda values: [sched.ElectOp(*values)])
    ballot.result.name_hint, reply.result.name_hint = "ballot", "reply"
    return [ballot, reply, elect]


def first_of(lists: Sequence[SSAValue]) -> Sequence[Operation]:
    """The body of a task that gives the first element of a list."""
    zero = whole(0)
    return [zero, llm.GetOp(lists[0], zero.result)]


def length_is(op: Operation, items: SSAValue, relation: str, number: int) -> sched.TaskOp:
    """Whether the length of a list has a relation, such as "eq", to a number."""

    def body(lists: Sequence[SSAValue]) -> Sequence[Operation]:
        length, other = llm.LengthOp(lists[0]), whole(number)
        return [length, other, arith.CmpiOp(length.result, other.result, relation)]

    return task_of(op, [items], body)


def known_length(items: SSAValue) -> int | None:
    """How many pieces a list has, where what makes it says so."""
    match items.owner:
        case sched.ListOp() as made:
            return len(made.items)
        case sched.FanoutOp(count=count, drop=None) if count is not None:
            return count.value.data
        case _:
            return None
