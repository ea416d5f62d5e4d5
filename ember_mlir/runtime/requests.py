"""What models are asked, and how their answers are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ember_mlir.errors import EmberError, SourceLocation
from ember_mlir.providers.failures import foreign_error, own_error
from ember_mlir.providers.messages import Message
from ember_mlir.providers.protocol import Answer, Reply, Request
from ember_mlir.providers.replies import check_reply, tokens_of
from ember_mlir.runtime.calls import Call, Spec
from ember_mlir.runtime.frames import Slot
from ember_mlir.runtime.lists import Pieces
from ember_mlir.runtime.trace import Origin
from ember_mlir.tape import draw_number

if TYPE_CHECKING:
    from ember_mlir.dialects.values import Draw, DrawList

LIKELY_TOKENS = 256
"""The tokens of an answer without a limit that are counted on, before they are known."""

OVERHEAD = 16
"""The most tokens that a provider adds to a turn for its role and borders."""

_MANY = 2**30
"""More tokens than any answer has."""


class RequestSpec(Spec):
    """All of a request but its prompt.

    `template` is a request with these parameters. A `sampled` one reads the tape at its
    `site`, whose indices are None where they are those of the frames around it, and with
    `many` answers once for each of them: the last index of the site counts these.
    """

    __slots__ = (
        "_is_simple",
        "_likely_output",
        "_more_bytes",
        "many",
        "sampled",
        "site",
        "template",
        "worst_output",
    )

    def __init__(
        self,
        lane: int,
        template: Request,
        site: Draw | DrawList,
        origin: Origin,
        *,
        sampled: bool = False,
        many: bool = False,
        priority: int = 0,
        location: SourceLocation | None = None,
    ) -> None:
        super().__init__(lane, origin, priority, location)
        self.template = template
        self.site = site
        self.identity = site.members[0].chain
        self.sampled = sampled
        self.many = many
        self._is_simple = (
            template.kind == "generate"
            and template.grammar is None
            and not template.tools
            and not many
        )
        grammar = "" if template.grammar is None else template.grammar.text
        tools = "".join([str(tool) for tool in template.tools])
        self._more_bytes = bytes_of(grammar + tools)
        limit = 0 if template.kind != "generate" else template.max_tokens
        self.worst_output = None if limit is None else limit * template.n
        self._likely_output = LIKELY_TOKENS if self.worst_output is None else self.worst_output

    def request(self, call: Call, tape: bytes) -> Request:
        asked = call.asked
        # Made when they are read; they must not hold the call, which holds the request.
        draws = (_draws, self, tape, call.path, call.redraws) if self.sampled else ()
        if asked.__class__ is str:
            return self.template.like(asked, None, draws)
        return self.template.like(None, asked, draws)

    def read(self, call: Call, answer: object) -> Slot:
        # What nearly all replies are is seen at a glance; `check_reply` says what else is.
        if type(answer) is Reply and self._is_simple:
            values, read, written, problem = answer.held()
            if values.__class__ is list and read.__class__ is int and written.__class__ is int:
                text = values[0] if len(values) == 1 and problem is None else None
                # Neither number is negative, nor too large.
                if isinstance(text, str) and text.isascii() and 0 <= read | written < _MANY:
                    call.read = read
                    call.written = written
                    return text
        values = self._values(call, answer)
        if not self.many:
            return self._value(values[0])
        return Pieces.complete([self._value(value) for value in values])

    def failure(self, call: Call, error: BaseException) -> EmberError:
        if isinstance(error, EmberError):
            return own_error(error)
        return foreign_error(call.lane.provider, self.template.model, error)

    def tokens(self, call: Call) -> tuple[int, int]:
        asked = call.asked
        size = len(asked) if asked.__class__ is str else len(_text_of(asked))
        return size // 4 + 1, self._likely_output

    def worst_tokens(self, call: Call) -> tuple[int, int] | None:
        if self.worst_output is None:
            return None
        # No token is shorter than a byte.
        asked = call.asked
        turns = 1 if isinstance(asked, str) else len(asked)
        size = bytes_of(asked if isinstance(asked, str) else _text_of(asked))
        return size + self._more_bytes + OVERHEAD * (turns + 1), self.worst_output

    def _values(self, call: Call, answer: object) -> list[Answer]:
        call.read, call.written = tokens_of(answer)
        return list(check_reply(call.request, answer).values)

    def _value(self, value: Answer) -> Slot:
        template = self.template
        if template.tools:
            return (value if isinstance(value, Message) else Message("assistant", (str(value),)),)
        if template.grammar is not None and isinstance(value, str):
            # An answer that does not fit is an error, whoever was to hold the model to it.
            template.grammar.parse(value)
        return value


class ScoreSpec(RequestSpec):
    """How well each of some labels fits a text; both are asked."""

    __slots__ = ()

    def request(self, call: Call, tape: bytes) -> Request:
        text, labels = call.asked
        return Request(self.template.model, text, kind="score", labels=tuple(labels))

    def read(self, call: Call, answer: object) -> Slot:
        scores = self._values(call, answer)[0]
        assert isinstance(scores, tuple)
        return Pieces.complete(list(scores))


def _draws(
    spec: RequestSpec, tape: bytes, path: tuple[int, ...], redraws: tuple[int, ...]
) -> tuple[int, ...]:
    """The numbers on the tape that a call reads, one for each answer."""
    site = spec.site
    own = [(index,) for index in range(spec.template.n)] if spec.many else [()]
    draws: list[int] = []
    for last in own:
        chain, indices = site.at((*path, *last))
        draws.append(draw_number(tape, chain, (*indices, *redraws)))
    return tuple(draws)


def bytes_of(text: str) -> int:
    """The length of `text` in bytes, which it has no more tokens than.

    >>> bytes_of("été")
    5
    """
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _text_of(asked: Slot) -> str:
    """All that is asked as one text, to count its length."""
    match asked:
        case str():
            return asked
        case (str(), _):
            text, labels = asked
            return "".join([text, *labels])
        case _:
            return "".join([f"{turn.role}{turn.text}{turn.tool_calls}" for turn in asked])
