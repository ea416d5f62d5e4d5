"""Symbols of the `llm` dialect: models, and tools that models may ask for."""

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

from ember_mlir.dialects.formats import (
    PRICES,
    Number,
    integer,
    verify_limits,
    verify_prices,
)
from ember_mlir.dialects.formats.tools import verify_tool
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import DecimalAttr, LabelAttr, Utf8Attr


@op_definition
class ModelOp(DialectOperation):
    """A model that calls of this module may use, with all that planning must know.

    The symbol is the model's name unless `named` gives another. Prices are dollars per
    million tokens; without them the cost of a call is unknown, not zero. `clearance` is
    the highest label that a prompt may have; without it only what is public may be sent.
    One request may ask to embed or score `batch` texts, or one if that is left out. A model
    that `bills_cancelled` calls charges them in full. Nothing is promised about the model's
    answers.

    ```mlir
    llm.model @small from "simulated" usd_per_million 0.15 in 0.60 out
    llm.model @fast named "vendor/fast" from "vendor" concurrency 8 batch 96 supports_n
    llm.model @house from "own" clearance "pii" requests_per_minute 60 bills_cancelled
    ```
    """

    name = "llm.model"

    sym_name = prop_def(SymbolNameConstraint())
    model = opt_prop_def(Utf8Attr)
    provider = prop_def(Utf8Attr)
    input_usd_per_million = opt_prop_def(DecimalAttr)
    output_usd_per_million = opt_prop_def(DecimalAttr)
    clearance = opt_prop_def(LabelAttr)
    concurrency = opt_prop_def(IntegerAttr[I64])
    requests_per_minute = opt_prop_def(IntegerAttr[I64])
    tokens_per_minute = opt_prop_def(IntegerAttr[I64])
    batch = opt_prop_def(IntegerAttr[I64])
    supports_n = opt_prop_def(UnitAttr)
    bills_cancelled = opt_prop_def(UnitAttr)

    traits = traits_def(SymbolOpInterface())
    custom_directives = (Number,)
    assembly_format = (
        "$sym_name (`named` $model^)? `from` $provider "
        + PRICES
        + " (`clearance` $clearance^)? (`concurrency` $concurrency^)? "
        "(`requests_per_minute` $requests_per_minute^)? "
        "(`tokens_per_minute` $tokens_per_minute^)? (`batch` $batch^)? "
        "(`supports_n` $supports_n^)? (`bills_cancelled` $bills_cancelled^)? attr-dict"
    )

    def __init__(
        self,
        symbol: str,
        provider: str,
        *,
        model: str | None = None,
        prices: tuple[Decimal, Decimal] | None = None,
        clearance: str | None = None,
        concurrency: int | None = None,
        batch: int = 1,
        supports_n: bool = False,
    ) -> None:
        super().__init__(
            properties={
                "sym_name": StringAttr(symbol),
                "model": None if model is None or model == symbol else Utf8Attr(model),
                "provider": Utf8Attr(provider),
                "input_usd_per_million": DecimalAttr(prices[0]) if prices else None,
                "output_usd_per_million": DecimalAttr(prices[1]) if prices else None,
                "clearance": None if clearance is None else LabelAttr(clearance),
                "concurrency": None if concurrency is None else integer(concurrency),
                "batch": integer(batch) if batch != 1 else None,
                "supports_n": UnitAttr() if supports_n else None,
            }
        )

    @property
    def model_name(self) -> str:
        """The name that the provider knows the model by."""
        return self.sym_name.data if self.model is None else self.model.data

    def verify_(self) -> None:
        verify_prices(self, "a model")
        verify_limits(self, "concurrency", "requests_per_minute", "tokens_per_minute", "batch")


@op_definition
class ToolOp(DialectOperation):
    """Something that a model may ask to be done: its name, what it does, what it takes.

    The model only asks; whether and how the tool runs is the program's affair.
    The symbol is the tool's name unless `named` gives another.

    ```mlir
    llm.tool @time "Tells the time." takes "{\\"type\\": \\"object\\", \\"properties\\": {}}"
    ```
    """

    name = "llm.tool"

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
