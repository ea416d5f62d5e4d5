"""How models are asked."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence

from xdsl.dialects.builtin import LocationAttr
from xdsl.ir import Block, SSAValue

from ember_mlir.dialects.ensemble import SampleOp
from ember_mlir.dialects.formats import Sampling
from ember_mlir.dialects.llm import (
    ConstantOp,
    ContentOp,
    EmbedOp,
    GenerateOp,
    MessagesOp,
    ScoreOp,
    TemplateOp,
    ToolCallsOp,
)
from ember_mlir.dialects.locations import location_at
from ember_mlir.dialects.values import Draw, DrawAttr, Turn
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.kinds import InstanceKind
from ember_mlir.frontend.layouts import (
    EMBEDDING_LEAF,
    FLOAT,
    MESSAGES_LEAF,
    TEXT_LEAF,
    ListOf,
    Parts,
)
from ember_mlir.frontend.recorder import Ask, Said
from ember_mlir.frontend.tracing.symbols import Models, Symbols, Tools
from ember_mlir.frontend.tracing.values import Holding
from ember_mlir.providers import ToolCall

TOOL_CALLS = ListOf(Parts(InstanceKind(ToolCall, ("id", "tool", "arguments")), (TEXT_LEAF,) * 3))
"""How the calls of tools are laid out that a turn asks for."""


class Asking(Holding, ABC):
    """A recorder of requests."""

    def __init__(self, entry: Block, symbol: str) -> None:
        super().__init__(entry)
        symbols = Symbols(symbol)
        self.models = Models(symbols)
        self.tools = Tools(symbols)

    def generate(self, ask: Ask) -> object:
        model, prompt = self.asked(ask)
        tools = [self.tools.symbol(tool, self.here()) for tool in ask.tools]
        op = GenerateOp(model, prompt, sampling=_sampling(ask), tools=tools, draw=self.draw())
        layout = MESSAGES_LEAF if ask.tools else TEXT_LEAF
        return self.value(self.emit(op), layout)

    def sample(self, ask: Ask, count: int) -> object:
        model, prompt = self.asked(ask)
        op = SampleOp(count, model, prompt, sampling=_sampling(ask), draw=self.draw(None))
        return self.value(self.emit(op), ListOf(TEXT_LEAF))

    def asked(self, ask: Ask) -> tuple[str, SSAValue]:
        """The symbol of the model that is asked, and the prompt."""
        symbol = self.models.symbol(ask.model, self.here())
        is_text = layout_of(ask.prompt) == TEXT_LEAF
        prompt = self.hold(ask.prompt, TEXT_LEAF if is_text else MESSAGES_LEAF)
        if isinstance(prompt.owner, TemplateOp | ConstantOp):
            prompt.name_hint = prompt.name_hint or "prompt"
        return symbol, prompt

    def draw(self, *own: None) -> DrawAttr:
        """The draw of a request here; `own` are the repetitions of the request itself."""
        return DrawAttr(Draw(tuple(self.chain), (*self.indices, *own)))

    def here(self) -> LocationAttr:
        """The place of the call that is under way."""
        assert self.location is not None
        return location_at(self.location)

    def conversation(self, pieces: Sequence[object]) -> object:
        if not pieces:
            # No operation says nothing: a function does.
            return self.apply_python("nothing_said", tuple, [], result=MESSAGES_LEAF)
        before: list[SSAValue] = []
        said: list[Said] = []
        for piece in pieces:
            if isinstance(piece, Said):
                said.append(piece)
                continue
            if said:
                before, said = [self._spoken(before, said)], []
            before.append(self.hold(piece, MESSAGES_LEAF))
        whole = before[0] if len(before) == 1 and not said else self._spoken(before, said)
        return self.value(whole, MESSAGES_LEAF)

    def _spoken(self, before: Sequence[SSAValue], said: Sequence[Said]) -> SSAValue:
        turns = [Turn(one.role, one.kinds) for one in said]
        parts = [self.hold(part, TEXT_LEAF) for one in said for part in one.parts]
        return self.emit(MessagesOp(turns, parts, before))

    def content(self, messages: object) -> object:
        return self.text(self.emit(ContentOp(self.hold(messages, MESSAGES_LEAF))))

    def tool_calls(self, messages: object) -> object:
        found = self.emit(ToolCallsOp(self.hold(messages, MESSAGES_LEAF)))
        return self.value(found, TOOL_CALLS)

    def embed(self, text: object, model: str) -> object:
        symbol, asked, many = self._about(text, model)
        op = EmbedOp(symbol, asked, self.draw(*many))
        return self.value(self.emit(op), ListOf(EMBEDDING_LEAF) if many else EMBEDDING_LEAF)

    def score(self, text: object, labels: object, model: str) -> object:
        symbol, asked, many = self._about(text, model)
        op = ScoreOp(symbol, asked, self.hold(labels, ListOf(TEXT_LEAF)), self.draw(*many))
        scores = ListOf(FLOAT)
        return self.value(self.emit(op), ListOf(scores) if many else scores)

    def _about(self, text: object, model: str) -> tuple[str, SSAValue, tuple[None, ...]]:
        """The symbol of the model, a text or list that it is asked about, and its own indices."""
        is_text = layout_of(text) == TEXT_LEAF
        asked = self.hold(text, TEXT_LEAF if is_text else ListOf(TEXT_LEAF))
        return self.models.symbol(model, self.here()), asked, () if is_text else (None,)


def _sampling(ask: Ask) -> Sampling:
    return Sampling(
        temperature=ask.temperature,
        top_p=ask.top_p,
        max_tokens=ask.max_tokens,
        stop=ask.stop,
        seed=ask.seed,
        extra=ask.extra,
        grammar=ask.grammar,
        retries=ask.retries,
    )
