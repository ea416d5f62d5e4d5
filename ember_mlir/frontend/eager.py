"""Running without compiling: each call asks the provider at once.

An eager run of an entry moves through the same rewritten source as a capture, and so
reads the same draws from the same tape. A plain call, outside of any entry, has a counter
per call site instead.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from ember_mlir.frontend.direct import Direct
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.recorder import activated
from ember_mlir.providers import Reply, Request, current_session
from ember_mlir.tape import draw_number

Send = Callable[[Request], Reply]
"""How a request is answered, at once."""


class Eager(Direct):
    """An eager run of an entry on its tape."""

    def __init__(self, tape: bytes, send: Send) -> None:
        super().__init__()
        self._tape = tape
        self._send = send

    def draw(self, attempt: int = 0) -> int:
        indices = [index for index in self.indices if index is not None]
        return draw_number(self._tape, self.chain, [*indices, attempt] if attempt else indices)

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

    def draw(self, attempt: int = 0) -> int:
        session = current_session()
        number, calls = session.next_draw(self._site)
        return draw_number(session.tape("<plain calls>"), (number,), (calls,))

    def send(self, request: Request) -> Reply:
        assert _plain_send is not None, "ember_mlir.program sets it"
        return _plain_send(request)

    def apply(self, function: Callable[..., object], argument: object) -> object:
        return function(argument)
