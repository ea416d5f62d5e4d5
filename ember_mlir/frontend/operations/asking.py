"""Asking a model: one answer, several, typed ones, and turns that may call tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, TypedDict, TypeVar, Unpack, overload

from ember_mlir.errors import InputError
from ember_mlir.frontend.direct import turns
from ember_mlir.frontend.layouts import BOOL
from ember_mlir.frontend.operations.checks import (
    as_declared,
    check_known,
    is_int,
    recorder_of_call,
    shown,
)
from ember_mlir.frontend.operations.conversing import Prompt, asked
from ember_mlir.frontend.operations.reading import valued
from ember_mlir.frontend.operations.settings import (
    known_extra,
    known_items,
    known_max_tokens,
    known_model,
    known_retries,
    known_schema,
    known_seed,
    known_stop,
    known_temperature,
    known_top_p,
)
from ember_mlir.frontend.recorder import Ask, Recorder
from ember_mlir.frontend.schemas import Schema
from ember_mlir.frontend.toolbox import AnyTool, tool_of
from ember_mlir.frontend.turns import Turn
from ember_mlir.providers import Image

T = TypeVar("T")


class Settings(TypedDict, total=False):
    """What a model is told and shown first, and how it is to answer.

    What is left out is the provider's affair.
    """

    system: str | None
    images: Sequence[str | bytes | Image]
    model: str | None
    temperature: float | None
    top_p: float | None
    stop: str | Sequence[str]
    max_tokens: int | None
    seed: int | None
    extra: Mapping[str, object] | None


@overload
def generate(
    prompt: Prompt,
    **settings: Unpack[Settings],
) -> str: ...


@overload
def generate(
    prompt: Prompt,
    *,
    schema: type[T],
    retries: int | None = None,
    **settings: Unpack[Settings],
) -> T: ...


@overload
def generate(
    prompt: Prompt,
    *,
    tools: Sequence[AnyTool],
    **settings: Unpack[Settings],
) -> Turn: ...


@overload
def generate(
    prompt: Prompt,
    *,
    schema: object,
    retries: int | None = None,
    **settings: Unpack[Settings],
) -> Any: ...


def generate(
    prompt: Prompt,
    *,
    system: str | None = None,
    images: Sequence[str | bytes | Image] = (),
    schema: object = None,
    retries: int | None = None,
    tools: Sequence[AnyTool] = (),
    model: str | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    stop: str | Sequence[str] = (),
    max_tokens: int | None = None,
    seed: int | None = None,
    extra: Mapping[str, object] | None = None,
) -> object:
    """One answer of a model to a text, or to a list of messages.

    `model` is a registered name, "small" if none is given. With `temperature` 0 the call is
    greedy; without one the provider's default holds, as for `top_p`. The answer ends before
    the first text of `stop`, and `max_tokens` bounds it: one that is cut off there is an error,
    as is a refusal. Under a `seed` a service answers alike as far as it can; `extra` holds
    parameters that only this provider knows, and no keys.

    `system` is what the model is told first, and `images` are shown with the prompt: URLs, or
    the bytes of a PNG, JPEG, GIF or WebP.

    With a `schema` (a dataclass, a pydantic model, `int`, `list[str]`, `Literal["yes", "no"]`,
    an enum, one of these `| None` and the like) the answer is a value of that type. One that does
    not fit is asked for again, with another draw, at most `retries` times: 2 unless the call is
    greedy or has a seed, when it would come out alike. So is one that fits, but that its class
    refuses with a `ValueError`.

    With `tools`, functions whose arguments are annotated, the answer is a `Turn`, which may
    ask for calls of them; `ember.agent` makes those calls, too.

    Raises `InputError` or `ModelError` for an argument that cannot be, `ProviderError` if the
    provider cannot answer, and `ParseError` if no answer fits the schema.

    >>> import ember_mlir as ember
    >>> with ember.Session(clock="virtual"):
    ...     ember.generate("Q: 17 * 23\\nA:", model="large", temperature=0)
    ...     ember.generate("Q: 17 * 23\\nA:", model="large", temperature=0, schema=int)
    '391'
    391
    """
    with recorder_of_call() as recorder:
        read = known_schema(recorder, schema, tools)
        offered = tuple(map(tool_of, known_items(recorder, "tools", tools)))
        ask = _ask(recorder, prompt, system, images, model, temperature, max_tokens)
        ask = _with(recorder, ask, top_p, stop, seed, extra)
        ask = ask._replace(tools=offered, grammar=read and read.grammar)
        if read is not None:
            again = known_retries(recorder, retries, is_alike=ask.greedy or seed is not None)
            return as_declared(_typed(recorder, ask._replace(retries=again), read))
        if retries is not None:
            raise InputError("retries must go with a schema, but there is none; leave them out")
        answer = recorder.generate(ask)
        return as_declared(_turn(recorder, answer) if offered else answer)


def sample(
    prompt: Prompt,
    n: int,
    *,
    system: str | None = None,
    images: Sequence[str | bytes | Image] = (),
    model: str | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    stop: str | Sequence[str] = (),
    max_tokens: int | None = None,
    extra: Mapping[str, object] | None = None,
) -> list[str]:
    """`n` independent answers of a model to one prompt, as a list in order of draw.

    The other arguments are those of `generate`.

    >>> import ember_mlir as ember
    >>> with ember.Session(clock="virtual"):
    ...     len(ember.sample("Q: 17 * 23\\nA:", 3, temperature=0.7))
    3
    """
    with recorder_of_call() as recorder:
        ask = _ask(recorder, prompt, system, images, model, temperature, max_tokens)
        ask = _with(recorder, ask, top_p, stop, None, extra)
        check_known(recorder, "a number of answers from", n, "write it out")
        if not is_int(n) or n < 1:
            raise InputError(
                f"n must be an int of at least 1, but got {shown(n)}; ask for one answer or more"
            )
        return as_declared(recorder.sample(ask, n))


def _ask(
    recorder: Recorder,
    prompt: object,
    system: object,
    images: object,
    model: object,
    temperature: object,
    max_tokens: object,
) -> Ask:
    return Ask(
        asked(recorder, prompt, system, images),
        known_model(recorder, model),
        temperature=known_temperature(recorder, temperature),
        max_tokens=known_max_tokens(recorder, max_tokens),
    )


def _with(
    recorder: Recorder, ask: Ask, top_p: object, stop: object, seed: object, extra: object
) -> Ask:
    return ask._replace(
        top_p=known_top_p(recorder, top_p),
        stop=known_stop(recorder, stop),
        seed=known_seed(recorder, seed),
        extra=known_extra(recorder, extra),
    )


def answered(ask: Ask) -> str:
    """The answer to what has been checked before."""
    with recorder_of_call() as recorder:
        return as_declared(recorder.generate(ask))


def is_right(text: str, schema: Schema) -> bool:
    """Whether a text that has the form of a schema is right by what else must hold."""
    with recorder_of_call() as recorder:
        return as_declared(recorder.known("is_right", schema.is_right, text, BOOL))


def read_as(text: str, schema: Schema) -> object:
    """The value of a text; raises what the class raises for one that is not right."""
    with recorder_of_call() as recorder:
        return as_declared(valued(recorder, text, schema))


def _typed(recorder: Recorder, ask: Ask, schema: Schema) -> object:
    """A typed answer; what a class checks beyond the form is asked for again, too."""
    if not schema.is_made:
        return valued(recorder, recorder.generate(ask), schema)
    from ember_mlir.frontend.checked import checked_answer

    return recorder.apply(partial(checked_answer, schema, ask.retries), ask)


def _turn(recorder: Recorder, answer: object) -> Turn:
    turn = Turn(as_declared(answer) if recorder.is_capture else turns(answer))
    recorder.owns(turn)
    return turn
