"""What captured code may call, and how.

Functions with source are traced through. Python's own pure ones are called if all their
arguments are known, and applied by the program if not. Anything else might do something that
should happen in each run, so the program applies it, as effectful unless it is declared.
"""

from __future__ import annotations

import os
import sys
from asyncio import create_task, gather
from collections.abc import Awaitable, Callable, Generator
from dataclasses import fields, is_dataclass
from functools import lru_cache, partial, reduce
from inspect import signature
from itertools import count
from types import (
    BuiltinFunctionType,
    BuiltinMethodType,
    FunctionType,
    MethodType,
    ModuleType,
)
from typing import NoReturn, get_origin

from ember_mlir.errors import CaptureError, InputError
from ember_mlir.frontend.annotations import declared_result
from ember_mlir.frontend.builtins import ALWAYS, builtin
from ember_mlir.frontend.changes import VIEWS, dict_method, list_method, note_change, viewed
from ember_mlir.frontend.composition import Operator, is_operator
from ember_mlir.frontend.containers import TrackedDict, TrackedList
from ember_mlir.frontend.effects import declared
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import OneTimeIterator, is_known_iterable, taken
from ember_mlir.frontend.layouts import INT, OBJECT, TEXT_LEAF, ListOf, Maybe
from ember_mlir.frontend.library import CHANGING, LIST_METHODS, TEXT_METHODS, is_pure, result_of
from ember_mlir.frontend.narrowing import (
    is_any_namespace,
    is_any_tuple,
    is_awaitable,
    is_class,
    is_coroutine,
    is_error_class,
    is_exact_dict,
    is_exact_list,
    is_iterable,
    is_partial,
)
from ember_mlir.frontend.native import called, effect_of, is_simple
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.regions.merging import tracked
from ember_mlir.frontend.regions.raising import SymbolicError
from ember_mlir.frontend.rewriting.results import is_rewritten
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import (
    Symbolic,
    Unknown,
    describe,
    holds_symbolic,
    is_symbolic,
    known_or_symbolic,
    user_location,
)

OPERATIONS = "ember_mlir.frontend.operations"
"""The module of `ember.generate` and its kin, which ask the active recorder."""

CAPTURED = (
    "ember_mlir.frontend.composition",
    "ember_mlir.frontend.ready",
    "ember_mlir.frontend.transformations",
)
"""Modules of this package that are written as programs are."""

MAKERS = (("ember_mlir.frontend.transformations", "vmap"),)
"""Functions of this package that only make an object of what they are given."""

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep

Args = tuple[object, ...]
Kwargs = dict[str, object]


class BoundMethod:
    """A method of a value that is not what it seems: symbolic, or a list that is tracked."""

    __slots__ = ("name", "owner")

    def __init__(self, owner: object, name: str) -> None:
        self.owner = owner
        self.name = name

    def __call__(self, *args: object, **kwargs: object) -> object:
        raise AssertionError("it is called by captured code alone")


class Ready:
    """What may be awaited, and is there already."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __await__(self) -> Generator[None, None, object]:
        yield from ()
        return self.value


def invoke(recorder: Recorder, function: object, args: Args, kwargs: Kwargs) -> object:
    """Call `function` as captured code does, at the recorder's place."""
    if isinstance(function, Callee):
        function, args = function.function, (*function.fixed, *args)
    if is_partial(function):
        given: Kwargs = {**function.keywords, **kwargs}
        return invoke(recorder, function.func, (*function.args, *args), given)
    if isinstance(function, Spreading):
        (row,) = args
        assert is_any_tuple(row)
        return invoke(recorder, function.function, row, kwargs)
    if isinstance(function, FunctionType):
        return _function(recorder, function, args, kwargs)
    if isinstance(function, MethodType):
        return _method(recorder, function, args, kwargs)
    if is_operator(function):
        return _operator(recorder, function, args, kwargs)
    args = _taken(recorder, function, args)
    if isinstance(function, BoundMethod):
        return _bound(recorder, function, args, kwargs)
    if not isinstance(recorder, Trace):
        return _known(recorder, function, args, kwargs)
    if isinstance(function, type):
        return _type(recorder, function, args, kwargs)
    if isinstance(function, BuiltinFunctionType):
        return _builtin(recorder, function, args, kwargs)
    if is_symbolic(function):
        return _symbolic(recorder, function, args, kwargs)
    return _other(recorder, function, args, kwargs)


