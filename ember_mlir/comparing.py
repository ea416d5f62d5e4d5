"""Runs that are compared: what was compiled must give what the source gives, on the same answers.

The answers of a run are kept, and the function is run eagerly on them and on the same tape,
so no model is asked again. What is only compared is not run for what it does: a program that
applies functions with effects is left alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import FunctionType
from typing import TYPE_CHECKING
from weakref import WeakSet

from ember_mlir.errors import ComparisonWarning, EmberError, MismatchError, SourceLocation
from ember_mlir.frontend.narrowing import is_any_dict, is_any_sequence, is_model
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.recording import Recording, Replayed

if TYPE_CHECKING:
    from ember_mlir.frontend.capture import Captured
    from ember_mlir.frontend.signature import Arguments

MAX_SHOWN = 200
"""How many characters of a value a message shows."""

_TOLD = WeakSet[FunctionType]()


def compare(
    function: FunctionType,
    captured: Captured,
    arguments: Arguments,
    answer: object,
    session: Session,
) -> None:
    """Raise `MismatchError` unless an eager run on the same answers gives `answer`.

    `session` is the one of the run, and has kept them. A program that does something but
    ask models is not compared, with one `ComparisonWarning`.
    """
    symbol = _with_effect(captured)
    if symbol is not None:
        _tell(function, symbol)
        return
    from ember_mlir.frontend.capture import run_eagerly

    assert isinstance(session, Recording)
    replayed = Playing(session.heard.outcomes)
    tape = session.tape(function.__name__)
    try:
        expected = run_eagerly(function, arguments, tape, replayed.send)
    except Exception as error:
        if replayed.missed:
            # It has stumbled over an answer that the program has not asked for, nor read.
            return
        raise _mismatch(function, answer, f"raises {_shown(error)}", session) from error
    if not is_same(answer, expected):
        raise _mismatch(function, answer, f"gives {_shown(expected)}", session)


class Playing(Replayed):
    """Answers as a run was answered; `missed` is how many requests it has not made."""

    def __init__(self, outcomes: Mapping[Request, Reply | Exception]) -> None:
        super().__init__(outcomes)
        self.missed = 0
        self._known = outcomes

    def send(self, request: Request) -> Reply:
        """What was answered, or where nothing was, something that nobody will read."""
        self.missed += request not in self._known
        return super().send(request)


def is_same(first: object, second: object) -> bool:
    """Whether two results are the same, with their types: 1 is no 1.0, but nan is nan.

    >>> is_same([1, {"a": float("nan")}], [1, {"a": float("nan")}]), is_same(1, True)
    (True, False)
    """
    if type(first) is not type(second):
        return False
    if isinstance(first, float):
        return repr(first) == repr(second)
    if is_any_sequence(first) and is_any_sequence(second):
        return len(first) == len(second) and all(map(is_same, first, second))
    if is_any_dict(first) and is_any_dict(second):
        return [*first] == [*second] and all(is_same(first[key], second[key]) for key in first)
    parts = _parts(first), _parts(second)
    return first == second if parts[0] is None else is_same(*parts)


def _parts(value: object) -> dict[object, object] | None:
    """The fields of what is nothing but those."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name, None) for field in fields(value)}
    return {**vars(value)} if is_model(type(value)) else None


def _with_effect(captured: Captured) -> str | None:
    """A function that the program applies, and that does something."""
    from ember_mlir.dialects.llm import ApplyOp
    from ember_mlir.frontend.regions.raising import Raising

    for op in captured.module.walk():
        if isinstance(op, ApplyOp) and op.effect.data != "pure":
            symbol = op.function.string_value()
            if not isinstance(captured.functions[symbol].function, Raising):
                return symbol
    return None


def _tell(function: FunctionType, symbol: str) -> None:
    if function in _TOLD:
        return
    _TOLD.add(function)
    warnings.warn(
        f"runs of '{function.__name__}' are not compared, as it applies '{symbol}', which does "
        "something that must not be done twice; declare it @ember.pure if it does not",
        ComparisonWarning,
        stacklevel=5,
    )


def _mismatch(
    function: FunctionType, answer: object, expected: str, session: Recording
) -> MismatchError:
    code = function.__code__
    return MismatchError(
        f"'{function.__name__}' must give the same compiled as eagerly, but on the same answers "
        f"it gives {_shown(answer)} compiled, and eagerly {expected}; please report this with "
        f"the source, the text of program.ir() and the seed {session.seed}, and use "
        "program.eager until it is mended",
        location=SourceLocation(code.co_filename, code.co_firstlineno, 1),
    )


def _shown(value: object) -> str:
    is_own = isinstance(value, EmberError)
    text = f"{type(value).__name__}: {value}" if is_own else repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"
