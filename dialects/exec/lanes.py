"""Lanes and tools: where requests go, and what models may ask for."""

from __future__ import annotations

from decimal import Decimal

from xdsl.dialects.builtin import (
    I64,
    IntegerAttr,
    StringAttr,
    SymbolNameConstraint,
    UnitAttr,
)
from xdsl.irdl import (
    opt_prop_def,
    prop_def,
    traits_def,
)
from xdsl.traits import SymbolOpInterface

from ember_mlir.dialects.formats import PRICES, Number, integer, verify_limits, verify_prices
from ember_mlir.dialects.formats.lanes import LANE_LIMITS, LaneLimits, verify_lane
from ember_mlir.dialects.formats.tools import verify_tool
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import DecimalAttr, LabelAttr, Utf8Attr


@op_definition
class LaneOp(DialectOperation):
    """All that the engine needs to know of where requests go: provider, prices, limits.

    At most `concurrency` requests of a lane are in flight at once, and no more requests
    and tokens leave per minute than it says. `clearance` is the highest label that a
    prompt may have; without it only what is public may be sent. One request may ask to
    embed or score `batch` texts, or one if that is left out. `retries` is how many
    requests may be sent again while none is answered; then the lane waits for its
    provider to come back. What is cancelled on a lane that `bills_cancelled` is charged in
    full.

    A request is sent again after an error of the provider that may pass, with the same
    draws, and `at_most` so often in all; without it, once. Between two sendings it waits
    for a random time: up to the lower end of `backoff` at first, up to twice that each
    time more, never above the upper end, and never less than the provider asks for. A
    sending that takes longer than the `timeout` has failed in that way.

    ```mlir
    exec.lane @small_lane model "small" from "simulated" concurrency 64
        usd_per_million 0.15 in 0.60 out batch 100
    exec.lane @slow_lane model "large" from "simulated" concurrency 4
        requests_per_minute 60 tokens_per_minute 90000 clearance "internal" retries 10
        at_most 8 backoff 0.5 to 30 seconds timeout 600 seconds bills_cancelled
    ```
    """

    name = "exec.lane"

    sym_name = prop_def(SymbolNameConstraint())
    model = prop_def(Utf8Attr)
    provider = prop_def(Utf8Attr)
    concurrency = prop_def(IntegerAttr[I64])
    input_usd_per_million = opt_prop_def(DecimalAttr)
    output_usd_per_million = opt_prop_def(DecimalAttr)
    requests_per_minute = opt_prop_def(IntegerAttr[I64])
    tokens_per_minute = opt_prop_def(IntegerAttr[I64])
    clearance = opt_prop_def(LabelAttr)
    batch = opt_prop_def(IntegerAttr[I64])
    retries = opt_prop_def(IntegerAttr[I64])
    at_most = opt_prop_def(IntegerAttr[I64])
    least_backoff = opt_prop_def(DecimalAttr)
    most_backoff = opt_prop_def(DecimalAttr)
    timeout = opt_prop_def(DecimalAttr)
    bills_cancelled = opt_prop_def(UnitAttr)

    traits = traits_def(SymbolOpInterface())
    custom_directives = (Number,)
    assembly_format = (
        "$sym_name `model` $model `from` $provider `concurrency` $concurrency "
        f"{PRICES} {LANE_LIMITS} (`batch` $batch^)? "
        "(`bills_cancelled` $bills_cancelled^)? attr-dict"
    )

    def __init__(
        self,
        symbol: str,
        model: str,
        provider: str,
        concurrency: int,
        prices: tuple[Decimal, Decimal] | None = None,
        limits: LaneLimits | None = None,
        *,
        batch: int = 1,
        bills_cancelled: bool = False,
    ) -> None:
        super().__init__(
            properties={
                "sym_name": StringAttr(symbol),
                "model": Utf8Attr(model),
                "provider": Utf8Attr(provider),
                "concurrency": integer(concurrency),
                "input_usd_per_million": DecimalAttr(prices[0]) if prices else None,
                "output_usd_per_million": DecimalAttr(prices[1]) if prices else None,
                **(limits or LaneLimits()).properties(),
                "batch": integer(batch) if batch != 1 else None,
                "bills_cancelled": UnitAttr() if bills_cancelled else None,
            }
        )

    def verify_(self) -> None:
        verify_lane(self)
        verify_limits(self, "batch")
        verify_prices(self, "a lane")


@op_definition
class ToolOp(DialectOperation):
    """Something that a model may ask to be done: its name, what it does, what it takes.

    The model only asks; a tool runs where the program applies its function.
    The symbol is the tool's name unless `named` gives another.

    ```mlir
    exec.tool @time "Tells the time." takes "{\\"type\\": \\"object\\", \\"properties\\": {}}"
    ```
    """

    name = "exec.tool"

    sym_name = prop_def(SymbolNameConstraint())
    tool = opt_prop_def(Utf8Attr)
    description = prop_def(Utf8Attr)
    parameters = prop_def(Utf8Attr)

    traits = traits_def(SymbolOpInterface())
    assembly_format = "$sym_name (`named` $tool^)? $description `takes` $parameters attr-dict"

    def __init__(
        self, symbol: str, description: str, parameters: str, *, tool: str | None = None
    ) -> None:
        super().__init__(
            properties={
                "sym_name": StringAttr(symbol),
                "tool": None if tool is None or tool == symbol else Utf8Attr(tool),
                "description": Utf8Attr(description),
                "parameters": Utf8Attr(parameters),
            }
        )

    @property
    def tool_name(self) -> str:
        """The name that models know the tool by."""
        return self.sym_name.data if self.tool is None else self.tool.data

    def verify_(self) -> None:
        verify_tool(self.parameters.data)