_LAZY = (zip, enumerate, map, filter, next, isinstance)
"""Functions that do not at once run through what they are given."""


def _taken(recorder: Recorder, function: object, args: Args) -> Args:
    """Arguments of what runs through them: all that is given one by one is a list there."""
    if not isinstance(recorder, Trace) or function is isinstance:
        return args
    return tuple(
        [
            recorder.made([*one])
            if isinstance(one, OneTimeIterator) and one.is_symbolic and function not in _LAZY
            else taken(one)
            for one in args
        ]
    )


def _operator(
    recorder: Recorder, operator: Operator[object, object], args: Args, kwargs: Kwargs
) -> object:
    """What an operator makes of its input, which may be given by names."""
    inputs: object = kwargs.get("inputs")
    given: Kwargs = {name: value for name, value in kwargs.items() if name != "inputs"}
    if is_any_namespace(inputs):
        given = {**inputs, **given}
    return invoke(recorder, operator.forward, args, given)


# Functions of Python


def _function(recorder: Recorder, function: FunctionType, args: Args, kwargs: Kwargs) -> object:
    if is_rewritten(function.__code__):
        return _ran(function(*args, **kwargs))
    # Not `__module__`, which `functools.wraps` copies: where the code itself stands.
    module = str(function.__globals__.get("__name__"))
    if module == OPERATIONS:
        args = _taken(recorder, function, args)
        _check_call(recorder, function, args, kwargs)
        return function(*args, **kwargs)
    if (module, function.__name__) in MAKERS:
        return function(*args, **kwargs)
    if function is gather:
        return Ready(recorder.made([_awaited(one) for one in args]))
    if function is create_task:
        return args[0]
    if declared(function) is not None:
        return _declared(recorder, function, _taken(recorder, function, args), kwargs)
    if is_our_own(function):
        _refuse(recorder, function)
    if module.partition(".")[0] in sys.stdlib_module_names and module != "__main__":
        return _library(recorder, function, _taken(recorder, function, args), kwargs)
    from ember_mlir.frontend.hooks import instrument

    return _ran(instrument(recorder, function)(*args, **kwargs))


def is_our_own(function: FunctionType) -> bool:
    """Whether a function is of this package, and not written as programs are."""
    module = function.__globals__.get("__name__")
    return function.__code__.co_filename.startswith(_PACKAGE) and module not in CAPTURED


def _ran(result: object) -> object:
    """The result of a call; what it has to await runs at once, as it belongs to this call."""
    if is_coroutine(result):
        return Ready(finished(result))
    return result


_signature = lru_cache(maxsize=None)(signature)


def _check_call(recorder: Recorder, operation: FunctionType, args: Args, kwargs: Kwargs) -> None:
    """Raise `InputError` unless an operation takes these arguments."""
    found = _signature(operation)
    try:
        found.bind(*args, **kwargs)
    except TypeError as error:
        bare = [p.replace(annotation=p.empty, default=p.empty) for p in found.parameters.values()]
        shown = found.replace(parameters=bare, return_annotation=found.empty)
        raise InputError(
            f"a call of ember.{operation.__name__} must fit {shown}, but it does not: {error}; "
            "correct the call",
            location=recorder.location,
        ) from None


def _declared(
    recorder: Recorder, function: Callable[..., object], args: Args, kwargs: Kwargs
) -> object:
    """A function whose author says what it does."""
    if not isinstance(recorder, Trace):
        return _natively(recorder, function, args, kwargs)
    found = declared(function)
    effect = "effectful" if found is None else found.effect
    return _applied(recorder, function, args, kwargs, effect)


