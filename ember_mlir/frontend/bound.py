"""Methods of values that are not what they seem."""

from __future__ import annotations


class BoundMethod:
    """A method of a value that is not what it seems: symbolic, or a list that is tracked."""

    __slots__ = ("name", "owner")

    def __init__(self, owner: object, name: str) -> None:
        self.owner = owner
        self.name = name

    def __call__(self, *args: object, **kwargs: object) -> object:
        raise AssertionError("it is called by captured code alone")
