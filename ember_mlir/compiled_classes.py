"""Classes whose instances run compiled when they are called.

The class stays the class: it is only called otherwise. Each instance has a program of its
own, of its `forward` or else of its `__call__`, since what its attributes hold is known at
capture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import iscoroutinefunction, signature
from threading import RLock
from types import FunctionType, MethodType
from typing import Any, NamedTuple, TypeVar

from ember_mlir.errors import CaptureError
from ember_mlir.frontend.composition import INITIALIZER, Initializer, Operator, initializer
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.narrowing import is_any_namespace, is_any_tuple
from ember_mlir.frontend.transformations import Vectorized, compile_vectorized
from ember_mlir.goals import Goals
from ember_mlir.per_object import PerObject
from ember_mlir.program import Program

C = TypeVar("C")

FORWARD, CALL = "forward", "__call__"


class Sample(NamedTuple):
    """An input that a program is compiled for before it is called.

    A tuple is positional arguments. A dict is named ones, if all its keys are names of
    arguments. Anything else is the one argument.
    """

    given: object

    def prepare(self, program: Program[..., Any]) -> None:
        """Let a program have a plan for it."""
        given = self.given
        names = [*signature(program.function).parameters][len(program.fixed) :]
        if is_any_tuple(given):
            program.prepare(*given)
        elif is_any_namespace(given) and all(name in names for name in given):
            program.prepare(**given)
        else:
            program.prepare(given)


class Wanted(NamedTuple):
    """How programs are to be made."""

    goals: Goals
    strict: bool
    sample: Sample | None = None


class ObjectProgram(Program[..., Any]):
    """The program of one object: `inputs` gives its arguments by names, as operators take them."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run compiled, and return the result."""
        return super().__call__(*args, **_named(kwargs))

    async def acall(self, *args: Any, **kwargs: Any) -> Any:
        """Run compiled on the current event loop, and return the result."""
        return await super().acall(*args, **_named(kwargs))

    def eager(self, *args: Any, **kwargs: Any) -> Any:
        """Run the same source without compiling, one call after the other."""
        return super().eager(*args, **_named(kwargs))


def _named(kwargs: dict[str, Any]) -> dict[str, Any]:
    inputs: Mapping[str, Any] | None = kwargs.get("inputs")
    if inputs is None:
        return {name: value for name, value in kwargs.items() if name != "inputs"}
    return {**inputs, **{name: value for name, value in kwargs.items() if name != "inputs"}}


class CompiledCall(Callee):
    """What stands in a class for `__call__`: the program of the instance that is called."""

    def __init__(self, name: str, function: FunctionType, wanted: Wanted) -> None:
        super().__init__(function)
        self.wanted = wanted
        self._name = name
        self._programs = PerObject[dict[FunctionType, ObjectProgram]]()
        self._lock = RLock()

    def __get__(self, instance: object, owner: type[object]) -> object:
        # A subclass may have another `forward`, but calls this `__call__` for this one.
        own = _function(owner, FORWARD) if self._name == FORWARD else None
        function = own or self.function
        if instance is None:
            return self if function is self.function else CompiledCall(CALL, function, self.wanted)
        with self._lock:
            programs = self._programs.of(instance, dict)
            if function not in programs:
                goals, strict, _ = self.wanted
                programs[function] = ObjectProgram(
                    function, goals, strict=strict, fixed=(instance,)
                )
            return programs[function]


def compiled_class(made: type[C], wanted: Wanted) -> type[C]:
    """`made`, whose instances run compiled from now on.

    With a sample, each is compiled for it as soon as it is made. Raises `CaptureError` for
    a class whose instances cannot be called.
    """
    name = _called_by(made)
    function = _function(made, name)
    if function is None:
        raise CaptureError(
            "a program must be made of a Python function, or of a class that has a method "
            f"'forward' or '__call__', but '{made.__name__}' has none; define one"
        )
    setattr(made, CALL, CompiledCall(name, function, wanted))
    sample = wanted.sample
    if sample is not None:

        def prepare(instance: object) -> None:
            sample.prepare(program_of(instance, wanted))

        setattr(made, INITIALIZER, Initializer(initializer(made), prepare))
    return made


def program_of(value: object, wanted: Wanted) -> ObjectProgram:
    """The program of an object; of one of a compiled class, the one that it is called by."""
    own: object = getattr(value, CALL, None)
    if isinstance(own, ObjectProgram):
        return own
    function = _function(type(value), _called_by(type(value)))
    assert function is not None
    return ObjectProgram(function, wanted.goals, strict=wanted.strict, fixed=(value,))


def _called_by(made: type[object]) -> str:
    """The method that says what an instance does when it is called."""
    is_forward = issubclass(made, Operator) or _function(made, CALL) is None
    return FORWARD if is_forward else CALL


def is_callable_object(value: object) -> bool:
    """Whether an object has a `forward` or `__call__` that is written in Python."""
    plain = isinstance(value, FunctionType | MethodType | type | Callee)
    made = type(value)
    return not plain and (_function(made, FORWARD) or _function(made, CALL)) is not None


def _function(owner: type[object], name: str) -> FunctionType | None:
    """A method of a class, as it is written."""
    for made in owner.__mro__:
        found: object = vars(made).get(name)
        if isinstance(found, Callee):
            # A program of a method, or of a class that is compiled already.
            found = found.function
        if found is not None:
            return found if isinstance(found, FunctionType) else None
    return None


_VECTORIZED = PerObject[ObjectProgram]()


def _of_vectorized(vectorized: Vectorized[Any]) -> Callable[..., Any]:
    """A program over lists as one program, for what the program is for."""
    inner: object = vectorized.function
    if not isinstance(inner, Program) or iscoroutinefunction(inner.function):
        return vectorized.forward
    wanted = Wanted(inner.goals, inner.strict)
    return _VECTORIZED.of(vectorized, lambda: program_of(vectorized, wanted))


compile_vectorized(_of_vectorized)