def _library(recorder: Recorder, function: object, args: Args, kwargs: Kwargs) -> object:
    """A function of the standard library."""
    if not isinstance(recorder, Trace):
        return _natively(recorder, function, args, kwargs)
    assert callable(function)
    if not is_pure(function):
        return _applied(recorder, function, args, kwargs, "effectful")
    if is_simple(function, args, kwargs):
        return called(recorder, function, args, kwargs)
    name, result, effect = _name_of(function), result_of(function), effect_of(args, kwargs)
    made = recorder.apply_python(name, function, args, kwargs, result=result, effect=effect)
    return tracked(recorder, made)


def _applied(
    trace: Trace, function: Callable[..., object], args: Args, kwargs: Kwargs, effect: str
) -> object:
    """A function that the program applies, of which only its annotations are known."""
    name, result = _name_of(function), declared_result(function)
    made = trace.apply_python(name, function, args, kwargs, result=result, effect=effect)
    return tracked(trace, made)


def _all_known(args: Args, kwargs: Kwargs) -> bool:
    return not any(map(holds_symbolic, args)) and not any(map(holds_symbolic, kwargs.values()))


def _known(recorder: Recorder, function: object, args: Args, kwargs: Kwargs) -> object:
    """A call in an eager run: what a capture would trace through runs through its hooks, too."""
    if is_class(function):
        start: object = function.__init__
        if _is_traced_class(function) and isinstance(start, FunctionType):
            value = _bare(function)
            _function(recorder, start, (value, *args), kwargs)
            return value
        return _natively(recorder, function, args, kwargs)
    called = _own_call(function)
    if isinstance(called, FunctionType) and not is_of_library(called):
        return _function(recorder, called, (function, *args), kwargs)
    return _natively(recorder, function, args, kwargs)


_CALL = "__call__"


def _own_call(value: object) -> object:
    """What runs when `value` is called, as its class says."""
    return getattr(type(value), _CALL, None)


def _natively(recorder: Recorder, function: object, args: Args, kwargs: Kwargs) -> object:
    """A call where all is known: an eager run does what the program says."""
    assert not is_symbolic(function)
    if not callable(function):
        raise TypeError(f"'{type(function).__name__}' object is not callable")
    if function in _CALLING or getattr(function, "__name__", "") == "sort":
        args = tuple([_indexed(recorder, argument) for argument in args])
        kwargs = {name: _indexed(recorder, value) for name, value in kwargs.items()}
    result: object = function(*args, **kwargs)
    return result


_CALLING: tuple[object, ...] = (map, filter, sorted, min, max, reduce)
"""What calls a function that it is given for each element."""


def _indexed(recorder: Recorder, value: object) -> object:
    """A function that is given to another one: each of its calls is a repetition there."""
    if not (isinstance(value, FunctionType | MethodType) or is_partial(value)):
        return value
    chain, indices, calls = [*recorder.chain], [*recorder.indices], count()

    def indexed(*args: object, **kwargs: object) -> object:
        with recorder.back_at(chain, [*indices, next(calls)]):
            return invoke(recorder, value, args, kwargs)

    return indexed


# Methods


def _method(recorder: Recorder, method: MethodType, args: Args, kwargs: Kwargs) -> object:
    """A method of a user's object, which is traced through like a function."""
    function: object = method.__func__
    owner: object = method.__self__
    if isinstance(function, FunctionType) and not is_of_library(function):
        return _function(recorder, function, (owner, *args), kwargs)
    return _library(recorder, method, args, kwargs)


def is_of_library(function: FunctionType) -> bool:
    """Whether a function is of the standard library."""
    module = str(function.__globals__.get("__name__"))
    return module.partition(".")[0] in sys.stdlib_module_names and module != "__main__"


