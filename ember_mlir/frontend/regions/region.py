"""What the objects around the bodies of statements share."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping

import xdsl

from ember_mlir.errors import EmberError, ProgramError
from ember_mlir.frontend.recorder import PACKAGE, Recorder
from ember_mlir.frontend.regions.raising import PathRaises, SymbolicError, emit_raise
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.rewriting.results import is_rewritten
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import UNBOUND

State = tuple[object, ...]
"""The values of the names that a statement may bind and that matter behind it."""


class Region(ABC):
    """Runs the body of a statement: once, as it is, unless it is `live`.

    A live region is captured: its body runs for each arm, or for as many rounds as it takes
    to find out what they change, and `result` is what the names are bound to behind it.
    """

    live = False
    result: State = ()
    error: object = None

    def __init__(self, recorder: Recorder, place: Place) -> None:
        self.recorder = recorder
        self.place = place
        self.unwind: Callable[[], None] = _nothing
        self._depth = 0

    @property
    def trace(self) -> Trace:
        """The capture that a live region belongs to."""
        assert isinstance(self.recorder, Trace)
        return self.recorder

    @abstractmethod
    def __iter__(self) -> Iterator[object]:
        """The arms or elements that the body runs for."""

    @abstractmethod
    def enter(self, variables: Mapping[str, object]) -> State:
        """The state that a captured arm begins with; what is open then is open at its end."""

    @abstractmethod
    def leave(self, variables: Mapping[str, object]) -> None:
        """Take note of the state that a captured arm ends with."""

    def absorb(self, error: BaseException) -> bool:
        """Whether an error at capture only means that this path raises it."""
        absorbed = self.takes(error)
        if absorbed:
            self.unwind()
        return absorbed

    def takes(self, error: BaseException) -> bool:
        """Take an error, if it is of the program's path and not about its capture."""
        if not self.live or not belongs_to_program(error):
            return False
        if len(self.trace.scopes) != self._depth:
            self.trace.refuse(
                "an error inside of an expression that may not be evaluated",
                "write it with 'if'",
                self.place.location,
            )
        # The program ends there, and no state is handed on.
        emit_raise(self.trace, error)
        return True

    def is_over(self, broken: object) -> bool:
        """Whether a loop that is no region has been left."""
        return broken is True and not self.live

    def state(self, variables: Mapping[str, object]) -> State:
        """The values of the names that matter."""
        return tuple([variables.get(name, UNBOUND) for name in self.place.names])


def _nothing() -> None:
    """Nothing is left behind by an error."""


_OF_OPERATIONS = os.path.dirname(xdsl.__file__) + os.sep
"""Where errors come from that no code of a user's has made."""

_REGIONS = (
    *("arms", "branches", "carried", "catching", "choices", "failing", "handling", "merging"),
    "raising",
)
_INNER = tuple(
    [
        os.path.join(PACKAGE, "frontend", name)
        for name in (
            *("aliases.py", "applied.py", "inspection.py", "layouts.py", f"tracing{os.sep}"),
            *(os.path.join("regions", f"{name}.py") for name in _REGIONS),
        )
    ]
)
"""Files that do nothing that captured code asks for, so that all their errors are mistakes."""


def is_mistake(error: BaseException) -> bool:
    """Whether an error comes from a mistake of this package, and not of code that it captures."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = None if trace is None else trace.tb_frame.f_code
    if code is None or is_rewritten(code):
        return False
    if code.co_filename.startswith(_OF_OPERATIONS):
        return True
    if type(error) in (AssertionError, NameError):
        return code.co_filename.startswith(PACKAGE)
    on_purpose = isinstance(error, EmberError | PathRaises | SymbolicError | RecursionError)
    return code.co_filename.startswith(_INNER) and not on_purpose


def belongs_to_program(error: BaseException) -> bool:
    """Whether an error at capture is one that the user's code raises, not one about capture."""
    if isinstance(error, PathRaises):
        return True
    # A name may get a value later, and what is not there cannot be guarded.
    is_name = isinstance(error, NameError) and not isinstance(error, UnboundLocalError)
    if is_name or is_mistake(error):
        return False
    # What a capture has to say of itself is no error of a program: those may be raised by it.
    about_capture = isinstance(error, EmberError) and not isinstance(error, ProgramError)
    return isinstance(error, Exception) and not about_capture
