"""Running without recording: each operation is computed, and each call asked at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ember_mlir.frontend.layouts import Layout
from ember_mlir.frontend.narrowing import is_any_tuple
from ember_mlir.frontend.plain import as_str, is_list
from ember_mlir.frontend.recorder import Ask, Recorder, Said
from ember_mlir.providers import Message, Reply, Request, ToolCall
from ember_mlir.providers.conversations import Conversation, content, conversation, tool_calls, turn
from ember_mlir.semantics import check_reducible, reduce_levels, top_k, vote

if TYPE_CHECKING:
    from ember_mlir.grammars import Grammar


class Direct(Recorder):
    """A recorder whose values are known: it computes in place of recording."""

    @abstractmethod
    def draw(self, attempt: int = 0) -> int:
        """The number on the tape for the next sampled request, or for another attempt at it."""

    @abstractmethod
    def send(self, request: Request) -> Reply:
        """Answer a request."""

    def generate(self, ask: Ask) -> object:
        attempt = 0
        while True:
            answer = self.send(self.request(ask, attempt)).values[0]
            if ask.tools:
                return (
                    answer if isinstance(answer, Message) else Message("assistant", (str(answer),)),
                )
            assert isinstance(answer, str)
            if ask.grammar is None or ask.grammar.accepts(answer):
                return as_str(answer)
            if attempt == ask.retries:
                ask.grammar.parse(answer)
            attempt += 1

    def request(self, ask: Ask, attempt: int) -> Request:
        """What is sent for a call, or for another attempt at it."""
        is_text = isinstance(ask.prompt, str)
        return Request(
            ask.model,
            as_str(ask.prompt) if isinstance(ask.prompt, str) else None,
            None if is_text else turns(ask.prompt),
            temperature=None if ask.temperature is None else float(ask.temperature),
            max_tokens=ask.max_tokens,
            draws=() if ask.greedy else (self.draw(attempt),),
            top_p=None if ask.top_p is None else float(ask.top_p),
            stop=ask.stop,
            grammar=ask.grammar,
            tools=ask.tools,
            seed=ask.seed,
            extra=ask.extra,
        )

    def conversation(self, pieces: Sequence[object]) -> Conversation:
        found = [
            (turn(piece.role, piece.kinds, texts([*piece.parts])),)
            if isinstance(piece, Said)
            else turns(piece)
            for piece in pieces
        ]
        return conversation(found, ())

    def content(self, messages: object) -> str:
        return content(turns(messages))

    def tool_calls(self, messages: object) -> list[object]:
        return [ToolCall(**call) for call in tool_calls(turns(messages))]

    def parse(self, text: object, grammar: Grammar, layout: Layout) -> object:
        assert isinstance(text, str)
        return layout.read(grammar.parse(text))

    def embed(self, text: object, model: str) -> object:
        if isinstance(text, str):
            return self.send(Request(model, as_str(text), kind="embed")).values[0]
        return [self.embed(one, model) for one in texts(text)]

    def score(self, text: object, labels: object, model: str) -> object:
        if not isinstance(text, str):
            return [self.score(one, labels, model) for one in texts(text)]
        named = tuple(texts(labels))
        if not named:
            return []
        found = self.send(Request(model, as_str(text), kind="score", labels=named)).values[0]
        assert isinstance(found, tuple)
        return [*found]

    def nearest(self, query: object, vectors: object, k: int) -> object:
        return top_k(vector(query), [vector(one) for one in elements(vectors)], k)

    def redact(self, text: object, policies: Sequence[str], label: str) -> tuple[str, list[str]]:
        # What finds addresses and numbers is slow to import, and rarely needed.
        from ember_mlir.redaction import redact

        del label
        assert isinstance(text, str)
        found = redact(text, policies)
        return found.text, [*found.originals]

    def restore(self, text: object, hidden: object) -> str:
        from ember_mlir.redaction import restore

        assert isinstance(text, str)
        return restore(text, texts(hidden))

    def known(
        self, name: str, function: Callable[..., object], argument: object, result: Layout
    ) -> object:
        del name, result
        return function(argument)

    def sample(self, ask: Ask, count: int) -> list[object]:
        answers: list[object] = []
        for index in range(count):
            with self.repetition(index):
                answers.append(self.generate(ask))
        return answers

    def vote(self, answers: object) -> str:
        return vote(texts(answers))

    def join(self, items: object, separator: str) -> str:
        return separator.join(texts(items))

    def template(self, pieces: Sequence[object]) -> str:
        return "".join(texts(pieces))

    def map(self, function: Callable[..., object], items: object) -> list[object]:
        results: list[object] = []
        for index, item in enumerate(elements(items)):
            with self.repetition(index):
                results.append(self.apply(function, item))
        return results

    def reduce(self, function: Callable[..., object], items: object, arity: int) -> object:
        level = elements(items)
        check_reducible(len(level))
        for length, first in reduce_levels(len(level), arity):
            groups = [level[start : start + arity] for start in range(0, length, arity)]
            level = [
                group[0] if len(group) == 1 else self.merged(function, group, first + node)
                for node, group in enumerate(groups)
            ]
        return level[0]

    def merged(self, function: Callable[..., object], group: list[object], node: int) -> object:
        """The result of one node of a reduction."""
        with self.repetition(node):
            return self.apply(function, group)


def elements(items: object) -> list[object]:
    """A known list of values."""
    assert is_list(items)
    return [*items]


def texts(items: object) -> list[str]:
    """A known list of texts."""
    return [item for item in elements(items) if isinstance(item, str)]


def turns(messages: object) -> Conversation:
    """A known conversation."""
    assert is_any_tuple(messages)
    return tuple([said for said in messages if isinstance(said, Message)])


def vector(numbers: object) -> tuple[float, ...]:
    """A known embedding."""
    assert is_any_tuple(numbers)
    return tuple([number for number in numbers if isinstance(number, float)])
