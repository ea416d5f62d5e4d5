"""Calls with all elements of a list, or all entries of a dict, that is not known.

math.hypot(*numbers)            =>   llm.apply pure of the list
add(**json.loads(arguments))    =>   the entries that its parameters name, and a call with those
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial, reduce
from inspect import Parameter, iscoroutinefunction, signature

from ember_mlir.frontend import operators
from ember_mlir.frontend.annotations import declared_result
from ember_mlir.frontend.calls.arguments import Args, Kwargs
from ember_mlir.frontend.calls.coroutines import all_awaited, awaited
from ember_mlir.frontend.calls.refusals import name_of
from ember_mlir.frontend.calls.tasks import check_gathered
from ember_mlir.frontend.effects import declared
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.kinds import TupleKind
from ember_mlir.frontend.layouts import OBJECT, ListOf, Parts
from ember_mlir.frontend.library import is_pure, result_of
from ember_mlir.frontend.narrowing import is_any_sequence, is_mapping, is_model
from ember_mlir.frontend.native import effect_of
from ember_mlir.frontend.ready_values import Ready
from ember_mlir.frontend.stand_ins import tracked
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Spread

KEYWORDS = "_ember_keywords"
"""What the names begin with under which the entries of a dict that is not known are given."""


def is_spread(args: Args, kwargs: Kwargs) -> bool:
    """Whether something of what is given is all of a list or dict that is not known."""
    return any(isinstance(one, Spread) for one in (*args, *kwargs.values()))


def call_spread(trace: Trace, function: object, args: Args, kwargs: Kwargs) -> object:
    """A call with what is spread in it."""
    if any(isinstance(one, Spread) for one in kwargs.values()):
        if any(isinstance(one, Spread) for one in args):
            trace.refuse("'*' and '**' of what is not known", "write out one of them")
        return _with_keywords(trace, function, args, kwargs)
    if function is asyncio.gather:
        check_gathered(trace, kwargs)
        return Ready(_gathered(trace, args), None, trace.tries())
    assert callable(function)
    applied = _Spreading(function, tuple([isinstance(one, Spread) for one in args]))
    given = tuple([one.value if isinstance(one, Spread) else one for one in args])
    if function is zip:
        applied = _Spreading(_rows, applied.is_all)
        made = trace.apply_python("zip", applied, given, kwargs, result=ListOf(OBJECT))
        return trace.once_of("zip", made)
    said = declared(function)
    if (said is None and not is_pure(function)) or iscoroutinefunction(function):
        what = f"'*' of a list of unknown length in a call of {name_of(function)}()"
        trace.refuse(what, "let it take a list, and give it that")
    effect = effect_of(given, kwargs) if said is None else said.effect
    result = result_of(function) if said is None else declared_result(applied.function)
    name = name_of(function)
    made = trace.apply_python(name, applied, given, kwargs, result=result, effect=effect)
    return tracked(trace, made)


def _gathered(trace: Trace, args: Args) -> object:
    """The results of what can be awaited, some of it of a list that is not known."""
    parts = [
        all_awaited(trace, one.value)
        if isinstance(one, Spread)
        else trace.made([awaited(trace, one)])
        for one in args
    ]
    return reduce(partial(operators.binary, trace, "+"), parts)


class _Spreading:
    """Calls a function with what is given; what of it `is_all` is spread."""

    def __init__(self, function: Callable[..., object], is_all: tuple[bool, ...]) -> None:
        self.function = function
        self.is_all = is_all

    def __call__(self, *args: object, **kwargs: object) -> object:
        given: list[object] = []
        for is_all, value in zip(self.is_all, args, strict=True):
            if is_all:
                assert is_any_sequence(value)
                given += value
            else:
                given.append(value)
        return self.function(*given, **kwargs)


def _rows(*lists: list[object], strict: bool = False) -> list[object]:
    return [*zip(*lists, strict=strict)]


def _with_keywords(trace: Trace, function: object, args: Args, kwargs: Kwargs) -> object:
    """A call with entries that are not known: those that its parameters name."""
    entries = [one.value for one in kwargs.values() if isinstance(one, Spread)]
    known: Kwargs = {name: one for name, one in kwargs.items() if not isinstance(one, Spread)}
    if len(entries) > 1:
        trace.refuse("'**' of several dicts that are not known", "merge them first, with '|'")
    while isinstance(function, Callee):
        function, args = function.function, (*function.fixed, *args)
    if is_model(function):
        step = "write out the arguments, or read a text with ember.parse"
        trace.refuse(f"'**' of what is not known in a call of {name_of(function)}()", step)
    parameters = _open_parameters(trace, function, args, known)
    names = [one.name for one in parameters]
    defaults = {one.name: one.default for one in parameters if one.default is not one.empty}
    result = Parts(TupleKind(len(names)), (OBJECT,) * len(names))
    take = _Entries(name_of(function), tuple(names), frozenset(known), frozenset(defaults))
    given = [entries[0], *[defaults[name] for name in names if name in defaults]]
    parts = trace.apply_python("keywords", take, given, result=result)
    assert is_any_sequence(parts)
    return trace.invoke(function, args, {**known, **dict(zip(names, parts, strict=True))})


def _open_parameters(
    trace: Trace, function: object, args: Args, known: Kwargs
) -> Sequence[Parameter]:
    """The parameters of a function that nothing is given for yet."""
    step = "write out the arguments"
    try:
        assert callable(function)
        parameters = [*signature(function).parameters.values()]
    except (TypeError, ValueError):
        trace.refuse(f"'**' of what is not known in a call of {name_of(function)}()", step)
    found = [one for one in parameters[len(args) :] if one.name not in known]
    for one in found:
        by_name = one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
        if not by_name or (one.default is not one.empty and layout_of(one.default) is None):
            what = f"'**' of what is not known for the parameter '{one.name}'"
            trace.refuse(what, step)
    return found


class _Entries:
    """Gives the entries of a dict that parameters of a function name, as Python would."""

    def __init__(
        self, called: str, names: tuple[str, ...], known: frozenset[str], optional: frozenset[str]
    ) -> None:
        self.called = called
        self.names = names
        self.known = known
        self.optional = optional

    def __call__(self, entries: object, *defaults: object) -> tuple[object, ...]:
        if not is_mapping(entries):
            kind = type(entries).__name__
            raise TypeError(f"{self.called}() argument after ** must be a mapping, not {kind}")
        for name in entries:
            if not isinstance(name, str):
                raise TypeError("keywords must be strings")
            if name in self.known:
                raise TypeError(f"{self.called}() got multiple values for argument '{name}'")
            if name not in self.names:
                raise TypeError(f"{self.called}() got an unexpected keyword argument '{name}'")
        found = iter(defaults)
        parts: list[object] = []
        for name in self.names:
            default = next(found) if name in self.optional else None
            if name not in entries and name not in self.optional:
                raise TypeError(f"{self.called}() missing 1 required argument: '{name}'")
            parts.append(entries[name] if name in entries else default)
        return tuple(parts)
