"""What models are asked, and what becomes of their answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import IntegerAttr
from xdsl.ir import Operation

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.values import (
    DrawAttr,
    MessagesType,
    is_greedy,
)
from ember_mlir.errors import InvalidIRError, ParseError
from ember_mlir.providers import Answer, Message, Request
from ember_mlir.semantics import Value, check_choosable, judge_prompt, read_verdict
from ember_mlir.tape import draw_number

if TYPE_CHECKING:
    from ember_mlir.interpreter.run import Run


def ask(run: Run, op: llm.GenerateOp | ensemble.SampleOp, place: Sequence[int]) -> Value:
    """One answer, asked for again, with another draw, where it does not fit the grammar."""
    retries = 0 if op.retries is None else op.retries.value.data
    attempt = 0
    while True:
        answer = ask_once(run, op, place, attempt)
        if isinstance(op, llm.GenerateOp) and op.tools is not None:
            return (answer if isinstance(answer, Message) else Message("assistant", (answer,)),)
        if op.grammar is None:
            return answer
        try:
            op.grammar.data.parse(answer)
        except ParseError:
            if attempt == retries:
                raise
            attempt += 1
        else:
            return answer


def ask_once(
    run: Run, op: llm.GenerateOp | ensemble.SampleOp, place: Sequence[int], attempt: int
) -> Value:
    """Send one request; attempt 0 has the draw of the call, attempt k that with k behind it."""
    prompt = run[op.prompt]
    is_text = not isinstance(op.prompt.type, MessagesType)
    tools = op.tools if isinstance(op, llm.GenerateOp) else None
    request = Request(
        model=run.models[op.model.string_value()],
        prompt=prompt if is_text else None,
        messages=None if is_text else prompt,
        draws=draws(run, op, place, [attempt] if attempt else []),
        grammar=None if op.grammar is None else op.grammar.data,
        tools=tuple([run.tools[t.string_value()] for t in tools.data] if tools else ()),
        **op.parameters(),
    )
    return run.send(request).values[0]


def judge(run: Run, op: ensemble.JudgeOp) -> Value:
    """The answer that a model finds best; of one answer, no model is asked."""
    answers = run[op.answers]
    check_choosable(len(answers))
    if len(answers) == 1:
        return answers[0]
    request = Request(
        model=run.models[op.model.string_value()],
        prompt=judge_prompt(run[op.prompt], answers),
        draws=draws(run, op, run.indices, []),
        **op.parameters(),
    )
    reply = text_of(run.send(request).values[0])
    return answers[read_verdict(reply, len(answers))]


def embed(run: Run, op: llm.EmbedOp) -> Value:
    """The embedding of a text, or of each of a list."""
    return for_each(run[op.text], partial(embed_one, run, op))


def embed_one(run: Run, op: llm.EmbedOp, text: str) -> Value:
    """The embedding of a text."""
    model = run.models[op.model.string_value()]
    return run.send(Request(model, text, kind="embed")).values[0]


def score(run: Run, op: llm.ScoreOp) -> Value:
    """How well each label fits a text, or each text of a list."""
    return for_each(run[op.text], partial(score_one, run, op))


def score_one(run: Run, op: llm.ScoreOp, text: str) -> Value:
    """How well each label fits a text; of no label, no model is asked."""
    labels = tuple(run[op.labels])
    if not labels:
        return []
    model = run.models[op.model.string_value()]
    scores = run.send(Request(model, text, kind="score", labels=labels)).values[0]
    assert isinstance(scores, tuple)
    return list(scores)


def for_each(texts: str | list[str], ask: Callable[[str], Value]) -> Value:
    """What is asked about a text; about a list, what is asked about each text, one by one."""
    return [ask(text) for text in texts] if isinstance(texts, list) else ask(texts)


def draws(run: Run, op: Operation, place: Sequence[int], attempt: Sequence[int]) -> tuple[int, ...]:
    """The number on the tape at the draw of `op`, its dynamic indices filled in; none if greedy."""
    if is_greedy(op):
        return ()
    draw = op.properties.get("draw")
    if not isinstance(draw, DrawAttr):
        raise InvalidIRError("a request must have a draw; run assign-draws first")
    chain, indices = draw.data.at(place)
    return (draw_number(run.tape, chain, [*indices, *attempt]),)


def text_of(answer: Answer) -> str:
    assert isinstance(answer, str)
    return answer


def whole(value: IntegerAttr | None) -> int | None:
    return None if value is None else value.value.data