def _bound(recorder: Recorder, method: BoundMethod, args: Args, kwargs: Kwargs) -> object:
    """A method of a symbolic value, or of a list or dict of captured code."""
    assert isinstance(recorder, Trace)
    owner = known_or_symbolic(method.owner)
    if isinstance(method.owner, TrackedList) and method.name in CHANGING:
        if kwargs:
            return _with_keywords(recorder, method, kwargs)
        return list_method(recorder, method.owner, method.name, args)
    if isinstance(method.owner, TrackedDict):
        given = map(known_or_symbolic, args)
        if method.name in CHANGING and not kwargs and any(map(holds_symbolic, (owner, *given))):
            if owner is not method.owner or isinstance(known_or_symbolic(args[0]), Symbolic):
                return dict_method(recorder, method.owner, method.name, args)
        if method.name in VIEWS and not args and not kwargs:
            if owner is not method.owner:
                return viewed(recorder, method.owner, method.name)
            method.owner.is_viewed = True
    if isinstance(owner, TrackedDict | TrackedList):
        return _of_container(recorder, owner, method.name, args, kwargs)
    if isinstance(owner, Symbolic):
        return _of_symbolic(recorder, owner, method.name, args, kwargs)
    refuse = describe(owner)
    recorder.refuse(f"'.{method.name}' of {refuse}", "give it one type in both arms")


def _with_keywords(trace: Trace, method: BoundMethod, kwargs: Kwargs) -> object:
    """`items.sort(key=…, reverse=…)`."""
    assert isinstance(method.owner, TrackedList)
    ordered = invoke(trace, sorted, (method.owner,), kwargs)
    note_change(trace, method.owner, "list.sort()")
    method.owner.symbolic = ordered.symbolic if isinstance(ordered, TrackedList) else None
    method.owner[:] = ordered if isinstance(ordered, list) else ()
    return None


def _of_container(
    trace: Trace, owner: TrackedDict | TrackedList, name: str, args: Args, kwargs: Kwargs
) -> object:
    if name in CHANGING:
        if any(map(holds_symbolic, args[:1])) and name != "update":
            trace.refuse("a key that is known only when the program runs", "use a list of pairs")
        note_change(trace, owner, f"dict.{name}()")
    elif name in ("count", "index") and holds_symbolic((owner, *args)):
        read: Callable[..., object] = getattr(list, name)
        return trace.apply_python(f"list.{name}", read, [owner, *args], kwargs, result=INT)
    elif args and isinstance(args[0], Symbolic):
        known = ("count", "get")
        result = LIST_METHODS.get(name) or OBJECT
        function = getattr(dict if name in known and isinstance(owner, dict) else list, name, None)
        if function is None:
            _refuse(trace, BoundMethod(owner, name))
        return trace.apply_python(name, function, [owner, *args], kwargs, result=result)
    if name == "copy":
        is_dict = isinstance(owner, TrackedDict)
        return trace.made_dict({**owner}) if is_dict else trace.made([*owner])
    native: Callable[..., object] = getattr(owner, name)
    return native(*args, **kwargs)


def _of_symbolic(trace: Trace, owner: Symbolic, name: str, args: Args, kwargs: Kwargs) -> object:
    layout = owner.layout
    if isinstance(layout, Maybe):
        layout = layout.inner
    if isinstance(owner.layout, Maybe) and layout == TEXT_LEAF and name in TEXT_METHODS:
        # None has no such method.
        called = partial(call_method, name)
        result = TEXT_METHODS[name]
        made = trace.apply_python(f"str.{name}", called, [owner, *args], kwargs, result=result)
        return tracked(trace, made)
    if layout == TEXT_LEAF and name in TEXT_METHODS:
        return text_method(trace, owner, name, args, kwargs)
    if isinstance(layout, ListOf):
        if name not in LIST_METHODS:
            trace.refuse(
                f"list.{name}() of {describe(owner)}", "make one inside, as in list(items)"
            )
        result = LIST_METHODS[name] or layout
        function: Callable[..., object] = getattr(list, name)
        return tracked(
            trace, trace.apply_python(name, function, [owner, *args], kwargs, result=result)
        )
    if layout != OBJECT:
        trace.refuse(f"'.{name}' of {describe(owner)}", "use a function of it")
    if name in CHANGING:
        # It may be shared with whatever the same function has given elsewhere.
        trace.refuse(f"'.{name}()' of {describe(owner)}", "make one inside, as in list(items)")
    called = partial(call_method, name)
    return trace.apply_python(
        name, called, [owner, *args], kwargs, result=OBJECT, effect="effectful"
    )


