"""What comes back from a provider, checked before anything trusts it."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import TypeGuard

from ember_mlir.errors import ProviderError
from ember_mlir.providers.messages import Image, Message, ToolCall
from ember_mlir.providers.protocol import Reply, Request

MOST_TOKENS = 2**63 - 1
"""The most tokens of input, or of output, that one reply may report."""

MOST_SECONDS = 1e9
"""The longest simulated latency of an answer, in seconds: about 32 years."""


def check_reply(request: Request, reply: object) -> Reply:
    """Return `reply` if it is a proper answer to `request`, else raise `ProviderError`.

    Such an error is `retryable`: what has garbled one reply on its way may spare the next,
    and a request that is sent again keeps its draws. An answer that is not whole is proper,
    and an error that is not: it would come out alike again.

    >>> check_reply(Request("small", "hello", n=2), Reply(["hi"], 1, 1))
    Traceback (most recent call last):
    ember_mlir.errors.ProviderError: the reply for model 'small' must hold exactly 2 values, \
but got 1; return one text per requested answer
    """
    if not isinstance(reply, Reply):
        raise _malformed(
            f"a provider must answer a request for model {request.model!r} with an ember.Reply, "
            f"but got {_kind(reply)}; return ember.Reply(values, input_tokens, output_tokens)"
        )
    _check_values(request, reply.values)
    _check_count(request, "input_tokens", reply.input_tokens)
    _check_count(request, "output_tokens", reply.output_tokens)
    _check_whole(request, reply)
    return reply


def tokens_of(reply: object) -> tuple[int, int]:
    """The tokens of input and output to pay for, even if the rest of `reply` is wrong.

    What reports no proper counts owes nothing.

    >>> tokens_of(Reply([], 12, 3)), tokens_of(Reply(["hi"], -1, 1)), tokens_of(None)
    ((12, 3), (0, 0), (0, 0))
    """
    if isinstance(reply, Reply) and _is_count(reply.input_tokens):
        return (
            (reply.input_tokens, reply.output_tokens) if _is_count(reply.output_tokens) else (0, 0)
        )
    return 0, 0


def check_latency(seconds: object) -> float:
    """Return a simulated latency in seconds if it is one, else raise `ProviderError`.

    It may be infinite: then no answer ever comes.

    >>> check_latency(-1.0)
    Traceback (most recent call last):
    ember_mlir.errors.ProviderError: a simulated latency must be a number of seconds of at \
