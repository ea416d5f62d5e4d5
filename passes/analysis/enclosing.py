"""Operations, and what they stand in."""

from __future__ import annotations

from collections.abc import Iterable

from xdsl.ir import Operation


def with_enclosing(ops: Iterable[Operation]) -> set[Operation]:
    """`ops` and all operations around them, in time linear in the result."""
    found: set[Operation] = set()
    for op in ops:
        around: Operation | None = op
        while around is not None and around not in found:
            found.add(around)
            around = around.parent_op()
    return found
