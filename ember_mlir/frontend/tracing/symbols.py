"""The models and tools that a capture uses, each under a symbol of its module."""

from __future__ import annotations

from xdsl.dialects.builtin import LocationAttr

from ember_mlir.dialects.llm import ModelOp, ToolOp
from ember_mlir.errors import ModelError
from ember_mlir.frontend.names import ascii_symbol
from ember_mlir.providers import Model, Tool, find_model


class Symbols:
    """The symbols of a module that are taken."""

    def __init__(self, entry: str) -> None:
        self._taken = {entry}

    def free(self, symbol: str, kind: str) -> str:
        """`symbol`, or one like it if that is taken."""
        while symbol in self._taken:
            symbol += f"_{kind}"
        self._taken.add(symbol)
        return symbol


class Models:
    """The models that a capture uses: their operations, and what they were registered as."""

    def __init__(self, symbols: Symbols) -> None:
        self.ops: dict[str, ModelOp] = {}
        self.used: dict[str, Model] = {}
        self._symbols = symbols

    def symbol(self, name: str, location: LocationAttr) -> str:
        """The symbol of the model called `name`."""
        if name not in self.ops:
            model = self.used[name] = find_model(name)
            self.ops[name] = _model_op(model, self._symbols.free(ascii_symbol(name), "model"))
            self.ops[name].location = location
        return self.ops[name].sym_name.data

    def unchanged(self) -> bool:
        """Whether every model is still registered as it was."""
        try:
            for name, model in self.used.items():
                found = find_model(name)
                # Comparing all fields takes longer than all else that a call looks at.
                if found is not model and found != model:
                    return False
            return True
        except ModelError:
            return False


def _model_op(model: Model, symbol: str) -> ModelOp:
    prices = model.input_usd_per_million, model.output_usd_per_million
    # A model with one price only has an unknown cost, as one with none.
    known = None if prices[0] is None or prices[1] is None else (prices[0], prices[1])
    return ModelOp(
        symbol,
        model.provider,
        model=model.name,
        prices=known,
        clearance=None if model.clearance == "public" else model.clearance,
        concurrency=model.max_concurrency,
        supports_n=model.supports_n,
        batch=model.max_batch,
    )


class Tools:
    """The tools that models may ask for in a capture."""

    def __init__(self, symbols: Symbols) -> None:
        self.ops: dict[Tool, ToolOp] = {}
        self._symbols = symbols

    def symbol(self, tool: Tool, location: LocationAttr) -> str:
        """The symbol of a tool."""
        if tool not in self.ops:
            symbol = self._symbols.free(ascii_symbol(tool.name), "tool")
            self.ops[tool] = ToolOp(symbol, tool.description, tool.parameters, tool=tool.name)
            self.ops[tool].location = location
        return self.ops[tool].sym_name.data
