"""Functions and objects from a table, by a key that is known only when the program runs.

experts = {"math": solve, "verse": rhyme}
experts[label](question)      =>   scf.if %is_math { … solve … } else { scf.if %is_verse … }
agents[name].reply(history)   =>   the same, for each object that it may be
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import BuiltinMethodType, FunctionType

from xdsl.ir import Block

from ember_mlir.frontend.bound import BoundMethod
from ember_mlir.frontend.calls.functions import is_library_module
from ember_mlir.frontend.containers import frozen
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.layouts import NONE
from ember_mlir.frontend.native import is_users_function
from ember_mlir.frontend.operators import compared
from ember_mlir.frontend.plain import is_dict, is_list
from ember_mlir.frontend.regions.branches import branched
from ember_mlir.frontend.regions.merging import Outcome
from ember_mlir.frontend.regions.raising import Raising, SymbolicError, emit_raise
from ember_mlir.frontend.regions.region import belongs_to_program
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Selection, Symbolic, is_symbolic

VALUE = ("the value of this call",)


def selected(trace: Trace, owner: object, index: object) -> Selection | None:
    """The function or object of a table at `index`; None unless it is a table of such."""
    found = _found(owner, index)
    if found is not None and trace.tries():
        # A handler of the `try` may take the error of a key that is not there.
        check = _Checking(found.missing, [key for key, _ in found.cases])
        name = f"check_{found.missing.__name__}"
        trace.apply_python(name, check, [index], result=NONE, effect="effectful")
    return found


def _found(owner: object, index: object) -> Selection | None:
    if not isinstance(index, Symbolic):
        return None
    if is_dict(owner) and all(map(_is_choosable, owner.values())):
        return Selection(index, [*owner.items()], KeyError)
    if is_list(owner) and owner and all(map(_is_choosable, owner)):
        # A number below 0 counts from the end.
        numbered = [*enumerate(owner), *enumerate(owner, -len(owner))]
        return Selection(index, [*numbered], IndexError)
    return None


def _is_choosable(value: object) -> bool:
    """Whether a value is code of a user's, or an object of one that is no plain data."""
    made = type(value)
    if is_users_function(value):
        return True
    is_data = is_symbolic(value) or layout_of(value) is not None
    is_users = made.__new__ is object.__new__ and not is_library_module(made.__module__)
    has_truth = any(hasattr(made, name) for name in ("__bool__", "__len__"))
    return is_users and not is_data and not has_truth


class _Checking(Raising):
    """Raises the error of a table that has nothing for a key."""

    def __init__(self, made: type[Exception], keys: Sequence[object]) -> None:
        super().__init__(made)
        self.keys = keys

    def __call__(self, *args: object) -> None:
        (key,) = args
        if key not in self.keys:
            raise self.made(key)


def looked_up(method: object, args: tuple[object, ...]) -> Selection | None:
    """What `table.get(key)` or `table.get(key, default)` gives, if it surely is a function."""
    if isinstance(method, BoundMethod):
        owner, name = method.owner, method.name
    elif isinstance(method, BuiltinMethodType):
        owner, name = method.__self__, method.__name__
    else:
        return None
    if name != "get" or not is_dict(owner) or len(args) not in (1, 2):
        return None
    default = args[1] if len(args) == 2 else None
    if default is not None and not _is_choosable(default):
        return None
    found = _found(owner, args[0])
    if found is not None:
        found.default, found.may_be_none = default, default is None
    return found


def chosen_attribute(
    trace: Trace, chosen: Selection, name: str, read: Callable[[object], object]
) -> object:
    """An attribute of the object that is chosen: one of several methods, or a value."""
    objects = [one for _, one in chosen.cases]
    if chosen.default is not None:
        objects.append(chosen.default)
    if chosen.may_be_none or not all([_is_method(one, name) for one in objects]):
        return called(trace, chosen, read)
    methods = [(key, read(one)) for key, one in chosen.cases]
    default = None if chosen.default is None else read(chosen.default)
    return Selection(chosen.index, methods, chosen.missing, default)


def _is_method(value: object, name: str) -> bool:
    return isinstance(getattr(type(value), name, None), FunctionType)


def called(trace: Trace, chosen: Selection, call: Callable[[object], object]) -> object:
    """What `call` gives for the function that is chosen: an arm for each that it may be."""
    return _from(trace, chosen, 0, call)


def _from(trace: Trace, chosen: Selection, number: int, call: Callable[[object], object]) -> object:
    if number == len(chosen.cases):
        if chosen.may_be_none:
            # As Python says, and whoever uses it.
            return call(None)
        if chosen.default is None:
            raise SymbolicError(chosen.missing, (chosen.index,))
        return call(chosen.default)
    key, function = chosen.cases[number]
    test = compared(trace, "==", chosen.index, key)
    if not isinstance(test, Symbolic):
        return call(function) if test else _from(trace, chosen, number + 1, call)
    outcomes = [
        _arm(trace, lambda: call(function)),
        _arm(trace, lambda: _from(trace, chosen, number + 1, call)),
    ]
    (value,) = branched(trace, test, outcomes, VALUE)
    return value


def _arm(trace: Trace, call: Callable[[], object]) -> Outcome:
    depth = len(trace.scopes)
    trace.open(Block())
    value: object = None
    raised = False
    try:
        value = call()
    except Exception as error:
        if len(trace.scopes) != depth + 1 or not belongs_to_program(error):
            raise
        emit_raise(trace, error)
        raised = True
    block, held = trace.block, frozen(value)
    changes = trace.close()
    if raised:
        trace.lose((), changes.values())
    return Outcome(block, (value,), (held,), changes, raised)
