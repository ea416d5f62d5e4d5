"""Calls of methods."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import BuiltinMethodType, FunctionType, MethodType

from ember_mlir.frontend.bound import BoundMethod
from ember_mlir.frontend.calls.applying import apply_call, call_library
from ember_mlir.frontend.calls.arguments import Args, Kwargs
from ember_mlir.frontend.calls.dumping import dumped
from ember_mlir.frontend.calls.functions import call_function, is_of_library
from ember_mlir.frontend.calls.refusals import refuse_call
from ember_mlir.frontend.calls.tasks import call_of_task
from ember_mlir.frontend.changes import note_change
from ember_mlir.frontend.containers import TrackedDict, TrackedList
from ember_mlir.frontend.dict_parts import DictPart, change_part
from ember_mlir.frontend.dicts import VIEWS, dict_method, viewed
from ember_mlir.frontend.inspection import is_set, layout_of
from ember_mlir.frontend.iterators import is_known_iterable
from ember_mlir.frontend.kinds import TupleKind
from ember_mlir.frontend.layouts import INT, OBJECT, TEXT_LEAF, Layout, ListOf, Maybe, Parts
from ember_mlir.frontend.library import CHANGING, LIST_METHODS, OBJECT_METHODS, TEXT_METHODS
from ember_mlir.frontend.lists import list_method
from ember_mlir.frontend.native import called, is_simple
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.ready_values import Ready, TaskGroup, ThreadPool
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.sets import set_method
from ember_mlir.frontend.stand_ins import tracked
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, describe, holds_symbolic, known_or_symbolic


def call_method_of(recorder: Recorder, method: MethodType, args: Args, kwargs: Kwargs) -> object:
    """A method of a user's object, which is traced through like a function."""
    function: object = method.__func__
    owner: object = method.__self__
    if isinstance(owner, Ready | TaskGroup | ThreadPool):
        return call_of_task(recorder, owner, method.__name__, args, kwargs)
    found = dumped(recorder, function, owner, args, kwargs) if isinstance(recorder, Trace) else None
    if found is not None:
        return found[0]
    if isinstance(function, FunctionType) and not is_of_library(function):
        return call_function(recorder, function, (owner, *args), kwargs)
    return call_library(recorder, method, args, kwargs)


def call_bound(recorder: Recorder, method: BoundMethod, args: Args, kwargs: Kwargs) -> object:
    """A method of a symbolic value, or of a list or dict of captured code."""
    assert isinstance(recorder, Trace)
    if isinstance(method.owner, DictPart):
        change_part(recorder, method.owner, method.name, args, kwargs)
        return None
    owner = known_or_symbolic(method.owner)
    if is_set(owner) and not kwargs:
        return set_method(recorder, method.owner, method.name, args)
    if isinstance(method.owner, TrackedList) and method.name in CHANGING:
        if kwargs:
            return _with_keywords(recorder, method, kwargs)
        return list_method(recorder, method.owner, method.name, args)
    if isinstance(method.owner, TrackedDict):
        is_symbolic = any(
            isinstance(known_or_symbolic(one), Symbolic) for one in (owner, *args[:1])
        )
        if method.name in CHANGING and not kwargs and is_symbolic:
            return dict_method(recorder, method.owner, method.name, args)
        if method.name in VIEWS and not args and not kwargs:
            if owner is not method.owner:
                return viewed(recorder, method.owner, method.name)
            method.owner.is_viewed = True
    if isinstance(method.owner, TrackedDict) and isinstance(owner, Symbolic):
        return _of_dict(recorder, method.owner, method.name, args, kwargs)
    if isinstance(owner, TrackedDict | TrackedList):
        return _of_container(recorder, owner, method.name, args, kwargs)
    if isinstance(owner, Symbolic):
        return _of_symbolic(recorder, owner, method.name, args, kwargs)
    refuse = describe(owner)
    recorder.refuse(f"'.{method.name}' of {refuse}", "give it one type in both arms")


def _with_keywords(trace: Trace, method: BoundMethod, kwargs: Kwargs) -> object:
    """`items.sort(key=…, reverse=…)`."""
    assert isinstance(method.owner, TrackedList)
    ordered = trace.invoke(sorted, (method.owner,), kwargs)
    note_change(trace, method.owner, "list.sort()")
    if not isinstance(ordered, TrackedList):
        trace.refuse("list.sort() of a list of what is no data", "sort what it is looked up by")
    method.owner.symbolic = ordered.symbolic
    method.owner[:] = [*ordered]
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
            refuse_call(trace, BoundMethod(owner, name))
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
    known = OBJECT_METHODS.get(name, OBJECT)
    return trace.apply_python(
        name, called, [owner, *args], kwargs, result=known, effect="effectful"
    )


def _of_dict(trace: Trace, owner: TrackedDict, name: str, args: Args, kwargs: Kwargs) -> object:
    """A method of a dict of captured code that changes nothing."""
    if name in CHANGING:
        trace.refuse(f"dict.{name}() with these arguments", "write it with 'owner[key] = value'")
    result: Layout = OBJECT
    if name == "most_common" and isinstance(owner.counted, Layout):
        result = ListOf(Parts(TupleKind(2), (owner.counted, INT)))
    called = partial(call_method, name)
    made = trace.apply_python(name, called, [owner, *args], kwargs, result=result)
    return tracked(trace, made)


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


_READING: dict[type, tuple[str, ...]] = {
    list: ("copy", "count", "index"),
    tuple: ("count", "index"),
    dict: ("copy", "get", "items", "keys", "values"),
    set: ("copy", "difference", "intersection", "isdisjoint", "issubset", "issuperset", "union"),
    bytes: ("decode", "hex"),
}


def call_native_method(
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
    return apply_call(trace, method, args, kwargs, "effectful")


def _is_container(owner: object) -> bool:
    return isinstance(owner, list | dict | set)


def _is_pure_type(owner: object) -> bool:
    """Whether all methods of an object only compute: of expressions, dates and numbers."""
    module = type(owner).__module__
    return module in ("re", "datetime", "decimal", "fractions") or isinstance(
        owner, int | float | bytes
    )
