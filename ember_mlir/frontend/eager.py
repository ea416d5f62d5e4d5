"""Running without compiling: each call asks the provider at once.

An eager run of an entry moves through the same rewritten source as a capture, and so
reads the same draws from the same tape. A plain call, outside of any entry, has a counter
per call site instead.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Sequence

from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.plain import as_str, is_list
from ember_mlir.frontend.recorder import Ask, Recorder, activated
from ember_mlir.providers import Reply, Request, current_session
from ember_mlir.semantics import check_reducible, reduce_levels, vote
from ember_mlir.tape import draw_number

Send = Callable[[Request], Reply]
"""How a request is answered, at once."""


class Direct(Recorder):
    """A recorder whose values are known: it computes in place of recording."""

    @abstractmethod
    def draw(self) -> int:
        """The number on the tape for the next sampled request."""

    @abstractmethod
    def send(self, request: Request) -> Reply:
        """Answer a request."""

    def generate(self, ask: Ask) -> str:
        assert isinstance(ask.prompt, str)
        request = Request(
            ask.model,
            as_str(ask.prompt),
            temperature=None if ask.temperature is None else float(ask.temperature),
            max_tokens=ask.max_tokens,
            draws=() if ask.greedy else (self.draw(),),
        )
        answer = self.send(request).values[0]
        assert isinstance(answer, str)
        return as_str(answer)

    def sample(self, ask: Ask, count: int) -> list[str]:
        answers: list[str] = []
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


class Eager(Direct):
    """An eager run of an entry on its tape."""

    def __init__(self, tape: bytes, send: Send) -> None:
        super().__init__()
        self._tape = tape
        self._send = send

    def draw(self) -> int:
        return draw_number(self._tape, self.chain, [i for i in self.indices if i is not None])

    def send(self, request: Request) -> Reply:
        # A provider may itself call models: those are no calls of this program.
        with activated(None):
            return self._send(request)

    def map(self, function: Callable[..., object], items: object) -> list[object]:
        return super().map(function, items)

    def merged(self, function: Callable[..., object], group: list[object], node: int) -> object:
        result = super().merged(function, group, node)
        self.check_result(result, layout_of(result) == layout_of(group[0]))
        return result


_plain_send: Send | None = None


def answer_plain_calls(send: Send) -> None:
    """Set how calls outside of any entry are answered: the front end cannot know."""
    global _plain_send
    _plain_send = send


class Plain(Direct):
    """A call outside of any entry, on the current session.

    `site` tells its call site from others; its draws count up per site and session.
    """

    def __init__(self, site: Hashable) -> None:
        super().__init__()
        self._site = site

    def draw(self) -> int:
        session = current_session()
        number, calls = session.next_draw(self._site)
        return draw_number(session.tape("<plain calls>"), (number,), (calls,))

    def send(self, request: Request) -> Reply:
        assert _plain_send is not None, "ember_mlir.program sets it"
        return _plain_send(request)

    def apply(self, function: Callable[..., object], argument: object) -> object:
        return function(argument)


def elements(items: object) -> list[object]:
    """A known list of values."""
    assert is_list(items)
    return [*items]


def texts(items: object) -> list[str]:
    """A known list of texts."""
    return [item for item in elements(items) if isinstance(item, str)]
