"""What instructions name: frames, lanes, tools and functions of the module."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xdsl.dialects.builtin import IntegerAttr, ModuleOp, SymbolRefAttr
from xdsl.ir import Operation

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.locations import invalid, location_of
from ember_mlir.dialects.values import DecimalAttr
from ember_mlir.providers.messages import Tool
from ember_mlir.runtime.frames import FrameTable
from ember_mlir.runtime.tables import SECOND, LaneTable


class Symbols:
    """The lanes, tools and frames of a module; lanes are numbered as requests use them."""

    def __init__(self, module: ModuleOp, tables: dict[str, FrameTable]) -> None:
        self._lanes = {op.sym_name.data: op for op in module.ops if isinstance(op, ops.LaneOp)}
        self._tools = {op.sym_name.data: op for op in module.ops if isinstance(op, ops.ToolOp)}
        self._tables = tables
        self.used: dict[str, LaneTable] = {}
        self.functions: set[str] = set()
        # The number that the lane of functions gets is known when all others are.
        self.function_lane = -1

    def table(self, reference: SymbolRefAttr) -> FrameTable:
        """The table of a frame."""
        return self._tables[reference.string_value()]

    def tables(self, references: Sequence[SymbolRefAttr]) -> tuple[FrameTable, ...]:
        """The tables of frames."""
        return tuple([self.table(reference) for reference in references])

    def lane(self, op: Operation, reference: SymbolRefAttr) -> LaneTable:
        """The lane of a request."""
        symbol = reference.string_value()
        if symbol not in self.used:
            if symbol not in self._lanes:
                raise invalid(op, f"must name a lane of the module, but got @{symbol}")
            self.used[symbol] = _lane_table(len(self.used), self._lanes[symbol])
        return self.used[symbol]

    def tool(self, op: Operation, reference: SymbolRefAttr) -> Tool:
        """A tool that a request offers."""
        symbol = reference.string_value()
        if symbol not in self._tools:
            raise invalid(op, f"must name a tool of the module, but got @{symbol}")
        tool = self._tools[symbol]
        return Tool(tool.tool_name, tool.description.data, tool.parameters.data)


def _lane_table(number: int, op: ops.LaneOp) -> LaneTable:
    return LaneTable(
        number=number,
        symbol=op.sym_name.data,
        model=op.model.data,
        provider=op.provider.data,
        concurrency=op.concurrency.value.data,
        input_usd_per_million=_price(op.input_usd_per_million),
        output_usd_per_million=_price(op.output_usd_per_million),
        requests_per_minute=whole(op.requests_per_minute),
        tokens_per_minute=whole(op.tokens_per_minute),
        batch=whole(op.batch) or 1,
        retries=whole(op.retries),
        at_most=whole(op.at_most) or 1,
        least_backoff=duration(op.least_backoff) or 0,
        most_backoff=duration(op.most_backoff) or 0,
        timeout=duration(op.timeout),
        bills_cancelled=op.bills_cancelled is not None,
        location=location_of(op),
    )


def whole(attribute: IntegerAttr | None) -> int | None:
    """A whole number, if there is one."""
    return None if attribute is None else attribute.value.data


def duration(seconds: DecimalAttr | None) -> int | None:
    """A time in nanoseconds, if there is one; one that is not zero never becomes zero."""
    return None if seconds is None else -int(-seconds.data * SECOND // 1)


def _price(attribute: DecimalAttr | None) -> Decimal | None:
    return None if attribute is None else attribute.data
