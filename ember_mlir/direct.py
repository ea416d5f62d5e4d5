"""Asking one request at a time: how eager runs and plain calls reach their providers."""

from __future__ import annotations

from time import perf_counter

from ember_mlir.errors import EmberError, ModelError, ProviderError
from ember_mlir.providers import (
    Bill,
    Model,
    Provider,
    Reply,
    Request,
    Session,
    check_reply,
    current_session,
    find_model,
    is_simulated,
)
from ember_mlir.providers.protocol import foreign_error


class Sender:
    """Answers requests one after another on a session, and keeps their bill."""

    def __init__(self, session: Session) -> None:
        self.bill = Bill()
        self._session = session
        self._done = 0
        self._start = perf_counter()

    def send(self, request: Request) -> Reply:
        """The reply to `request`; raises `ProviderError`, with `bill` so far, if there is none."""
        model = find_model(request.model)
        provider = self._session.provider_for(model.provider)
        self.bill.simulated |= is_simulated(provider)
        try:
            reply, seconds = self._reply(provider, model, request)
        except EmberError as error:
            # Any other error keeps the request from being issued.
            self.bill.calls += isinstance(error, ProviderError)
            error.bill = self.settled()
            raise
        self.bill.charge(reply, model.input_usd_per_million, model.output_usd_per_million)
        self.bill.seconds += seconds
        self._done += 1
        if self._session.progress is not None:
            self._session.progress(self._done, self.bill.calls)
        return reply

    def settled(self) -> Bill:
        """The bill, with the time from the start until now on the session's clock."""
        if self._session.clock == "real":
            self.bill.seconds = perf_counter() - self._start
        return self.bill

    def _reply(self, provider: Provider, model: Model, request: Request) -> tuple[Reply, float]:
        """The reply, and the seconds that it takes on a clock that jumps."""
        try:
            if self._session.clock == "real":
                return check_reply(request, _wait_for(provider, request)), 0.0
            if not is_simulated(provider):
                raise ModelError(
                    "a provider must have simulate(request) to run on the virtual clock, but "
                    f"'{model.provider}' has not; use Session(clock=\"real\")"
                )
            reply, seconds = provider.simulate(request)
            return check_reply(request, reply), seconds
        except EmberError:
            raise
        except Exception as error:
            raise foreign_error(provider, model.name, error) from error


def _wait_for(provider: Provider, request: Request) -> Reply:
    # asyncio is slow to import, and not needed before the first call.
    from asyncio import CancelledError

    from ember_mlir.runtime.background import run_sync

    try:
        return run_sync(_generate(provider, request))
    except CancelledError as error:
        raise foreign_error(provider, request.model, error) from error


async def _generate(provider: Provider, request: Request) -> Reply:
    return await provider.generate(request)


def send_plain(request: Request) -> Reply:
    """Answer a call outside of any program, on the current session."""
    return Sender(current_session()).send(request)
