"""What rewritten code calls: one object per function, bound to a recorder.

The first argument of most hooks is the number of their place. Where all is known, a hook
does what the code said; where something is symbolic, a capture writes operations for it.
"""

from __future__ import annotations

from types import CellType, FunctionType

from ember_mlir.frontend.hooks.statements import StatementHooks
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.rewriting.functions import rewrite
from ember_mlir.frontend.rewriting.plain_forms import ASK


class Hooks(StatementHooks):
    """The hooks of one function."""

    __slots__ = ()


def instrument(recorder: Recorder, function: FunctionType) -> FunctionType:
    """`function` with its code rewritten and its hooks bound to `recorder`.

    Globals, closure and defaults are its own. Raises `CaptureError` if its source cannot
    be captured.
    """
    rewritten = rewrite(function)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    hooks = Hooks(recorder, rewritten.places, function.__globals__, cells)
    closure = tuple(
        CellType(hooks) if name == ASK else cells[name] for name in rewritten.code.co_freevars
    )
    made = FunctionType(
        rewritten.code,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        closure,
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made