def call_method(name: str, owner: object, *args: object, **kwargs: object) -> object:
    """The result of a method of an object.

    >>> call_method("upper", "a")
    'A'
    """
    return getattr(owner, name)(*args, **kwargs)


def text_method(trace: Trace, owner: object, name: str, args: Args, kwargs: Kwargs) -> object:
    """A method of a text, some of which is known only when the program runs."""
    if name == "join" and isinstance(owner, str) and len(args) == 1:
        items = known_or_symbolic(args[0])
        if not isinstance(items, Symbolic) and not is_list(items) and is_known_iterable(items):
            items = [*items]
        if layout_of(items) == ListOf(TEXT_LEAF):
            return trace.join(items, owner)
        args = (items,)
    function: Callable[..., object] = getattr(str, name)
    result = TEXT_METHODS[name]
    made = trace.apply_python(f"str.{name}", function, [owner, *args], kwargs, result=result)
    return tracked(trace, made)


# What is built in


def _builtin(trace: Trace, function: BuiltinFunctionType, args: Args, kwargs: Kwargs) -> object:
    owner: object = getattr(function, "__self__", None)
    if owner is None or isinstance(owner, ModuleType):
        if function in ALWAYS or (is_pure(function) and not is_simple(function, args, kwargs)):
            return builtin(trace, function, args, kwargs, partial(_each, trace))
        if function is next:
            return _next(trace, args)
        if function is reduce:
            return _reduced(trace, args)
        if function is getattr:
            return _getattr(trace, args)
        return _library(trace, function, args, kwargs)
    if isinstance(owner, str):
        if is_simple(function, args, kwargs):
            return called(trace, function, args, kwargs)
        return text_method(trace, owner, function.__name__, args, kwargs)
    return _native_method(trace, function, owner, args, kwargs)


def _next(trace: Trace, args: Args) -> object:
    if isinstance(known_or_symbolic(args[0]), Symbolic):
        return builtin(trace, next, args, {}, partial(_each, trace))
    if not isinstance(args[0], OneTimeIterator):
        trace.refuse(f"next() of {describe(args[0])}", "take the first element of a list")
    return next(args[0], *args[1:])


def _getattr(trace: Trace, args: Args) -> object:
    from ember_mlir.frontend.attributes import attribute

    if len(args) < 2 or not isinstance(args[1], str):
        trace.refuse("getattr() with this name", "write the attribute")
    return attribute(trace, args[0], args[1])


_MAPPING: tuple[object, ...] = (map, filter)

_READING: dict[type, tuple[str, ...]] = {
    list: ("copy", "count", "index"),
    tuple: ("count", "index"),
    dict: ("copy", "get", "items", "keys", "values"),
    set: ("copy", "difference", "intersection", "isdisjoint", "issubset", "issuperset", "union"),
    bytes: ("decode", "hex"),
}


def _native_method(
    trace: Trace, method: BuiltinMethodType, owner: object, args: Args, kwargs: Kwargs
) -> object:
    """A method of a list, dict or other object of Python's own, from outside."""
    name = method.__name__
    if name in _READING.get(type(owner), ()) or _is_pure_type(owner):
        if is_simple(method, args, kwargs):
            return called(trace, method, args, kwargs)
        return trace.apply_python(name, method, args, kwargs, result=OBJECT)
    if _is_container(owner) and name in CHANGING:
        note_change(trace, owner, f"{type(owner).__name__}.{name}()")
    return _applied(trace, method, args, kwargs, "effectful")


def _is_container(owner: object) -> bool:
    return isinstance(owner, list | dict | set)


