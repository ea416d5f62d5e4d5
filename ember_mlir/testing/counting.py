"""How often something is done: for tests of how much work there is, without a clock."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import TYPE_CHECKING
from unittest.mock import patch

from xdsl.ir import Operation, SSAValue

if TYPE_CHECKING:
    from _typeshed import TraceFunction


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


@contextmanager
def counted_instructions(module: ModuleType) -> Generator[Counter[str]]:
    """How many instructions of Python each function of a module takes from now on.

    Only those of this thread are counted, and not what functions in C do meanwhile.

    >>> import textwrap
    >>> with counted_instructions(textwrap) as counted:
    ...     text = textwrap.indent("a", " ")
    >>> "indent" in counted and counted.total() > 0
    True
    """
    counted: Counter[str] = Counter()

    def traced(frame: FrameType, event: str, _: object) -> TraceFunction | None:
        if frame.f_code.co_filename != module.__file__:
            return None
        frame.f_trace_opcodes = True
        counted[frame.f_code.co_name] += event == "opcode"
        return traced

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        yield counted
    finally:
        sys.settrace(before)
