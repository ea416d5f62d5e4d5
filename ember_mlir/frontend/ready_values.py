"""What may be awaited in captured code, and need not."""

from __future__ import annotations

from collections.abc import Generator


class Ready:
    """What may be awaited, and is there already."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __await__(self) -> Generator[None, None, object]:
        yield from ()
        return self.value