def _is_pure_type(owner: object) -> bool:
    """Whether all methods of an object only compute: of expressions, dates and numbers."""
    module = type(owner).__module__
    return module in ("re", "datetime", "decimal", "fractions") or isinstance(
        owner, int | float | bytes
    )


def _type(trace: Trace, made: type, args: Args, kwargs: Kwargs) -> object:
    """An object of a class."""
    if is_error_class(made):
        if _all_known(args, kwargs):
            return made(*args, **kwargs)
        return SymbolicError(made, tuple(map(known_or_symbolic, args)))
    if made is partial and args and callable(args[0]):
        return partial(args[0], *args[1:], **kwargs)
    if made in _MAPPING:
        return _lazily(trace, made, args)
    if made in ALWAYS or (is_pure(made) and not is_simple(made, args, kwargs)):
        return builtin(trace, made, args, kwargs, partial(_each, trace))
    if is_pure(made):
        return called(trace, made, args, kwargs)
    if _is_users_class(made):
        return _instance(trace, made, args, kwargs)
    return _applied(trace, made, args, kwargs, "effectful")


def _is_users_class(made: type) -> bool:
    module = made.__module__.partition(".")[0]
    return made.__new__ is object.__new__ and (
        module not in sys.stdlib_module_names or made.__module__ == "__main__"
    )


def _instance(trace: Trace, made: type, args: Args, kwargs: Kwargs) -> object:
    """An object of a user's class, whose `__init__` is traced through."""
    value = _bare(made)
    trace.owns(value)
    start: object = made.__init__
    if isinstance(start, FunctionType) and is_our_own(start):
        _refuse(trace, made)
    if _is_traced_class(made) and isinstance(start, FunctionType):
        _function(trace, start, (value, *args), kwargs)
    else:
        if hasattr(made, "__post_init__"):
            trace.refuse(f"'__post_init__' of {describe(made)}", "write '__init__' instead")
        value = made(*args, **kwargs)
        trace.owns(value)
        _own_fields(trace, value, (*args, *kwargs.values()))
    return value


def _bare(made: type[object]) -> object:
    """An object of a class, before its `__init__`."""
    return made.__new__(made)


def _own_fields(trace: Trace, value: object, given: Args) -> None:
    """Let the empty lists and dicts that a dataclass has made be those of captured code."""
    for field in fields(value) if is_dataclass(value) else ():
        found: object = getattr(value, field.name, None)
        if any(found is one for one in given):
            continue
        factory: object = get_origin(field.default_factory) or field.default_factory
        if factory is list and is_exact_list(found):
            object.__setattr__(value, field.name, trace.made([]))
        if factory is dict and is_exact_dict(found):
            object.__setattr__(value, field.name, trace.made_dict({}))


def _is_traced_class(made: type) -> bool:
    """Whether objects are made by an `__init__` of the user's: a dataclass only sets fields."""
    is_users = _is_users_class(made)
    written = not is_dataclass(made) or "__init__" not in vars(made) or _has_source(made)
    return is_users and written


def _has_source(made: type) -> bool:
    start: object = vars(made)["__init__"]
    return isinstance(start, FunctionType) and not start.__code__.co_filename.startswith("<")


def _lazily(trace: Trace, made: type, args: Args) -> object:
    """`map` and `filter`, whose functions are called at once."""
    function, *lists = args
    if made is filter:
        found = _kept(trace, function, lists[0])
    elif len(lists) == 1:
        found = _each(trace, function, lists[0])
    else:
        rows = invoke(trace, zip, tuple(lists), {})
        found = _each(trace, Spreading(function), taken(rows))
    if isinstance(known_or_symbolic(found), Symbolic):
        return trace.once_of(made.__name__, found)
    assert is_iterable(found)
    return trace.once(made.__name__, iter(found), is_symbolic=holds_symbolic(found))


