"""How models are asked."""

from __future__ import annotations

from abc import ABC

from xdsl.ir import Block, SSAValue

from ember_mlir.dialects.ensemble import SampleOp
from ember_mlir.dialects.llm import ConstantOp, GenerateOp, TemplateOp
from ember_mlir.dialects.values import Draw, DrawAttr
from ember_mlir.frontend.layouts import TEXT_LEAF, ListOf
from ember_mlir.frontend.recorder import Ask
from ember_mlir.frontend.tracing.scopes import location_attr
from ember_mlir.frontend.tracing.symbols import Models
from ember_mlir.frontend.tracing.values import Holding


class Asking(Holding, ABC):
    """A recorder of requests."""

    def __init__(self, entry: Block, symbol: str) -> None:
        super().__init__(entry)
        self.models = Models(symbol)

    def generate(self, ask: Ask) -> object:
        model, prompt = self.asked(ask)
        op = GenerateOp(
            model, prompt, temperature=ask.temperature, max_tokens=ask.max_tokens, draw=self.draw()
        )
        return self.text(self.emit(op))

    def sample(self, ask: Ask, count: int) -> object:
        model, prompt = self.asked(ask)
        op = SampleOp(
            count,
            model,
            prompt,
            temperature=ask.temperature,
            max_tokens=ask.max_tokens,
            draw=self.draw(None),
        )
        return self.value(self.emit(op), ListOf(TEXT_LEAF))

    def asked(self, ask: Ask) -> tuple[str, SSAValue]:
        """The symbol of the model that is asked, and the prompt."""
        assert self.location is not None
        symbol = self.models.symbol(ask.model, location_attr(self.location))
        prompt = self.hold(ask.prompt, TEXT_LEAF)
        if isinstance(prompt.owner, TemplateOp | ConstantOp):
            prompt.name_hint = prompt.name_hint or "prompt"
        return symbol, prompt

    def draw(self, *own: None) -> DrawAttr:
        """The draw of a request here; `own` are the repetitions of the request itself."""
        return DrawAttr(Draw(tuple(self.chain), (*self.indices, *own)))
