"""How often something is done to operations: for tests of how much work a rewrite makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from xdsl.ir import Operation, SSAValue


@contextmanager
def counted_operands() -> Generator[Counter[Operation]]:
    """How often the operands of each operation are set from now on, all of them at once.

    >>> from xdsl.dialects.test import TestOp
    >>> one, other = TestOp(result_types=[]), TestOp(result_types=[])
    >>> with counted_operands() as times:
    ...     one.operands = []
    >>> times[one], times[other]
    (1, 0)
    """
    times: Counter[Operation] = Counter()
    write = Operation.operands.fset
    assert write is not None

    def counting(op: Operation, new: Sequence[SSAValue]) -> None:
        times[op] += 1
        write(op, new)

    with patch.object(Operation, "operands", Operation.operands.setter(counting)):
        yield times
