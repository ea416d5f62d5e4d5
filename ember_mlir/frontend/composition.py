"""Operators: programs that are made of others, each with a part of its own in the whole.

    class Draft(ember.Operator[str, str]):
        def forward(self, question: str) -> str:
            return ember.generate(f"Q: {question}")

An operator is called like a function, with one input or with named ones. It is captured
like one, too: whatever it is made of is part of one program, and what the attributes of
operators hold is known at capture.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeGuard, TypeVar

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out", covariant=True)
Middle = TypeVar("Middle")
First = TypeVar("First")
Last = TypeVar("Last")


class Operator(ABC, Generic[In, Out]):
    """Something that turns an input into an output; `forward` says how.

    >>> class Shout(Operator[str, str]):
    ...     def forward(self, text: str) -> str:
    ...         return text.upper()
    >>> Shout()("hello"), Shout()(inputs={"text": "hello"})
    ('HELLO', 'HELLO')
    """

    @abstractmethod
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The output for an input."""

    def __call__(self, *args: In, inputs: Mapping[str, object] | None = None, **kwargs: Any) -> Out:
        """The output; `inputs` gives the arguments of `forward` by their names."""
        given: dict[str, Any] = {**(inputs or {}), **kwargs}
        answer: Out = self.forward(*args, **given)
        return answer

    def __rshift__(self, after: Callable[[Any], Last]) -> Chain[In, Last]:
        """This, and then another."""
        return Chain(self, after)


class Initializer:
    """The `__init__` of a class, and what is done with an instance when it is made.

    Captured code traces through the `original` alone.
    """

    def __init__(self, original: object, made: Callable[[object], None]) -> None:
        self.original = original
        self._made = made

    def __get__(self, instance: object, owner: type | None = None) -> object:
        return self if instance is None else BoundInitializer(self, instance)

    def run(self, instance: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Do as the original does; an instance of a class with another one is not made yet."""
        original: Any = self.original
        original(instance, *args, **kwargs)
        if initializer(type(instance)) is self.original:
            self._made(instance)


class BoundInitializer:
    """An `Initializer` of one instance."""

    def __init__(self, initializer: Initializer, instance: object) -> None:
        self.original = initializer.original
        self.instance = instance
        self._initializer = initializer

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        self._initializer.run(self.instance, args, kwargs)


INITIALIZER = "__init__"


def initializer(made: type[object]) -> object:
    """What initializes instances of a class, as it is written there."""
    found: object = getattr(made, INITIALIZER)
    return found.original if isinstance(found, Initializer) else found


def is_operator(value: object) -> TypeGuard[Operator[object, object]]:
    """Whether `value` is an operator."""
    return isinstance(value, Operator)


class Chain(Operator[In, Out]):
    """One operator after another."""

    def __init__(self, first: Callable[[In], Any], *others: Callable[[Any], Any]) -> None:
        self.steps = (first, *others)

    def forward(self, value: Any) -> Any:
        for step in self.steps:
            value = step(value)
        return value


def compose(
    first: Callable[[First], Middle], second: Callable[[Middle], Last]
) -> Chain[First, Last]:
    """`first`, and then `second` on what it gives.

    >>> compose(str.strip, str.upper)(" a ")
    'A'
    """
    return Chain(first, second)
