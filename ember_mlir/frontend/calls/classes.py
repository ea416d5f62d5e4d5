"""Calls of classes, which make objects."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import nullcontext
from dataclasses import fields, is_dataclass, replace
from functools import partial
from types import FunctionType
from typing import get_origin

from ember_mlir.errors import InputError
from ember_mlir.frontend.builtins import ALWAYS, builtin
from ember_mlir.frontend.calls.applying import apply_call
from ember_mlir.frontend.calls.arguments import Args, Kwargs, are_known
from ember_mlir.frontend.calls.functions import call_function, is_library_module, is_our_own
from ember_mlir.frontend.calls.iteration import each, lazily
from ember_mlir.frontend.calls.refusals import refuse_call
from ember_mlir.frontend.calls.tasks import concurrent_call
from ember_mlir.frontend.composition import initializer
from ember_mlir.frontend.dict_parts import collection
from ember_mlir.frontend.kinds import InstanceKind
from ember_mlir.frontend.layouts import Parts
from ember_mlir.frontend.library import is_pure
from ember_mlir.frontend.narrowing import (
    ModelClass,
    is_any_sequence,
    is_error_class,
    is_exact_dict,
    is_exact_list,
    is_exact_set,
    is_model,
)
from ember_mlir.frontend.native import called, is_simple
from ember_mlir.frontend.regions.raising import SymbolicError
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import describe, known_or_symbolic

_MAPPING: tuple[object, ...] = (map, filter)


def call_class(trace: Trace, made: type, args: Args, kwargs: Kwargs) -> object:
    """An object of a class."""
    if is_error_class(made):
        if are_known(args, kwargs):
            return made(*args, **kwargs)
        return SymbolicError(made, tuple(map(known_or_symbolic, args)))
    if made is partial and args and callable(args[0]):
        return partial(args[0], *args[1:], **kwargs)
    if made in _MAPPING:
        return lazily(trace, made, args)
    waiting = concurrent_call(trace, made, args, kwargs)
    if waiting is not None:
        return waiting[0]
    if made is nullcontext:
        return nullcontext(*args, **kwargs)
    if made in (defaultdict, Counter):
        return collection(trace, made, args, kwargs)
    if made in ALWAYS or (is_pure(made) and not is_simple(made, args, kwargs)):
        return builtin(trace, made, args, kwargs, partial(each, trace))
    if is_pure(made):
        return called(trace, made, args, kwargs)
    if _is_users_class(made):
        return _instance(trace, made, args, kwargs)
    return apply_call(trace, made, args, kwargs, "effectful")


def _is_users_class(made: type) -> bool:
    return made.__new__ is object.__new__ and not is_library_module(made.__module__)


def _instance(trace: Trace, made: type, args: Args, kwargs: Kwargs) -> object:
    """An object of a user's class, whose `__init__` is traced through."""
    if is_model(made):
        return _model(trace, made, args, kwargs)
    value = bare(made)
    trace.owns(value)
    start = initializer(made)
    if isinstance(start, FunctionType) and is_our_own(start):
        refuse_call(trace, made)
    if is_traced_class(made) and isinstance(start, FunctionType):
        call_function(trace, start, (value, *args), kwargs)
    else:
        if hasattr(made, "__post_init__"):
            trace.refuse(f"'__post_init__' of {describe(made)}", "write '__init__' instead")
        value = made(*args, **kwargs)
        trace.owns(value)
        _own_fields(trace, value, (*args, *kwargs.values()))
    return value


def _model(trace: Trace, made: ModelClass, args: Args, kwargs: Kwargs) -> object:
    """An instance of a model: what it makes of its arguments is known when the program runs."""
    from ember_mlir.frontend.making import kept
    from ember_mlir.frontend.schemas import schema_of

    try:
        layout = schema_of(made).layout
    except InputError as error:
        trace.refuse(
            f"an instance of {describe(made)}, of which {error.message},", "make a dataclass"
        )
    if isinstance(layout, Parts) and isinstance(layout.kind, InstanceKind) and not args:
        unset = tuple([one for one in layout.kind.fields if not _is_given(made, one, kwargs)])
        layout = replace(layout, kind=replace(layout.kind, unset=unset))
    name = getattr(made, "__name__", "model")
    return trace.apply_python(name, partial(kept, layout, made), args, kwargs, result=layout)


def _is_given(made: ModelClass, field: str, kwargs: Kwargs) -> bool:
    """Whether an argument is for a field: it has the name of the field, or its alias."""
    info = made.model_fields[field]
    alias: object = getattr(info, "validation_alias", None) or getattr(info, "alias", None)
    names: object = getattr(alias, "choices", (alias,))
    return field in kwargs or (is_any_sequence(names) and any(one in kwargs for one in names))


def bare(made: type[object]) -> object:
    """An object of a class, before its `__init__`."""
    return made.__new__(made)


def _own_fields(trace: Trace, value: object, given: Args) -> None:
    """Let the empty lists, sets and dicts that a dataclass has made be those of captured code."""
    for field in fields(value) if is_dataclass(value) else ():
        found: object = getattr(value, field.name, None)
        if any(found is one for one in given):
            continue
        factory: object = get_origin(field.default_factory) or field.default_factory
        if factory is list and is_exact_list(found):
            object.__setattr__(value, field.name, trace.made([]))
        if factory is set and is_exact_set(found):
            object.__setattr__(value, field.name, trace.made_set([]))
        if factory is dict and is_exact_dict(found):
            object.__setattr__(value, field.name, trace.made_dict({}))


def is_traced_class(made: type) -> bool:
    """Whether objects are made by an `__init__` of the user's: a dataclass only sets fields."""
    is_users = _is_users_class(made)
    written = not is_dataclass(made) or "__init__" not in vars(made) or _has_source(made)
    return is_users and written


def _has_source(made: type) -> bool:
    start = initializer(made)
    return isinstance(start, FunctionType) and not start.__code__.co_filename.startswith("<")