class Spreading:
    """A function that is called with the elements of a tuple."""

    def __init__(self, function: object) -> None:
        self.function = function

    def __call__(self, row: object) -> object:
        raise AssertionError("it is called by captured code alone")


def _each(trace: Trace, function: object, items: object) -> object:
    """The results of a function for each element."""
    assert callable(function)
    found = known_or_symbolic(items)
    if isinstance(found, Symbolic):
        return trace.map(function, found)
    if type(found) is not str and not is_known_iterable(found):
        trace.refuse(f"a loop over {describe(found)}", "loop over a list")
    return trace.each(function, [*found])


def _reduced(trace: Trace, args: Args) -> object:
    """`functools.reduce` of a list whose length is known."""
    function, items, *start = args
    found = known_or_symbolic(items)
    if isinstance(found, Symbolic) or not is_known_iterable(found):
        trace.refuse(f"functools.reduce() of {describe(found)}", "use a loop, or ember.reduce")
    rest = [*start, *found]
    if not rest:
        raise TypeError("reduce() of empty iterable with no initial value")
    total = rest[0]
    for number, item in enumerate(rest[1:]):
        with trace.repetition(number):
            total = invoke(trace, function, (total, item), {})
    return total


def _kept(trace: Trace, function: object, items: object) -> object:
    from ember_mlir.frontend.regions.collections import Collections
    from ember_mlir.frontend.rewriting.places import Place

    collections = Collections(trace)
    assert trace.location is not None
    place = Place(trace.location)
    collections.begin()
    assert is_iterable(items)
    known = [
        collections.item(item)
        for item in collections.source(place, items, None)
        if collections.kept(
            place, item if function is None else invoke(trace, function, (item,), {})
        )
    ]
    return collections.end(trace.made(known))


# Anything else


def _symbolic(trace: Trace, function: object, args: Args, kwargs: Kwargs) -> object:
    if isinstance(function, Unknown) or not isinstance(function, Symbolic):
        trace.refuse(f"a call of {describe(function)}", "give it one value in both arms")
    return trace.apply_python(
        "call", call_object, [function, *args], kwargs, result=OBJECT, effect="effectful"
    )


def call_object(function: Callable[..., object], *args: object, **kwargs: object) -> object:
    """The result of calling an object.

    >>> call_object(len, "ab")
    2
    """
    return function(*args, **kwargs)


def _other(trace: Trace, function: object, args: Args, kwargs: Kwargs) -> object:
    """An object that can be called: by its own method, if that has source."""
    found = _own_call(function)
    if isinstance(found, FunctionType) and not is_of_library(found):
        return _function(trace, found, (function, *args), kwargs)
    if not callable(function):
        raise TypeError(f"'{type(function).__name__}' object is not callable")
    return _library(trace, function, args, kwargs)


def _awaited(value: object) -> object:
    """The result of something that can be awaited in captured code, where all is there."""
    if isinstance(value, Ready):
        return value.value
    return finished(value) if is_awaitable(value) else value


def finished(value: Awaitable[object]) -> object:
    """The result of something that can be awaited, and need not wait."""
    steps = value.__await__()
    try:
        next(steps)
    except StopIteration as over:
        result: object = over.value
        return result
    raise CaptureError(
        "'await' of what is no call of this program is not captured yet; await it outside",
        location=user_location(),
    )


def _refuse(recorder: Recorder, function: object) -> NoReturn:
    recorder.refuse(
        f"a call of {_name_of(function)}()", "call it outside and pass the result as an argument"
    )


def _name_of(function: object) -> str:
    """How a user would write `function`.

    >>> import time
    >>> _name_of(time.time), _name_of(print), _name_of([].sort)
    ('time.time', 'print', 'list.sort')
    """
    name = getattr(function, "__qualname__", None) or f"<{type(function).__name__}>"
    owner = getattr(function, "__self__", None)
    module = getattr(function, "__module__", None) or getattr(owner, "__module__", None)
    if isinstance(function, FunctionType):
        return function.__name__
    return name if module in (None, "builtins", "__main__") else f"{module}.{name}"
