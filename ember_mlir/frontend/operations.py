"""The operations that programs are written in: `ember.generate` and its kin.

Inside of a program they are recorded, by a trace or by an eager run. Elsewhere they run
at once, one after the other, on the current session.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from decimal import Decimal
from inspect import currentframe, signature
from types import FrameType, FunctionType
from typing import Any, TypeGuard, TypeVar

from ember_mlir.errors import EmberError, InputError
from ember_mlir.frontend.eager import Plain
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import is_known_iterable
from ember_mlir.frontend.layouts import TEXT_LEAF, ListOf
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.recorder import Ask, Recorder, active_recorder
from ember_mlir.frontend.untraced import Untraced
from ember_mlir.frontend.values import (
    Symbolic,
    describe,
    frame_location,
    is_symbolic,
    known_or_symbolic,
)
from ember_mlir.providers import DEFAULT_MODEL, find_model
from ember_mlir.semantics import max_tokens_problem, temperature_problem

T = TypeVar("T")
U = TypeVar("U")


def generate(
    prompt: str,
    *,
    model: str | None = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
) -> str:
    """One answer of a model to `prompt`.

    `model` is a registered name, "small" if none is given. With `temperature` 0 the call
    is greedy; without one the provider's default holds. `max_tokens` bounds the answer.
    Raises `InputError` or `ModelError` for an argument that cannot be, and
    `ProviderError` if the provider cannot answer.

    >>> import ember_mlir as ember
    >>> with ember.Session(clock="virtual"):
    ...     ember.generate("Q: 17 * 23\\nA:", model="large", temperature=0)
    '391'
    """
    with _recorder() as recorder:
        ask = _ask(recorder, prompt, model, temperature, max_tokens)
        return _as_declared(recorder.generate(ask))


def sample(
    prompt: str,
    n: int,
    *,
    model: str | None = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
) -> list[str]:
    """`n` independent answers of a model to one prompt, as a list in order of draw.

    The other arguments are those of `generate`.

    >>> import ember_mlir as ember
    >>> with ember.Session(clock="virtual"):
    ...     len(ember.sample("Q: 17 * 23\\nA:", 3, temperature=0.7))
    3
    """
    with _recorder() as recorder:
        ask = _ask(recorder, prompt, model, temperature, max_tokens)
        _check_known(recorder, "a number of answers from", n, "write it out")
        if not _is_int(n) or n < 1:
            raise InputError(
                f"n must be an int of at least 1, but got {_shown(n)}; ask for one answer or more"
            )
        return _as_declared(recorder.sample(ask, n))


def vote(answers: Iterable[str]) -> str:
    """The answer given most often.

    Answers are compared without outer white space and without case; a tie goes to the
    answer that stands first. Raises `EmptyVoteError` if there is none.

    >>> vote(["4", "5", "5 "])
    '5'
    """
    with _recorder() as recorder:
        return _as_declared(recorder.vote(_texts("the answers of a vote", answers)))


def join(items: Iterable[str], separator: str = "") -> str:
    """The texts of a list as one, with `separator` between them.

    >>> join(["a", "b"], ", ")
    'a, b'
    """
    with _recorder() as recorder:
        _check_known(recorder, "a separator that is", separator, "write it out, as in ', '")
        if not _is_str(separator):
            raise InputError(
                f"the separator of a join must be a known str, but got {describe(separator)}; "
                "write it out, as in ', '"
            )
        texts = _texts("the items of a join", items)
        for text in (separator, *_elements(texts)):
            recorder.check_unicode(text)
        return _as_declared(recorder.join(texts, separator))


def map(fn: Callable[[T], U], items: Iterable[T]) -> list[U]:
    """The results of `fn` for each item, in the order of the items.

    The calls are independent: a compiled program makes them at once.

    >>> map(lambda word: f"{word}!", ["a", "b"])
    ['a!', 'b!']
    """
    with _recorder() as recorder:
        _check_function("map", fn)
        known = _known_list("the items of a map", items)
        if is_list(known) and not known:
            # It may be a list of anything: there is nothing that a capture could go by.
            return _as_declared(recorder.made([]))
        layout = layout_of(known)
        whole = isinstance(known, Symbolic)
        if whole or (isinstance(layout, ListOf) and recorder.maps(layout)):
            return _as_declared(recorder.map(fn, known))
        assert is_list(known)
        return _as_declared(recorder.each(fn, known))


def reduce(fn: Callable[[list[T]], T], items: Iterable[T], *, arity: int = 4) -> T:
    """A list merged to one value: `fn` merges groups of up to `arity` neighbours.

    The groups form a tree whose shape depends on the number of items alone. One item is
    its own result; of none it is the error `EmptyReduceError`.

    >>> reduce("".join, ["a", "b", "c", "d", "e"], arity=2)
    'abcde'
    """
    with _recorder() as recorder:
        _check_function("reduce", fn)
        if not _is_int(arity) or arity < 2:
            raise InputError(
                f"the arity of a reduction must be an int of at least 2, but got {_shown(arity)}; "
                "give the number of neighbours to merge"
            )
        known = _known_list("the items of a reduction", items)
        if recorder.is_capture and not isinstance(layout_of(known), ListOf):
            recorder.refuse("a reduction of items of several types", "map them to texts first")
        return _as_declared(recorder.reduce(fn, known, arity))


@contextmanager
def _recorder() -> Generator[Recorder]:
    """The recorder that an operation is for; errors inside get the line of the call."""
    recorder = active_recorder()
    if recorder is None:
        frame = _calling_frame()
        recorder = Plain((frame.f_code.co_filename, frame.f_code.co_firstlineno, frame.f_lasti))
        recorder.location = frame_location(frame)
    elif isinstance(recorder, Untraced):
        recorder.at_frame(_calling_frame())
    try:
        yield recorder
    except EmberError as error:
        error.location = error.location or recorder.location
        raise


def _calling_frame() -> FrameType:
    """The frame of the user's code that called an operation."""
    frame = currentframe()
    # This function, the context manager, its `__enter__` and the operation come first.
    for _ in range(4):
        assert frame is not None
        frame = frame.f_back
    assert frame is not None
    return frame


