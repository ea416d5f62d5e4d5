"""The models and tools that a capture uses, each under a symbol of its module."""

from __future__ import annotations

from xdsl.dialects.builtin import FileLineColLoc

from ember_mlir.dialects.llm import ModelOp
from ember_mlir.errors import ModelError
from ember_mlir.frontend.names import ascii_symbol
from ember_mlir.providers import Model, find_model


class Models:
    """The models that a capture uses: their operations, and what they were registered as."""

    def __init__(self, taken: str) -> None:
        self.ops: dict[str, ModelOp] = {}
        self.used: dict[str, Model] = {}
        self._symbols = {taken}

    def symbol(self, name: str, location: FileLineColLoc) -> str:
        """The symbol of the model called `name`."""
        if name not in self.ops:
            model = self.used[name] = find_model(name)
            self.ops[name] = _model_op(model, self._free(ascii_symbol(name)))
            self.ops[name].location = location
        return self.ops[name].sym_name.data

    def unchanged(self) -> bool:
        """Whether every model is still registered as it was."""
        try:
            return all(find_model(name) == model for name, model in self.used.items())
        except ModelError:
            return False

    def _free(self, symbol: str) -> str:
        while symbol in self._symbols:
            symbol += "_model"
        self._symbols.add(symbol)
        return symbol


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
