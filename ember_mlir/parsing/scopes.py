"""Names that values have where the parser stands, without a copy of them per region."""

from __future__ import annotations

from collections.abc import Iterator

from xdsl.ir import SSAValue

Values = tuple[SSAValue, ...]


class ScopedValues(dict[str, Values]):
    """The values that are visible, by name; `copy` remembers them in constant time.

    xDSL's parser copies its names when it enters a region and goes back to the copy at
    its end, which takes quadratic time where a function has many regions. Here a copy
    is a place in the list of names: using it forgets all that was named since.
    """

    def __init__(self, values: dict[str, Values] | None = None) -> None:
        super().__init__()
        self._values: dict[str, Values] = {} if values is None else values
        self._names: list[str] = []
        self._remembered: int | None = None

    def copy(self) -> ScopedValues:
        self._go_back()
        copied = ScopedValues(self._values)
        copied._names = self._names
        copied._remembered = len(self._names)
        return copied

    def _go_back(self) -> None:
        if self._remembered is None:
            return
        while len(self._names) > self._remembered:
            del self._values[self._names.pop()]
        self._remembered = None

    def __contains__(self, name: object) -> bool:
        self._go_back()
        return name in self._values

    def __getitem__(self, name: str) -> Values:
        self._go_back()
        return self._values[name]

    def __setitem__(self, name: str, values: Values) -> None:
        self._go_back()
        if name not in self._values:
            self._names.append(name)
        self._values[name] = values

    def __iter__(self) -> Iterator[str]:
        self._go_back()
        return iter(self._values)

    def __len__(self) -> int:
        self._go_back()
        return len(self._values)

    def get(self, name: str, default: Values | None = None) -> Values | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._go_back()
        return self._values.get(name, default)
