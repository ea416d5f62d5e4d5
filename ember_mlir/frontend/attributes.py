"""Attributes of what captured code has, and of what it reads from outside."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType, MethodType, ModuleType

from ember_mlir.frontend.bound import BoundMethod
from ember_mlir.frontend.calls import invoke
from ember_mlir.frontend.composition import is_operator
from ember_mlir.frontend.containers import TrackedDict, TrackedList, TrackedSet
from ember_mlir.frontend.guards import MISSING, InstanceAttribute, ModuleAttribute
from ember_mlir.frontend.kinds import InstanceKind
from ember_mlir.frontend.layouts import ANY, OBJECT, TEXT_LEAF, EnumOf, Layout, Maybe, Parts
from ember_mlir.frontend.library import OBJECT_METHODS
from ember_mlir.frontend.plain import ATOMS
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Selection, Symbolic, Unknown, describe

_PLAIN = (*ATOMS, list, tuple, dict, set, frozenset, bytes)


def attribute(recorder: Recorder, owner: object, name: str) -> object:
    """`owner.name`: what is read from outside becomes a guard."""
    if isinstance(owner, ModuleType):
        value: object = getattr(owner, name, MISSING)
        assert recorder.location is not None
        what = f"the value of '{owner.__name__}.{name}'"
        recorder.read(ModuleAttribute(owner, name), value, what, recorder.location)
        return getattr(owner, name) if value is MISSING else value
    if not isinstance(recorder, Trace):
        return _of_known(recorder, owner, name)
    if isinstance(owner, Symbolic | TrackedList | TrackedDict | TrackedSet):
        return _of_value(recorder, owner, name)
    if isinstance(owner, Selection):
        from ember_mlir.frontend.selections import chosen_attribute

        return chosen_attribute(recorder, owner, name, lambda one: attribute(recorder, one, name))
    if isinstance(owner, Unknown):
        recorder.refuse(f"'.{name}' of {describe(owner)}", "give it one type in both arms")
    if type(owner) in _PLAIN or isinstance(owner, FunctionType | BaseException):
        return getattr(owner, name)
    if isinstance(owner, type):
        return _read(recorder, owner, name, getattr(owner, name, MISSING))
    found = _of_instance(recorder, owner, name)
    if is_operator(found):
        recorder.nesting.note(name, found)
    return found


def _of_known(recorder: Recorder, owner: object, name: str) -> object:
    """An attribute in an eager run: a property may ask something."""
    found: object = getattr(type(owner), name, None)
    if isinstance(found, property) and _is_traced(found.fget):
        return invoke(recorder, found.fget, (owner,), {})
    value: object = getattr(owner, name)
    return value


def _of_value(trace: Trace, owner: object, name: str) -> object:
    """A method; an attribute of an object that is not known, the program reads."""
    if isinstance(owner, Symbolic):
        layout, bare = _field_layout(owner.layout, name), _without_none(owner.layout)
        if layout is not None:
            read = _Getter(name)
            return trace.apply_python(f"get_{name}", read, [owner], result=layout)
        if isinstance(bare, Parts) and _is_of_class(bare, name):
            return attribute(trace, _some(trace, owner, bare), name)
        if isinstance(bare, EnumOf | Parts):
            trace.refuse(f"'.{name}' of {describe(owner)}", "use a function of it")
    # None has no attribute, which is the error that reading it is.
    is_object = isinstance(owner, Symbolic) and _without_none(owner.layout) in (OBJECT, ANY)
    if not is_object or not isinstance(owner, Symbolic):
        return BoundMethod(owner, name)
    return (
        BoundMethod(owner, name)
        if name in _METHODS
        else trace.apply_python(
            f"get_{name}", _Getter(name), [owner], result=OBJECT, effect="effectful"
        )
    )


def _without_none(layout: Layout) -> Layout:
    return layout.inner if isinstance(layout, Maybe) else layout


def _is_of_class(layout: Parts, name: str) -> bool:
    """Whether what is laid out so has a method or property of that name."""
    return isinstance(layout.kind, InstanceKind) and hasattr(layout.kind.made, name)


def _some(trace: Trace, owner: Symbolic, layout: Parts) -> object:
    """What may be None as what it is otherwise; the program fails if it is None.

    It is a copy, so that nobody may change it.
    """
    value = trace.value(trace.converted(trace.checked(owner), owner.layout, layout), layout)
    trace.aliases.copy(value)
    return value


def _field_layout(layout: Layout, name: str) -> Layout | None:
    """How a field of what may be None, or of a member of an enum, is laid out."""
    match _without_none(layout):
        case EnumOf(inner=inner) if name in ("name", "value"):
            return TEXT_LEAF if name == "name" else inner
        case Parts(kind=InstanceKind() as kind, items=items) if name in kind.names:
            return items[kind.fields.index(name)]
        case _:
            return None


_METHODS = frozenset([*dir(str), *dir(list), *dir(dict), *dir(set), *OBJECT_METHODS])


class _Getter:
    """Reads one attribute."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, owner: object) -> object:
        return getattr(owner, self.name)


def _of_instance(trace: Trace, owner: object, name: str) -> object:
    """An attribute of an object: of one from outside it is a guard."""
    found: object = getattr(type(owner), name, None)
    if isinstance(found, property) and _is_traced(found.fget):
        return invoke(trace, found.fget, (owner,), {})
    if trace.place_of(owner) is not None:
        return getattr(owner, name)
    value: object = getattr(owner, name, MISSING)
    if name in getattr(owner, "__dict__", {}) or not callable(value):
        return _read(trace, owner, name, value)
    if isinstance(value, MethodType):
        # Of the object, it would be another one each time.
        _read(trace, type(owner), name, found)
    return value


def _read(trace: Trace, owner: object, name: str, value: object) -> object:
    """An attribute that was read from outside."""
    assert trace.location is not None
    what = f"the value of '.{name}'"
    trace.read(InstanceAttribute(owner, name), value, what, trace.location)
    return getattr(owner, name) if value is MISSING else value


def _is_traced(getter: Callable[..., object] | None) -> bool:
    if not isinstance(getter, FunctionType):
        return False
    module = str(getter.__globals__.get("__name__"))
    return module == "__main__" or module.partition(".")[0] not in sys.stdlib_module_names
