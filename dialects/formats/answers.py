"""What requests give back, at every level: for one prompt, several, or a batch."""

from __future__ import annotations

from xdsl.dialects.builtin import ArrayAttr, f64
from xdsl.ir import Attribute, Operation
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats.requests import verify_limits
from ember_mlir.dialects.values import (
    EMBEDDING,
    MESSAGES,
    TEXT,
    TEXTS,
    ListType,
)

PROMPTS: tuple[Attribute, ...] = (TEXT, MESSAGES, TEXTS, ListType(MESSAGES))


_NO_TOOLS = ArrayAttr([])


def answer_type(prompt: Attribute, *, times: int | None, tools: bool) -> Attribute:
    """The type of what a request gives: one answer, or a list of them.

    >>> print(answer_type(TEXT, times=5, tools=False))
    !llm.list<!llm.text>
    """
    answer = MESSAGES if tools else TEXT
    return answer if times is None and not isinstance(prompt, ListType) else ListType(answer)


def own_indices(op: Operation) -> int:
    """How many indices of its draw a request has of its own: 1 if it gives several answers."""
    return int("times" in op.properties or isinstance(op.operands[0].type, ListType))


def verify_request(op: Operation) -> None:
    """Check what a request asks for against the type of what it gives."""
    verify_limits(op, "times")
    prompt = op.operands[0].type
    tools = op.properties.get("tools")
    if prompt not in PROMPTS:
        raise VerifyException(
            f"a prompt must be a text or conversation, or a list of them, but got {prompt}"
        )
    if "times" in op.properties and isinstance(prompt, ListType):
        raise VerifyException("a request must be of one prompt 'times' n or of a list, not both")
    if tools == _NO_TOOLS:
        raise VerifyException("tools must name at least 1 tool, but got none")
    if tools is not None and "grammar" in op.properties:
        raise VerifyException("a request must have tools or a grammar ('as'), not both")
    times = 1 if "times" in op.properties else None
    _verify_answer(op, answer_type(prompt, times=times, tools=tools is not None))


def verify_embedding(op: Operation) -> None:
    """Check that an embedding is of a text or of a list of texts."""
    _verify_answer(op, _one_or_all(op, EMBEDDING))


def verify_scores(op: Operation) -> None:
    """Check that scores are of a text or of a list of texts."""
    _verify_answer(op, _one_or_all(op, ListType(f64)))


def _one_or_all(op: Operation, answer: Attribute) -> Attribute:
    text = op.operands[0].type
    if text not in (TEXT, TEXTS):
        raise VerifyException(f"the operand must be a text or a list of texts, but got {text}")
    return answer if text == TEXT else ListType(answer)


def _verify_answer(op: Operation, expected: Attribute) -> None:
    got = op.results[0].type
    if got != expected:
        raise VerifyException(f"a request like this must give {expected}, but got {got}")
