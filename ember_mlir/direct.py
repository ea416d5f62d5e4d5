"""Asking one request at a time: how eager runs and plain calls reach their providers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

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
from ember_mlir.providers.failures import foreign_error, never_answered, own_error
from ember_mlir.providers.replies import check_latency, tokens_of

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from ember_mlir.interpreter import Functions, Value
    from ember_mlir.runtime.run import Run


class Sender:
    """Answers requests one after another on a session, and keeps their bill.

    `models` are those that are known by name; any other is looked up in the catalog.
    """

    def __init__(self, session: Session, models: Mapping[str, Model] | None = None) -> None:
        self._models = models or {}
        self.bill = Bill()
        self._session = session
        self._done = 0
        self._start = perf_counter()

    def send(self, request: Request) -> Reply:
        """The reply to `request`; raises `ProviderError`, with `bill` so far, if there is none."""
        model = self._models.get(request.model) or find_model(request.model)
        provider = self._session.provider_for(model.provider)
        self.bill.simulated |= is_simulated(provider)
        answer: object = None
        try:
            answer, seconds = self._answer(provider, model, request)
            reply = check_reply(request, answer)
        except EmberError as error:
            self._charge_failed(model, answer, error)
            error.bill = self.settled()
            raise
        self._charge(model, reply)
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

    def _charge(self, model: Model, reply: Reply) -> None:
        self.bill.charge(reply, model.input_usd_per_million, model.output_usd_per_million)

    def _charge_failed(self, model: Model, answer: object, error: EmberError) -> None:
        """Count a request that was issued in vain; a malformed reply is paid for as well."""
        input_tokens, output_tokens = tokens_of(answer)
        if input_tokens or output_tokens:
            self._charge(model, Reply((), input_tokens, output_tokens))
        else:
            # Any other error keeps the request from being issued.
            self.bill.calls += isinstance(error, ProviderError)

    def _answer(self, provider: Provider, model: Model, request: Request) -> tuple[object, float]:
        """What comes back, and the seconds that it takes on a clock that jumps."""
        try:
            if self._session.clock == "real":
                return _wait_for(provider, request), 0.0
            if not is_simulated(provider):
                raise ModelError(
                    "a provider must have simulate(request) to run on the virtual clock, but "
                    f"'{model.provider}' has not; use Session(clock=\"real\")"
                )
            outcome, seconds = provider.simulate(request)
            if isinstance(outcome, Exception):
                raise outcome
            if check_latency(seconds) == inf:
                raise never_answered(model.name)
            return outcome, seconds
        except EmberError as error:
            known: EmberError = own_error(error)
        except Exception as error:
            known = foreign_error(provider, model.name, error)
        raise known


def _wait_for(provider: Provider, request: Request) -> Reply:
    # asyncio is slow to import, and not needed before the first call.
    from asyncio import CancelledError

    from ember_mlir.background import run_sync

    try:
        return run_sync(_generate(provider, request))
    except CancelledError as error:
        raise foreign_error(provider, request.model, error) from error


async def _generate(provider: Provider, request: Request) -> Reply:
    return await provider.generate(request)


def send_plain(request: Request) -> Reply:
    """Answer a call outside of any program, on the current session."""
    return Sender(current_session()).send(request)


def run_reference(
    module: ModuleOp,
    inputs: Sequence[Value],
    session: Session,
    *,
    entry: str | None = None,
    functions: Functions | None = None,
) -> Run:
    """Run a module of the level `llm` on the reference interpreter, one call after another.

    Every request must have its identity (`assign-draws`). An error of the run carries the
    bill so far.
    """
    from ember_mlir.interpreter import interpret
    from ember_mlir.runtime.run import Run
    from ember_mlir.tape import fresh_seed

    sender = Sender(session, _models_of(module))
    seed = fresh_seed() if session.seed is None else session.seed
    try:
        outputs = interpret(
            module, inputs, seed=seed, send=sender.send, entry=entry, functions=functions
        )
    except EmberError as error:
        error.bill = sender.settled()
        raise
    bill = sender.settled()
    return Run(outputs, bill, bill.seconds)


def _models_of(module: ModuleOp) -> dict[str, Model]:
    """The models of a module by the name that their provider knows them by."""
    from ember_mlir.dialects.llm import ModelOp
    from ember_mlir.dialects.locations import invalid

    found: dict[str, Model] = {}
    for op in module.ops:
        if not isinstance(op, ModelOp):
            continue
        prices = [p and p.data for p in (op.input_usd_per_million, op.output_usd_per_million)]
        model = Model(op.model_name, op.provider.data, prices[0], prices[1])
        known = found.setdefault(model.name, model)
        if known != model:
            raise invalid(
                op,
                f"must not share the name '{model.name}' with a model of another provider or "
                "price to be run one call after another; run without '--reference'",
            )
    return found
