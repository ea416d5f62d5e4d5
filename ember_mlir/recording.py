"""Runs that are recorded: what the program, as it is written, would have asked for.

The answers of a run are kept, and the program is played again on them by the reference,
which does as it is written. What it asks for and the run has not is what was saved. No
model is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ember_mlir.errors import EmberError, ProgramError
from ember_mlir.providers import Provider, Reply, Request, Session, is_simulated
from ember_mlir.providers.failures import foreign_error, own_error
from ember_mlir.providers.protocol import Outcome, SimulatedProvider, TimedProvider, is_timed
from ember_mlir.tape import fresh_seed

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from ember_mlir.interpreter import Value
    from ember_mlir.pipeline import Saving

CHARACTERS_PER_TOKEN = 4
UNKNOWN_ANSWER = 256
"""What is not known of a request that was never sent; estimates count alike."""


class Heard:
    """What was answered to what, and how much it was: calls, and tokens."""

    def __init__(self) -> None:
        self.outcomes: dict[Request, Outcome] = {}
        self.calls = 0
        self.tokens = 0

    def note(self, request: Request, outcome: Outcome) -> None:
        """Keep an answer; of a batch, that to each of its texts."""
        self.outcomes[request] = outcome
        if not isinstance(outcome, Reply):
            return
        self.calls += 1
        self.tokens += outcome.input_tokens + outcome.output_tokens
        for prompt, value in zip(request.prompts, outcome.values, strict=False):
            share = outcome.input_tokens // len(request.prompts)
            alone = Request(request.model, prompt, kind=request.kind, labels=request.labels)
            self.outcomes[alone] = Reply((value,), share, 0)


class Recording(Session):
    """A session like another one, that keeps what was answered to what."""

    def __init__(self, session: Session) -> None:
        super().__init__(
            session.provider,
            fresh_seed() if session.seed is None else session.seed,
            session.clock,
            session.progress,
            session.spans,
            recorded=True,
        )
        self.heard = Heard()

    def provider_for(self, provider_name: str) -> Provider:
        """Who answers, and is listened to."""
        found = super().provider_for(provider_name)
        if is_timed(found):
            return TimedListener(found, self.heard)
        if is_simulated(found):
            return SimulatedListener(found, self.heard)
        return Listener(found, self.heard)

    def saving(self, module: ModuleOp, inputs: Sequence[Value]) -> Saving | None:
        """What was saved by running another form of `module`; None if that is not known.

        `module` is the program as it is written, numbered, at the level `llm`. It is not
        played again if it applies Python functions, or if it fails on these answers.
        """
        from ember_mlir.interpreter import interpret
        from ember_mlir.pipeline import Saving

        assert self.seed is not None
        if any(op.name == "llm.apply" for op in module.walk()):
            return None
        replayed = Replayed(self.heard.outcomes)
        try:
            interpret(module, inputs, seed=self.seed, send=replayed.send)
        except ProgramError:
            return None
        heard = self.heard
        return Saving(replayed.calls - heard.calls, replayed.tokens - heard.tokens, replayed.calls)


class Listener:
    """A provider that has noted what another one answers."""

    def __init__(self, provider: Provider, heard: Heard) -> None:
        self._provider = provider
        self._heard = heard

    async def generate(self, request: Request) -> Reply:
        """What the other provider answers."""
        try:
            reply = await self._provider.generate(request)
        except Exception as error:
            self._heard.note(request, error)
            raise
        self._heard.note(request, reply)
        return reply


class SimulatedListener(Listener):
    """A simulated provider that is listened to."""

    def __init__(self, provider: SimulatedProvider, heard: Heard) -> None:
        super().__init__(provider, heard)
        self._simulated = provider

    def simulate(self, request: Request) -> tuple[Outcome, float]:
        """What the other provider would answer, and after how many seconds."""
        outcome, seconds = self._simulated.simulate(request)
        self._heard.note(request, outcome)
        return outcome, seconds


class TimedListener(SimulatedListener):
    """A simulated provider that is told the time, and listened to."""

    def __init__(self, provider: TimedProvider, heard: Heard) -> None:
        super().__init__(provider, heard)
        self._timed = provider

    def begin(self, now: Callable[[], float]) -> None:
        """A run begins."""
        self._timed.begin(now)


class Replayed:
    """Answers as a run was answered, and counts what is asked for."""

    def __init__(self, outcomes: Mapping[Request, Outcome]) -> None:
        self._outcomes = outcomes
        self.calls = 0
        self.tokens = 0

    def send(self, request: Request) -> Reply:
        """What was answered, or where nothing was, something that nobody will read."""
        outcome = self._outcomes.get(request)
        if isinstance(outcome, EmberError):
            raise own_error(outcome)
        if isinstance(outcome, Exception):
            raise foreign_error(self, request.model, outcome)
        reply = unread(request) if outcome is None else outcome
        self.calls += 1
        self.tokens += reply.input_tokens + reply.output_tokens
        return reply


def unread(request: Request) -> Reply:
    """A reply to what was never asked: nobody reads what it says."""
    asked = request.prompt or "".join([turn.text for turn in request.messages or ()])
    tokens = len(asked) // CHARACTERS_PER_TOKEN
    match request.kind:
        case "embed":
            return Reply(((0.0,),), tokens, 0)
        case "score":
            return Reply(((0.0,) * len(request.labels),), tokens, 0)
        case _:
            answer = UNKNOWN_ANSWER if request.max_tokens is None else request.max_tokens
            return Reply([""] * request.n, tokens, answer * request.n)