least 0, but got -1.0; return (reply, seconds)
    """
    if isinstance(seconds, int | float) and (0 <= seconds <= MOST_SECONDS or seconds == inf):
        return float(seconds)
    rule = f"of at most {MOST_SECONDS:.0f}, or inf" if _is_longer(seconds) else "of at least 0"
    raise ProviderError(
        f"a simulated latency must be a number of seconds {rule}, "
        f"but got {_shown(seconds)}; return (reply, seconds)"
    )


def _is_longer(seconds: object) -> bool:
    return isinstance(seconds, int | float) and seconds > MOST_SECONDS


def _check_values(request: Request, values: object) -> None:
    if not _is_list(values):
        raise _malformed(
            f"the values of the reply for model {request.model!r} must be a list of texts, "
            f"but got {_kind(values)}; put the answers into a list"
        )
    count = len(request.prompts) or request.n
    if len(values) != count:
        expected = "1 value" if count == 1 else f"{count} values"
        each = "prompt" if request.prompts else "requested answer"
        raise _malformed(
            f"the reply for model {request.model!r} must hold exactly {expected}, "
            f"but got {len(values)}; return one {_NOUNS[request.kind]} per {each}"
        )
    for number, value in enumerate(values):
        where = f"value {number} of the reply for model {request.model!r}"
        if request.kind == "embed":
            _numbers(where, value)
        elif request.kind == "score":
            _check_score(where, value, len(request.labels))
        elif request.tools and isinstance(value, Message):
            _check_message(where, value)
        else:
            _check_text(where, value, bool(request.tools))


_NOUNS = {"generate": "text", "embed": "tuple of floats", "score": "tuple of floats"}


def _check_text(where: str, value: object, may_be_message: bool) -> None:
    if not isinstance(value, str):
        expected = "a str or an ember.Message" if may_be_message else "a str"
        raise _malformed(
            f"{where} must be {expected}, but got {_kind(value)}; return every answer as text"
        )
    _check_unicode(where, value)


def _check_unicode(where: str, text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _malformed(
            f"{where} must be valid Unicode, but got the lone surrogate "
            f"U+{ord(text[error.start]):04X} at position {error.start}; "
            "decode what the service sends as UTF-8"
        ) from None


def _numbers(where: str, value: object) -> tuple[float, ...]:
    if not _is_tuple(value):
        raise _malformed(
            f"{where} must be a tuple of floats, but got {_kind(value)}; "
            "return tuple(map(float, numbers))"
        )
    numbers: list[float] = []
    for index, number in enumerate(value):
        if not isinstance(number, float):
            raise _malformed(
                f"number {index} of {where} must be a float, but got {_kind(number)}; "
                "return tuple(map(float, numbers))"
            )
        if not isfinite(number):
            raise _malformed(
                f"number {index} of {where} must be finite, but got {number!r}; "
                "return the numbers that the service sent"
            )
        numbers.append(number)
    return tuple(numbers)


def _check_score(where: str, value: object, labels: int) -> None:
    numbers = _numbers(where, value)
    if len(numbers) != labels:
        raise _malformed(
            f"{where} must hold one number per label, {labels} in all, "
            f"but got {len(numbers)}; score every label of the request"
        )
    for index, number in enumerate(numbers):
        if not 0 <= number <= 1:
            raise _malformed(
                f"number {index} of {where} must be from 0 to 1, but got {number!r}; "
                "return probabilities"
            )


def _check_message(where: str, message: Message) -> None:
    _check_part(f"the role of {where}", message.role)
    for number, part in enumerate(_items(f"the content of {where}", message.content)):
        part_name = f"part {number} of {where}"
        if isinstance(part, Image):
            _check_part(f"the URL of {part_name}", part.url)
        else:
            _check_part(part_name, part)
    for number, call in enumerate(_items(f"the tool calls of {where}", message.tool_calls)):
        call_name = f"tool call {number} of {where}"
        if not isinstance(call, ToolCall):
            raise _malformed(
                f"{call_name} must be an ember.ToolCall, but got {_kind(call)}; "
                "return ember.ToolCall(id, tool, arguments)"
            )
        for text in (call.id, call.tool, call.arguments):
            _check_part(f"every part of {call_name}", text)
    if message.tool_call_id is not None:
        _check_part(f"the tool call id of {where}", message.tool_call_id)


def _items(where: str, items: object) -> tuple[object, ...]:
    if _is_tuple(items):
        return items
    raise _malformed(
        f"{where} must be a tuple, but got {_kind(items)}; build the message from tuples"
    )


def _check_part(where: str, text: object) -> None:
    if not isinstance(text, str):
        raise _malformed(f"{where} must be a str, but got {_kind(text)}; give it as text")
    _check_unicode(where, text)


def _is_list(values: object) -> TypeGuard[Sequence[object]]:
    # A text is itself a sequence of texts: taken for one, "4" would pass as one answer.
    return isinstance(values, Sequence) and not isinstance(values, str | bytes)


def _is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    return isinstance(value, tuple)


def _check_whole(request: Request, reply: Reply) -> None:
    problem: object = reply.problem
    if problem == "cut off":
        if request.grammar is not None and not all(map(request.grammar.accepts, reply.texts)):
            # What does not fit is asked for again, as any other answer that does not.
            return
        limit = "its limit" if request.max_tokens is None else f"{request.max_tokens} tokens"
        raise ProviderError(
            f"the answer of model {request.model!r} must be whole, but was cut off at {limit}; "
            "give more max_tokens, or ask for a shorter answer"
        )
    if problem == "refused":
        raise ProviderError(
            f"model {request.model!r} must answer, but refused to; change what it is asked"
        )
    if problem is not None:
        raise _malformed(
            f"the problem of the reply for model {request.model!r} must be 'cut off', 'refused' "
            f"or None, but got {_kind(problem)}; leave it out where the answer is whole"
        )


def _check_count(request: Request, name: str, count: object) -> None:
    if _is_count(count):
        return
    is_large = isinstance(count, int) and count > MOST_TOKENS
    rule = f"at most {MOST_TOKENS}" if is_large else "at least 0"
    raise _malformed(
        f"{name} of the reply for model {request.model!r} must be an int of {rule}, "
        f"but got {_shown(count)}; report the tokens that the service charged"
    )


def _is_count(count: object) -> TypeGuard[int]:
    return isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= MOST_TOKENS


def _malformed(message: str) -> ProviderError:
    return ProviderError(message, retryable=True)


def _shown(number: object) -> str:
    # Python writes no whole number of thousands of digits, and a `repr` may do anything.
    if isinstance(number, int) and abs(number) > MOST_TOKENS:
        return f"an int of {number.bit_length()} bits"
    return repr(number) if type(number) in (bool, int, float) else _kind(number)


def _kind(value: object) -> str:
    return "None" if value is None else f"an object of type {type(value).__name__}"
