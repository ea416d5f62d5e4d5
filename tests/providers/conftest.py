"""What the tests of the simulated models share: one that never errs, and one that always does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ember_mlir.providers import Answer, Message, Request, Simulated, check_reply
from ember_mlir.providers.simulated import Profile


class Models:
    """The models `sure` and `wrong`, and short ways to ask them."""

    provider = Simulated({"sure": Profile(1.0, 0.0, 0.0), "wrong": Profile(0.0, 0.0, 0.0)})

    def ask(self, request: Request) -> Answer:
        """The one answer to a request, which is a proper one."""
        return check_reply(request, self.provider.simulate(request)[0]).values[0]

    def right(self, prompt: str) -> str:
        """The answer of a model that never errs."""
        return str(self.ask(Request("sure", prompt)))

    def wrong(self, prompt: str) -> set[str]:
        """The answers of a model that always errs."""
        request = Request("wrong", prompt)
        return {str(self.ask(replace(request, draws=(draw,)))) for draw in range(30)}

    def turns(self, *said: tuple[str, str]) -> tuple[Message, ...]:
        """A conversation of roles and texts."""
        return tuple([Message(role, (text,)) for role, text in said])


@pytest.fixture(scope="session")
def models() -> Models:
    """The two models."""
    return Models()