def _as_declared(value: object) -> Any:
    """A recorder's value, which is of the declared type or stands for one that is."""
    # Symbolic values are no strings, on purpose; no annotation can say so.
    return value


def _ask(
    recorder: Recorder, prompt: object, model: object, temperature: object, max_tokens: object
) -> Ask:
    if not isinstance(prompt, str) and layout_of(prompt) != TEXT_LEAF:
        step = "put the values into one f-string"
        _check_known(recorder, "a prompt made of", prompt, step)
        raise InputError(f"a prompt must be a text, but got {describe(prompt)}; {step}")
    recorder.check_unicode(prompt)
    _check_known(recorder, "a model named by", model, "write the name of a registered model")
    _check_known(recorder, "a temperature from", temperature, "give a number from 0 to 2")
    _check_known(recorder, "a bound of tokens from", max_tokens, "give a number of tokens")
    name = DEFAULT_MODEL if model is None else model
    if not isinstance(name, str):
        raise InputError(
            f"a model must be given by its name, known at capture, but got {describe(name)}; "
            "write the name of a registered model"
        )
    find_model(name)
    return Ask(prompt, name, _temperature(temperature), _max_tokens(max_tokens))


def _check_known(recorder: Recorder, what: str, value: object, step: str) -> None:
    """Raise `CaptureError` if an argument that must be known is not: run as it is, it is."""
    if is_symbolic(value):
        recorder.refuse(f"{what} {describe(value)}", step)


def _temperature(value: object) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise InputError(
            f"temperature must be a known number, but got {describe(value)}; "
            "give a number from 0 to 2"
        )
    # A float means the decimal that it prints as.
    exact = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    if (problem := temperature_problem(exact)) is not None:
        raise InputError(f"{problem}; give a number from 0 to 2")
    # There is no temperature of -0.
    return exact if exact else Decimal(0)


def _max_tokens(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(
            f"max_tokens must be a known int, but got {describe(value)}; give a number of tokens"
        )
    if (problem := max_tokens_problem(value)) is not None:
        raise InputError(f"{problem}; give a number of tokens")
    return value


def _texts(what: str, items: object) -> object:
    known = _known_list(what, items)
    layout = layout_of(known)
    if not isinstance(layout, ListOf) or layout.element not in (None, TEXT_LEAF):
        wrong = next((one for one in _elements(known) if layout_of(one) != TEXT_LEAF), known)
        recorder = active_recorder()
        if recorder is not None:
            _check_known(recorder, f"{what} from", wrong, "turn each element into one text")
        raise InputError(
            f"{what} must be a list of texts, but got {describe(wrong)} in it; "
            "turn each element into one text"
        )
    return known


def _elements(items: object) -> Sequence[object]:
    return items if is_list(items) else ()


def _known_list(what: str, items: object) -> object:
    """`items` as a list if it is known, else as it is."""
    items = known_or_symbolic(items)
    if is_list(items) or (isinstance(items, Symbolic) and isinstance(items.layout, ListOf)):
        return items
    if _is_iterable(items):
        return [*items]
    recorder = active_recorder()
    if recorder is not None:
        _check_known(recorder, f"{what} from", items, "make a list of them first")
    raise InputError(f"{what} must be a list, but got {describe(items)}; give a list")


def _is_iterable(value: object) -> TypeGuard[Iterable[object]]:
    """Whether `value` may be a list of items: in a capture, if it surely has no effects."""
    recorder = active_recorder()
    if recorder is None or not recorder.is_capture:
        return isinstance(value, Iterable) and not isinstance(value, str)
    return is_known_iterable(value)


def _check_function(operation: str, function: object) -> None:
    if is_symbolic(function) or not callable(function):
        raise InputError(
            f"ember.{operation} must get a function first, but got {describe(function)}; "
            f"write ember.{operation}(function, items)"
        )
    written = function.function if isinstance(function, Callee) else function
    if not isinstance(written, FunctionType):
        return
    try:
        signature(written, follow_wrapped=False).bind(None)
    except TypeError as error:
        raise InputError(
            f"the function of ember.{operation} must take one argument, but "
            f"'{written.__name__}' does not: {error}; write a lambda of one argument around it"
        ) from None


def _is_str(value: object) -> bool:
    return isinstance(value, str)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value: object) -> str:
    return str(value) if _is_int(value) else describe(value)
