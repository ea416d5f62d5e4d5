"""Calls of a function from a table, by a key that is known only when the program runs.

experts = {"math": solve, "verse": rhyme}
experts[label](question)      =>   scf.if %is_math { … solve … } else { scf.if %is_verse … }
"""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinMethodType

from xdsl.ir import Block

from ember_mlir.frontend.bound import BoundMethod
from ember_mlir.frontend.containers import frozen
from ember_mlir.frontend.native import is_users_function
from ember_mlir.frontend.operators import compared
from ember_mlir.frontend.plain import is_dict, is_list
from ember_mlir.frontend.regions.branches import branched
from ember_mlir.frontend.regions.merging import Outcome
from ember_mlir.frontend.regions.raising import SymbolicError, emit_raise
from ember_mlir.frontend.regions.region import belongs_to_program
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Selection, Symbolic

VALUE = ("the value of this call",)


def selected(owner: object, index: object) -> Selection | None:
    """The function of a table at `index`; None unless it is a table of functions."""
    if not isinstance(index, Symbolic):
        return None
    if is_dict(owner) and all(map(is_users_function, owner.values())):
        return Selection(index, [*owner.items()], KeyError)
    if is_list(owner) and owner and all(map(is_users_function, owner)):
        # A number below 0 counts from the end.
        numbered = [*enumerate(owner), *enumerate(owner, -len(owner))]
        return Selection(index, [*numbered], IndexError)
    return None


def looked_up(method: object, args: tuple[object, ...]) -> Selection | None:
    """The function that `table.get(key, default)` gives, if it surely is one."""
    if isinstance(method, BoundMethod):
        owner, name = method.owner, method.name
    elif isinstance(method, BuiltinMethodType):
        owner, name = method.__self__, method.__name__
    else:
        return None
    if name != "get" or len(args) != 2 or not is_users_function(args[1]) or not is_dict(owner):
        return None
    found = selected(owner, args[0])
    if found is not None:
        found.default = args[1]
    return found


def called(trace: Trace, chosen: Selection, call: Callable[[object], object]) -> object:
    """What `call` gives for the function that is chosen: an arm for each that it may be."""
    return _from(trace, chosen, 0, call)


def _from(trace: Trace, chosen: Selection, number: int, call: Callable[[object], object]) -> object:
    if number == len(chosen.cases):
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
