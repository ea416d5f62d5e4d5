"""What adds the rows of each operation of `exec` to a frame; each kind registers its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from xdsl.ir import Operation

from ember_mlir.dialects.locations import UNKNOWN_SOURCE
from ember_mlir.dialects.values import SourceAttr
from ember_mlir.errors import SourceLocation

if TYPE_CHECKING:
    from ember_mlir.runtime.decode.frames import FrameDecoder

Op = TypeVar("Op", bound=Operation)
Rows = Callable[["FrameDecoder", Op], None]

ROWS: dict[type[Operation], Callable[[FrameDecoder, Operation], None]] = {}
"""What adds the rows of an operation to a frame."""


def rows_of(kind: type[Op]) -> Callable[[Rows[Op]], Rows[Op]]:
    """Register what adds the rows of operations of this kind."""

    def register(add: Rows[Op]) -> Rows[Op]:
        def checked(frame: FrameDecoder, op: Operation) -> None:
            assert isinstance(op, kind)
            add(frame, op)

        ROWS[kind] = checked
        return add

    return register


def place_of(source: SourceAttr) -> SourceLocation | None:
    """Where an operation comes from that says so itself; None if that is unknown."""
    return None if source.data == UNKNOWN_SOURCE else source.data
